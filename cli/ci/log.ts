/** Lines of `mssp ci` in the log of a job. */

import type { Session } from "@defender-mssp/terminal/session";

/** Writes to stderr: the next command reads stdout. */
export function say({ err }: Pick<Session, "err">, line: string): void {
  err.line(`mssp ci: ${line}`);
}

/**
 * Foreign text must not begin a log line: GitHub and Azure run some lines as commands
 * (`::set-output`, `##vso[…]`).
 */
export function logLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll("##[", "## [")
    .replaceAll("##vso[", "## vso [");
}
