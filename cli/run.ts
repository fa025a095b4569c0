/** A run of the `mssp` command. */
import { ownVersion, requireProjectsVersion } from "./base/installation";
import { programFor } from "./program";
import { prepareUsage, usageExitCode } from "./usage";

/**
 * Runs a command line to its end, and sets this process's exit code. Never rejects: the reason of a
 * failure is on standard error.
 */
export async function run(commandLine: readonly string[]): Promise<void> {
  const program = programFor(commandLine);
  program.version(ownVersion(), "--version", "print the version");
  prepareUsage(program);
  // `init` makes a project of this version, whatever is around it.
  program.hook("preAction", (_, command) => {
    if (command.name() !== "init") requireProjectsVersion();
  });
  try {
    await program.parseAsync(commandLine, { from: "user" });
  } catch (error) {
    const ended = usageExitCode(error) ?? (await import("./failure.js")).report(error);
    process.exitCode ??= ended;
  }
}
