/** Records to standard output, a record a line. */
import { closeSync, fstatSync, fsync, openSync, readSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { VisibleError } from "@defender-mssp/errors";
import type { Output } from "@defender-mssp/terminal/session";
import { writeBytes } from "@defender-mssp/terminal/standardOutput";
import { DestinationError, ReaderGone, type Sink, type SinkRecord } from "./sink";

/**
 * Records to standard output: a file is written completely, and synchronized with the disk before a
 * checkpoint.
 */
export function standardOutput({ file, stream }: Output): Sink {
  return file === undefined ? outputStream(stream) : outputFile(file);
}

/** Records to an open file. @param name the file's name in errors. */
export function outputFile(fd: number, write = writeSync, name = "Standard output"): Sink {
  // A run that was killed, or a disk that was full, may have left half a line.
  let isWithinLine = endsWithinLine(fd);
  return {
    deliver: (records) => {
      const text = `${isWithinLine ? "\n" : ""}${linesOf(records)}`;
      try {
        writeBytes(fd, Buffer.from(text, "utf8"), write);
        isWithinLine = false;
        return Promise.resolve();
      } catch (error) {
        isWithinLine = endsWithinLine(fd);
        return Promise.reject(explained(error as NodeJS.ErrnoException, name));
      }
    },
    flush: () => synchronized(fd, name),
  };
}

function outputStream(output: NodeJS.WritableStream): Sink {
  return { deliver: (records) => written(output, linesOf(records)) };
}

/**
 * Writes a text to standard output and waits until it is taken, so that a slow reader slows the
 * writer and texts of several customers never mix.
 * @throws VisibleError, ReaderGone
 */
export async function writeToOutput(out: Output, text: string): Promise<void> {
  if (text === "") return;
  if (out.file === undefined) await written(out.stream, text);
  else out.write(text);
}

function written(output: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(explained(error)) : resolve()));
  });
}

function linesOf(records: readonly SinkRecord[]): string {
  return records.map(({ text }) => `${text}\n`).join("");
}

/** Whether the file's last line lacks its end. */
function endsWithinLine(fd: number): boolean {
  const stat = fstatSync(fd);
  if (!stat.isFile() || stat.size === 0) return false;
  try {
    // Opened again, since a file that is appended to may not be readable.
    const file = openSync(`/dev/fd/${fd}`, "r");
    try {
      const last = Buffer.alloc(1);
      readSync(file, last, 0, 1, stat.size - 1);
      return last[0] !== 0x0a;
    } finally {
      closeSync(file);
    }
  } catch {
    return true; // An empty line does less harm than two records in one.
  }
}

/** Not every file can be synchronized; an error of the disk is one of the destination. */
async function synchronized(fd: number, name: string): Promise<void> {
  try {
    await promisify(fsync)(fd);
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      throw explained(error as NodeJS.ErrnoException, name);
    }
  }
}

function explained(error: NodeJS.ErrnoException, name = "Standard output"): Error {
  const { code = "", message } = error;
  if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED") return new ReaderGone("standard output is closed");
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return isFull || code === "EFBIG" || code === "EIO"
    ? new DestinationError(`${name} can't be written: ${message}.`, isFull)
    : new VisibleError(`${name} can't be written: ${message}.`);
}
