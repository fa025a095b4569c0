/** A run of a program, from its command line to its exit code. */
import type { Command } from "commander";
import { exitCodes } from "./exitCodes";
import { processSession } from "./processSession";
import type { Session } from "./session";
import { prepareUsage, usageExitCode } from "./usage";

/**
 * Runs a command line to its end, and sets the session's exit code. Never rejects: the reason of a
 * failure is on standard error, and with `--json` in a document on standard output as well.
 * @param onUsageError adds to the message of a usage error, after it is shown.
 */
export async function runProgram(
  program: Command,
  commandLine: readonly string[],
  session: Session,
  onUsageError?: (message: string) => Promise<void>,
): Promise<void> {
  prepareUsage(program);
  try {
    // The name alone is a question, not a mistake.
    const isBare = commandLine.length === 0 && program.commands.length > 0;
    await program.parseAsync(isBare ? ["--help"] : commandLine, { from: "user" });
  } catch (error) {
    if (onUsageError !== undefined && usageExitCode(error) === exitCodes.usage)
      await onUsageError((error as Error).message);
    const ended = usageExitCode(error) ?? (await import("./failure.js")).report(error, session.err);
    session.exitCode ??= ended;
    if (session.exitCode !== 0 && commandLine.includes("--json")) {
      const { writeJsonFailure } = await import("./jsonDocument.js");
      writeJsonFailure(session.out, program, commandLine, { error, exitCode: session.exitCode });
    }
  }
}

/**
 * Runs this process's command line, and sets its exit code.
 * @param now the session's clock, by the environment variables. Default: the machine's.
 */
export function runProcess(
  run: (commandLine: readonly string[], session: Session) => Promise<void>,
  now: (environment: NodeJS.ProcessEnv) => Date = () => new Date(),
): void {
  // A reader that closes the pipe (`| head`) is no error, and the command still cleans up.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      if (stream === process.stdout) process.stderr.write(`mssp: can't write to standard output: ${error.message}\n`);
      process.exitCode = 1;
    });
  }
  showOwnWarnings();
  const session = processSession(now);
  void run(process.argv.slice(2), session).then(() => (process.exitCode ??= session.exitCode));
}

/** Writes the program's own warnings as its other messages; those of Node.js stay as they are. */
function showOwnWarnings(): void {
  const standard = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning: Error) => {
    if (warning.name === "Warning") process.stderr.write(`mssp: ${warning.message}\n`);
    else for (const show of standard) show(warning);
  });
}
