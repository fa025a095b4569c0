/** Starts a plugin as the engine does: a process that prints its port. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

const root = path.join(__dirname, "../../../..");

/** The build, as the launchers run it, unless a source is newer; then the sources, so that no test sees an older plugin. */
export const pluginCommand = isBuilt()
  ? [path.join(root, "dist/tools/sandbox/plugins/main.js")]
  : ["-r", "ts-node/register/transpile-only", path.join(root, "tools/sandbox/plugins/main.ts")];

export interface PluginProcess {
  process: ChildProcess;
  port: number;
  /** Closes its standard input, upon which it ends. */
  stop(): Promise<void>;
}

export async function startPlugin(name: string, environment: NodeJS.ProcessEnv = process.env): Promise<PluginProcess> {
  const plugin = spawn(process.execPath, [...pluginCommand, name, "127.0.0.1:1"], {
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

export async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("It has no standard output.");
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([once(lines, "line"), once(child, "exit")])) as [unknown];
  if (typeof line !== "string") throw new Error("It ended without a line.");
  return line;
}

function isBuilt(): boolean {
  const sources = path.join(root, "tools/sandbox");
  return fs.readdirSync(sources, { recursive: true, encoding: "utf8" }).every((file) => {
    if (!/^(plugins|graph)\b.*\.ts$/.test(file)) return true;
    const built = path.join(root, "dist/tools/sandbox", file.replace(/\.ts$/, ".js"));
    return fs.existsSync(built) && fs.statSync(built).mtimeMs >= fs.statSync(path.join(sources, file)).mtimeMs;
  });
}
