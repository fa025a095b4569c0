/** Records to a file of the command's own, a record a line, with rotation. */
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { DestinationError, type Sink, type SinkRecord } from "./sink";
import { outputFile } from "./standardOutput";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { InvalidArgumentError, Option } from "commander";
import type { DestinationKind } from "./destinationKind";

export interface FileValues {
  readonly file?: string;
  /** Bytes. */
  readonly fileSize?: number;
  readonly fileCount?: number;
}

export const file: DestinationKind<FileValues> = {
  name: "file",
  options: () => [
    new Option("--file <file>", "append to this file, and begin a new one when it has reached its size"),
    new Option("--file-size <size>", "with --file: bytes of a file, such as 500k, 100M, 1G (default: 100M)").argParser(
      bytesOf,
    ),
    new Option("--file-count <number>", "with --file: how many earlier files are kept (default: 10)").argParser(
      wholeNumber({ most: 9999 }),
    ),
  ],
  open: (place, { fileSize: size = 100_000_000, fileCount: count = 10 }) => rotatedFile({ file: place, size, count }),
};

function bytesOf(text: string): number {
  const [, amount = "", unit = ""] = /^([1-9]\d{0,5})([kMG])$/i.exec(text) ?? [];
  if (amount === "") throw new InvalidArgumentError("A size is a number with k, M or G: 500k, 100M, 1G.");
  return Number(amount) * 1000 ** ("kmg".indexOf(unit.toLowerCase()) + 1);
}

export interface FileOptions {
  readonly file: string;
  /** Bytes after which the next records begin a new file. */
  readonly size: number;
  /** How many files are kept beside the current one: `file.1` is the newest of them. */
  readonly count: number;
  /** For tests. */
  readonly write?: typeof writeSync;
}

interface OpenFile {
  readonly fd: number;
  readonly inode: number;
  readonly sink: Sink;
}

/** @throws VisibleError when the file can't be opened. */
export function rotatedFile(options: FileOptions): Sink {
  const file = new RotatedFile(options);
  return { deliver: (records) => file.deliver(records), flush: async () => file.flush() };
}

class RotatedFile {
  #open: OpenFile;

  constructor(private readonly options: FileOptions) {
    this.#open = opened(options);
  }

  async deliver(records: readonly SinkRecord[]): Promise<void> {
    try {
      this.#follow();
      const size = fstatSync(this.#open.fd).size;
      const coming = records.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 1, 0);
      if (size > 0 && size + coming > this.options.size) this.#rotate();
    } catch (error) {
      throw explained(this.options.file, error);
    }
    await this.#open.sink.deliver(records);
  }

  async flush(): Promise<void> {
    await this.#open.sink.flush?.();
  }

  /** Another program, such as logrotate, may have renamed or removed the file: then a new one begins. */
  #follow(): void {
    const found = statSync(this.options.file, { throwIfNoEntry: false });
    if (found?.ino === this.#open.inode) return;
    this.#close();
    this.#open = opened(this.options);
  }

  /** Each step is a rename: a kill between two leaves a gap in the numbers, and every record. */
  #rotate(): void {
    const { file, count } = this.options;
    this.#close();
    const nameOf = (number: number) => (number === 0 ? file : `${file}.${number}`);
    let last = 1;
    while (last < count && existsSync(nameOf(last))) last++;
    for (let number = last; number >= 1; number--) renameSync(nameOf(number - 1), nameOf(number));
    this.#open = opened(this.options);
    synchronizeFolder(path.dirname(file));
  }

  /** What was delivered to the file is on the disk before another one takes its place. */
  #close(): void {
    fsyncSync(this.#open.fd);
    closeSync(this.#open.fd);
  }
}

/** Alerts name people and machines: the file is readable by its owner only. */
function opened({ file, write }: FileOptions): OpenFile {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) throw new Error("it is not a regular file");
    const fd = openSync(file, "a", 0o600);
    return { fd, inode: fstatSync(fd).ino, sink: outputFile(fd, write, file) };
  } catch (error) {
    throw explained(file, error);
  }
}

/** Without it, a power failure could bring back the old names. Not every system can do it. */
function synchronizeFolder(folder: string): void {
  try {
    const fd = openSync(folder, "r");
    fsyncSync(fd);
    closeSync(fd);
  } catch {
    // The records themselves are on the disk.
  }
}

function explained(file: string, error: unknown): Error {
  if (error instanceof VisibleError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  const text = `${file} can't be written: ${message}.`;
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return isFull || code === "EIO" ? new DestinationError(text, isFull) : new VisibleError(text, { cause: error });
}
