/**
 * Standard output, completely. Node takes a short write to a file, such as on a full disk, for a
 * whole one.
 */
import { fstatSync, writeSync } from "node:fs";
import { isatty } from "node:tty";

const standardOutput = 1;

/**
 * Writes a text to standard output. On a file it is complete when this returns.
 * @throws VisibleError when it can't be written completely.
 */
export function print(text: string): void {
  if (!isWrittenDirectly(standardOutput)) {
    process.stdout.write(text);
    return;
  }
  try {
    writeBytes(standardOutput, Buffer.from(text, "utf8"));
  } catch (error) {
    const { outputError } = require("./failure") as typeof import("./failure");
    throw outputError(error as Error);
  }
}

/** Whether a file descriptor is a file or a device, not a terminal, a pipe or a socket. */
export function isWrittenDirectly(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFile() || (stat.isCharacterDevice() && !isatty(fd));
  } catch {
    return false;
  }
}

/**
 * Writes all bytes, in as many calls as the system takes for it.
 * @throws ErrnoException: some of the bytes may have been written.
 */
export function writeBytes(fd: number, bytes: Uint8Array, write: typeof writeSync = writeSync): void {
  for (let at = 0; at < bytes.length;) {
    const written = write(fd, bytes, at, bytes.length - at);
    if (written === 0) throw new Error("the system wrote nothing");
    at += written;
  }
}
