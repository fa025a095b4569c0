/** Looks up processes of this machine by their IDs. */
import { existsSync, readFileSync } from "node:fs";

/**
 * Whether a process runs on this machine. Process IDs are reused, so the name must match where the
 * system shows it.
 */
export function isRunning(pid: number, name: RegExp): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const file = `/proc/${pid}/cmdline`;
  return !existsSync(file) || name.test(readFileSync(file, "utf8"));
}
