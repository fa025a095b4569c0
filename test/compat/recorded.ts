/** The folder of the newest recorded version, whose states other tests read, too. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { compareVersions } from "../../cli/base/compareVersions";

/** Folders of all recorded versions, the oldest first. */
export const recordedVersions = readdirSync(__dirname)
  .filter((name) => /^\d/.test(name))
  .sort((a, b) => compareVersions(a, b) ?? 0)
  .map((version) => path.join(__dirname, version));

/** A file of a recorded stack, such as `state.json`. */
export function recordedFile(stack: string, file: string): string {
  return path.join(recordedVersions.at(-1) ?? "", stack, file);
}
