/** Alerts to standard output, an alert a line. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import type { AlertFormat } from "./formats";
import { ReaderGone, type AlertSink } from "./pull";

export function standardOutput(format: AlertFormat, output: NodeJS.WritableStream = process.stdout): AlertSink {
  return {
    deliver: async (alerts) => {
      const text = alerts.map((alert) => `${format(alert)}\n`).join("");
      await new Promise<void>((resolve, reject) => {
        output.write(text, (error) => {
          if (error) reject(explained(error));
          else resolve();
        });
      });
    },
  };
}

/**
 * A run that was killed may have left half a line at the end of the file that standard output is appended to: it is ended, so that
 * the next alert is on a line of its own.
 */
export function endHalfLine(output: NodeJS.WritableStream & { fd?: number } = process.stdout): void {
  const { fd } = output;
  if (fd !== undefined && endsWithinLine(fd)) output.write("\n");
}

function endsWithinLine(fd: number): boolean {
  const { size, isFile } = describe(fd);
  if (!isFile || size === 0) return false;
  try {
    // Opened again, since whoever appends may not read.
    const file = openSync(`/dev/fd/${fd}`, "r");
    try {
      const last = Buffer.alloc(1);
      readSync(file, last, 0, 1, size - 1);
      return last[0] !== 0x0a;
    } finally {
      closeSync(file);
    }
  } catch {
    return true; // An empty line does less harm than two alerts in one.
  }
}

function describe(fd: number): { size: number; isFile: boolean } {
  try {
    const stat = fstatSync(fd);
    return { size: stat.size, isFile: stat.isFile() };
  } catch {
    return { size: 0, isFile: false };
  }
}

function explained(error: NodeJS.ErrnoException): Error {
  if (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED")
    return new ReaderGone("standard output is closed");
  return new VisibleError(`Can't write to standard output: ${error.message}.`);
}
