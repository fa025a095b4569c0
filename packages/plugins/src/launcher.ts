/**
 * What the engine starts as a provider plugin: `node launcher.js <sandbox's folder> <plugin>
 * [engine address]`. It requests a server of that plugin from the sandbox, prints the port as the
 * first line, and ends with the engine or the sandbox; then the server stops. The engine waits for
 * each launcher, so only Node.js modules are loaded here.
 */
import fs from "node:fs";
import { hold, latestOwner } from "@defender-mssp/sandbox/control";
import { pluginVariables } from "./pluginVariables";

async function main(home: string, plugin: string): Promise<void> {
  endWithEngine();
  const { port, ended } = await askForServer(home, plugin);
  process.stdout.write(`${port}\n`);
  await ended;
  throw new Error(`The sandbox in ${home} has ended.`);
}

async function askForServer(home: string, plugin: string): Promise<{ port: number; ended: Promise<void> }> {
  const { owner } = await latestOwner(home);
  const question = { plugin, environment: pluginVariables(process.env) };
  const held = owner && (await hold(owner, "/sandbox/plugin", question));
  if (held === undefined) {
    throw new Error(
      `The sandbox's stand-in ${plugin} plugin is run by the sandbox, and none runs in ${home}. ` +
        "Start the sandbox with `npx mssp sandbox run -- …`, or use the official plugin for a real tenant.",
    );
  }
  const { port, error } = JSON.parse(held.line) as { readonly port?: number; readonly error?: string };
  if (port === undefined) throw new Error(error ?? `The sandbox answered ${held.status}.`);
  return { port, ended: held.ended };
}

/**
 * The engine ends its plugins by a signal. After a kill of the engine, standard input is closed and
 * the parent process changes: each of these ends the launcher.
 */
function endWithEngine(): void {
  if (fs.fstatSync(0).isFIFO() || fs.fstatSync(0).isSocket()) {
    process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0));
    process.stdin.resume();
  }
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(0);
  }, 1000).unref();
}

const [home = "", plugin = ""] = process.argv.slice(2);
main(home, plugin).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
});
