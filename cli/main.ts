/** Runs the `mssp` command. */
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { ownVersion, requireProjectsVersion } from "./installation";
import { terminalText } from "./output/terminalText";
import { wrapped } from "./output/wrap";
import { program } from "./program";
import { prepareUsage, usageExitCode } from "./usage";

program.version(ownVersion(), "--version", "print the version");
prepareUsage(program);
// `init` makes a project of this version, whatever is around it.
program.hook("preAction", (_, command) => {
  if (command.name() !== "init") requireProjectsVersion();
});

// A reader that closes the pipe (`| head`) is no error, and the command still cleans up.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    if (stream === process.stdout) process.stderr.write(`mssp: can't write to standard output: ${error.message}\n`);
    process.exitCode = 1;
  });
}

program.parseAsync().catch((error: unknown) => {
  const usage = usageExitCode(error);
  if (usage !== undefined) {
    process.exitCode = usage;
    return;
  }
  if (error instanceof VisibleError) process.stderr.write(`${errorText(`mssp: ${terminalText(error.message)}`)}\n`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode ??= 1;
});

/**
 * In a terminal, sentences are wrapped between words. An indented line is a command to paste, and
 * stays in one piece.
 */
function errorText(text: string): string {
  if (!process.stderr.isTTY) return text;
  const width = Math.max(process.stderr.columns || 80, 40);
  return text
    .split("\n")
    .flatMap((line) => (line.startsWith("  ") ? [line] : wrapped(line, width, "keep")))
    .join("\n");
}
