/** The stand-in plugins in the caller's own process, for an engine that attaches to them without launchers. */
import { makeProvider } from "./makeProvider";
import { pluginVariables } from "./pluginVariables";
import { listenForEach } from "./protocol/serve";
import { standInPlugins } from "./standInPlugins";

export interface AttachablePlugins {
  /** By the plugin's name, on 127.0.0.1. */
  readonly ports: Readonly<Record<string, number>>;
  /** Cancels their operations and stops them. */
  end(): void;
}

/**
 * Serves every plugin. Each connection gets a plugin of its own, as each provider of a stack gets a
 * process of its own from the engine.
 * @param command the command's variables.
 */
export async function attachablePlugins(command: NodeJS.ProcessEnv): Promise<AttachablePlugins> {
  const environment = pluginVariables(command);
  const served = await Promise.all(
    standInPlugins.map(async ({ name, version }) => ({
      name,
      ...(await listenForEach(() => makeProvider(name, version, environment))),
    })),
  );
  return {
    ports: Object.fromEntries(served.map(({ name, port }) => [name, port])),
    end: () => served.forEach(({ end }) => end()),
  };
}
