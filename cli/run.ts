/** A run of the `mssp` command. */
import { withoutHelpWord } from "@defender-mssp/terminal/lazyProgram";
import { runProgram } from "@defender-mssp/terminal/runProgram";
import type { Session } from "@defender-mssp/terminal/session";
import { ownVersion } from "./base/ownPackage";
import { programFor } from "./program";

/** Runs a command line to its end, and sets the session's exit code. Never rejects. */
export async function run(typed: readonly string[], session: Session): Promise<void> {
  const commandLine = withoutHelpWord(typed);
  const program = programFor(commandLine, session);
  program.version(ownVersion(), "--version", "print the version");
  // `init` makes a project of this version, whatever is around it.
  program.hook("preAction", (_, command) => {
    if (command.name() === "init") return;
    const { requireProjectsVersion } = require("./base/installation") as typeof import("./base/installation");
    requireProjectsVersion(session.folder);
  });
  await runProgram(program, commandLine, session, async (message) => {
    const { showStacks } = await import("./showStacks.js");
    await showStacks(message, commandLine, session);
  });
}
