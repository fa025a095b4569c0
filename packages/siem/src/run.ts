/** A run of the program `defender-mssp-siem`. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { withoutHelpWord } from "@defender-mssp/terminal/lazyProgram";
import { runProgram } from "@defender-mssp/terminal/runProgram";
import type { Session } from "@defender-mssp/terminal/session";
import { programFor } from "./program";

/** Runs a command line to its end, and sets the session's exit code. Never rejects. */
export async function run(typed: readonly string[], session: Session): Promise<void> {
  const commandLine = withoutHelpWord(typed);
  const program = programFor(commandLine, session);
  program.version(ownVersion(), "--version", "print the version");
  await runProgram(program, commandLine, session);
}

function ownVersion(): string {
  const manifest = readFileSync(path.join(__dirname, "..", "package.json"), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
