import { VisibleError } from "@defender-mssp/errors";

/** The command line is wrong in a way that commander does not see: exit code 2, nothing was done. */
export class UsageError extends VisibleError {}

/** An option as it is typed: `dataStream` is `--data-stream`. */
export function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
