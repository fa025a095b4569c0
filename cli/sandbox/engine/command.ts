/** `mssp engine`: gets the Pulumi engine onto this machine and says where it is. */
import type { Command } from "commander";
import type { Engine } from "@defender-mssp/engine";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { engineOptions } from "./engineOptions";

/** Adds arguments, options and action. */
export function define(command: Command, session: Session): void {
  command
    .option("--json", "print version, path and source as one JSON object")
    .action(async ({ json }: { json?: boolean }) => {
      const { ensureEngine } = (await import("../sandbox/packages.js")).enginePackage();
      const engine = await ensureEngine(engineOptions(session.environment));
      if (json === true) writeJson(session.out, "engine", engine);
      else session.out.write(`${sentence(engine)}\n`);
    });
  describeCommand(command, {
    notes: [
      "Downloads the official release. If that host cannot be reached, it builds the same version from Go modules, " +
        "which takes minutes. `npx pulumi` then works from any shell.",
    ],
    reads: "The Pulumi home: PULUMI_HOME, else .pulumi in your home folder.",
    changes: "Adds the engine to the Pulumi home. It changes no complete engine, no other version and no login.",
    exitCodes: { 0: "the engine is there", 1: "it could be neither downloaded nor built" },
    examples: ["npx mssp engine", "npx mssp engine --json"],
  });
}

const sources: Record<Engine["source"], string> = {
  download: "downloaded from get.pulumi.com",
  build: "built from its Go modules",
  found: "installed by other means",
};

function sentence(engine: Engine): string {
  const host = engine.languageHost === "own" ? ", with this project's language host" : "";
  const before = engine.changed ? "" : "already there, ";
  return `Pulumi engine ${engine.version}: ${engine.executable}\n(${before}${sources[engine.source]}${host})`;
}
