/** Starts a plugin as the engine does, by a launcher that prints its port; and without a sandbox. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { compiledFile } from "../src/compiled";
import { PluginHost } from "../src/host";

/** To be followed by the sandbox's folder and the plugin's name. */
export const launcher = compiledFile("launcher.js");

export interface LonePlugin {
  port: number;
  stop(): Promise<void>;
}

/** `stop` closes its standard input, upon which it ends. */
export interface PluginProcess extends LonePlugin {
  process: ChildProcess;
}

/** A plugin of the sandbox that runs in `home`. */
export async function startPlugin(
  home: string,
  name: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<PluginProcess> {
  const plugin = spawn(process.execPath, [launcher, home, name, "127.0.0.1:1"], {
    env: environment,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const port = Number(await firstLine(plugin));
  const stop = async () => {
    const ended = once(plugin, "exit");
    plugin.stdin.end();
    await ended;
  };
  return { process: plugin, port, stop };
}

/** A plugin without a sandbox, on whatever server ARM_METADATA_HOSTNAME names. */
export async function startLonePlugin(
  name: string,
  trusted: string,
  environment: NodeJS.ProcessEnv,
): Promise<LonePlugin> {
  const host = new PluginHost(trusted, environment);
  const { port } = await host.serve(name, environment);
  return { port, stop: () => host.stop() };
}

export async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("It has no standard output.");
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([once(lines, "line"), once(child, "exit")])) as [unknown];
  if (typeof line !== "string") throw new Error("It ended without a line.");
  return line;
}
