import type { Session } from "@defender-mssp/terminal/session";

/** Writes a line of `mssp fleet` to stderr: stdout holds results. */
export function say({ err }: Pick<Session, "err">, line: string): void {
  err.line(`mssp fleet: ${line}`);
}
