/**
 * The process in which the stand-in plugins run (`host.ts`). It ends with the process that started
 * it.
 */
import { messageOf } from "@defender-mssp/errors";
import { azureNativeProvider } from "./azureNative/provider";
import { azureadProvider } from "./azuread/provider";
import type { HostAnswer, HostRequest, PluginEnvironment } from "./host";
import type { Provider } from "./protocol/provider";
import { listen, listenForEach } from "./protocol/serve";
import { randomProvider } from "./random/provider";

const running = new Map<number, () => void>();

process.on("message", (request: HostRequest) => {
  if ("end" in request) end(request.id);
  else void start(request).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit(0));
// A terminal's Ctrl-C also reaches this process. It continues, since the engine needs its plugins
// until it has ended.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
// Modules that the providers load when they are configured.
void import("@defender-mssp/microsoft");

async function start(request: Extract<HostRequest, { name: string }>): Promise<HostAnswer> {
  const { id, name, version, environment, isShared } = request;
  try {
    if (isShared) {
      const { port, end } = await listenForEach(() => makeProvider(name, version, environment));
      running.set(id, end);
      return { id, port };
    }
    const provider = makeProvider(name, version, environment);
    const { server, port } = await listen(() => provider);
    running.set(id, () => {
      provider.cancel();
      server.forceShutdown();
    });
    return { id, port };
  } catch (error) {
    return { id, error: messageOf(error) };
  }
}

function end(id: number): void {
  running.get(id)?.();
  running.delete(id);
}

function makeProvider(name: string, version: string, environment: PluginEnvironment): Provider {
  switch (name) {
    case "azure-native":
      return azureNativeProvider(version, environment);
    case "azuread":
      return azureadProvider(version, environment);
    case "random":
      return randomProvider(version);
    default:
      throw new Error(`no stand-in is called ${name}`);
  }
}
