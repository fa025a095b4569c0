/** Writes a line of `mssp fleet` to stderr: stdout holds results. */
export function say(line: string): void {
  process.stderr.write(`mssp fleet: ${line}\n`);
}
