/** Lines of `mssp ci` in the log of a job. */

/** To stderr: the next command reads stdout. */
export function say(line: string): void {
  process.stderr.write(`mssp ci: ${line}\n`);
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
