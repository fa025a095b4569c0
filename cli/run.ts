/** A run of the `mssp` command. */
import type { Session } from "@defender-mssp/terminal/session";
import { ownVersion, requireProjectsVersion } from "./base/installation";
import { programFor } from "./program";
import { prepareUsage, usageExitCode } from "./usage";

/**
 * Runs a command line to its end, and sets the session's exit code. Never rejects: the reason of a
 * failure is on standard error.
 */
export async function run(commandLine: readonly string[], session: Session): Promise<void> {
  const program = programFor(commandLine, session);
  program.version(ownVersion(), "--version", "print the version");
  prepareUsage(program);
  // `init` makes a project of this version, whatever is around it.
  program.hook("preAction", (_, command) => {
    if (command.name() !== "init") requireProjectsVersion(session.folder);
  });
  try {
    await program.parseAsync(commandLine, { from: "user" });
  } catch (error) {
    const ended = usageExitCode(error) ?? (await import("./failure.js")).report(error, session.err);
    session.exitCode ??= ended;
  }
}
