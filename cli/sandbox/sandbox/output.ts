/** To stderr: stdout is for results. */
export function say(text: string): void {
  process.stderr.write(`mssp: ${text}\n`);
}

/** Writes the whole text to stdout, also to a slow pipe. */
export function written(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}
