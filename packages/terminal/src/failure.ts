/** What the command says if it fails. It loads only then. */
import type { ErrorOutput } from "@defender-mssp/terminal/session";
import { VisibleError } from "@defender-mssp/errors";
import { exitCodes } from "./exitCodes";
import { terminalText } from "./terminalText";
import { wrapped } from "./wrap";
import { UsageError } from "./usageError";

/**
 * An error for people by its message; any other is a bug and keeps its stack.
 * @returns the exit code.
 */
export function report(error: unknown, err: ErrorOutput): number {
  if (error instanceof VisibleError) err.write(`${errorText(`mssp: ${terminalText(error.message)}`, err.columns)}\n`);
  else err.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}

/** The error of a standard output that can't be written, such as on a full disk. */
export function outputError(cause: Error): VisibleError {
  return new VisibleError(`Standard output can't be written: ${cause.message}.`, { cause });
}

/**
 * In a terminal, sentences are wrapped between words. An indented line is a command to paste, and
 * stays in one piece.
 */
function errorText(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => (line.startsWith("  ") ? [line] : wrapped(line, width, "keep")))
    .join("\n");
}
