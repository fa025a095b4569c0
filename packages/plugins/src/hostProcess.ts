/**
 * The process in which the stand-in plugins run (`host.ts`). It ends with the process that started
 * it.
 */
import { messageOf } from "@defender-mssp/errors";
import type { HostAnswer, HostRequest } from "./host";
import { makeProvider } from "./makeProvider";
import { listen } from "./protocol/serve";

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
  const { id, name, version, environment } = request;
  try {
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
