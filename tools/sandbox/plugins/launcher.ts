/**
 * What the engine starts as a provider plugin: `node launcher.js <sandbox's folder> <plugin> [engine address]`. It asks the sandbox for a server
 * of that plugin, prints its port as the first line, and lives as long as the engine and the sandbox do; with it the server goes. The
 * engine waits for it each time it needs a plugin, so nothing but Node is loaded here.
 */
import fs from "node:fs";
import { hold } from "../server/hold";
import { latestOwner } from "../server/ownerFile";

async function main(home: string, plugin: string): Promise<void> {
  endWithEngine();
  const { owner } = await latestOwner(home);
  const environment = Object.entries(process.env).filter(([name]) => name.startsWith("ARM_"));
  const held =
    owner && (await hold(owner, "/sandbox/plugin", { plugin, environment: Object.fromEntries(environment) }));
  if (held === undefined) {
    return fail(
      `The sandbox's stand-in ${plugin} plugin is run by the sandbox, and none runs in ${home}. ` +
        "Start the sandbox with `mssp sandbox run -- …`, or use the official plugin for a real tenant.",
    );
  }
  const { port, error } = JSON.parse(held.line) as { readonly port?: number; readonly error?: string };
  if (port === undefined) return fail(error ?? `The sandbox answered ${held.status}.`);
  process.stdout.write(`${port}\n`);
  await held.ended;
  fail(`The sandbox in ${home} has ended.`);
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`, () => process.exit(1));
}

/**
 * The engine ends its plugins with a signal. Should it be killed itself, nobody does: its end of our standard input
 * closes, and our parent becomes another process. Either ends us.
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
void main(home, plugin);
