/** `mssp engine`: gets the Pulumi engine onto this machine and says where it is. */
import { Option, type Command } from "commander";
import type { Engine, YamlLanguageHost } from "@defender-mssp/engine";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { engineOptions } from "./engineOptions";

export function define(command: Command, session: Session): void {
  command
    .addOption(
      new Option("--with <language>", "also the language host of YAML programs: where missing, build it").choices([
        "yaml",
      ]),
    )
    .option("--json", "print version, path and source as one JSON object")
    .action(async ({ json, with: language }: { json?: boolean; with?: "yaml" }) => {
      const { ensureEngine, ensureYamlHost } = (await import("../sandbox/packages.js")).enginePackage();
      const options = engineOptions(session.environment);
      const engine = await ensureEngine(options);
      const yamlHost = language === undefined ? undefined : await ensureYamlHost(engine, options);
      if (json === true) writeJson(session.out, "engine", { ...engine, yamlHost });
      else session.out.write([sentence(engine), yamlSentence(yamlHost)].join(""));
    });
  describeCommand(command, {
    notes: [
      "Downloads the official release. If that host cannot be reached, it builds the same version from Go modules, " +
        "which takes minutes. `npx pulumi` then works from any shell.",
      "The official release has the language host of YAML programs. A built engine has that of Node.js only; " +
        "`--with yaml` adds the other, built from Go modules (40 MB).",
    ],
    reads: "The Pulumi home: PULUMI_HOME, else .pulumi in your home folder.",
    changes: "Adds the engine to the Pulumi home. It changes no complete engine, no other version and no login.",
    exitCodes: { 0: "the engine is there", 1: "it, or the language host, could be neither downloaded nor built" },
    examples: ["npx mssp engine", "npx mssp engine --with yaml", "npx mssp engine --json"],
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
  return `Pulumi engine ${engine.version}: ${engine.executable}\n(${before}${sources[engine.source]}${host})\n`;
}

function yamlSentence(host: YamlLanguageHost | undefined): string {
  if (host === undefined) return "";
  return `YAML language host: ${host.executable}\n(${host.changed ? "built from its Go modules" : "already there"})\n`;
}
