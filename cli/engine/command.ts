/** `mssp engine`: gets the Pulumi engine onto this machine and says where it is. */
import type { Command } from "commander";
import type { Engine } from "@defender-mssp/engine";

/** Adds the subcommand to `program`. */
export function registerEngine(program: Command): void {
  program
    .command("engine")
    .description("Get the Pulumi engine onto this machine (once), and say where it is.")
    .option("--json", "print the answer as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const { ensureEngine } = await import("@defender-mssp/engine");
      const engine = await ensureEngine();
      process.stdout.write(json === true ? `${JSON.stringify(engine, null, 2)}\n` : `${sentence(engine)}\n`);
    });
}

const sources: Record<Engine["source"], string> = {
  download: "downloaded from get.pulumi.com",
  build: "built from its Go modules",
  found: "installed by other means",
};

function sentence(engine: Engine): string {
  const host = engine.languageHost === "own" ? ", with this project's Node language host" : "";
  const before = engine.changed ? "" : "already there, ";
  return `Pulumi engine ${engine.version}: ${engine.executable} (${before}${sources[engine.source]}${host})`;
}
