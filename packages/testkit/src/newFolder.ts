/** Folders of tests: deleted when the process that runs the tests ends. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

let parent: string | undefined;
let made = 0;

/** A new temporary folder, by its real path. */
export function newFolder(): string {
  if (parent === undefined) {
    const top = mkdtempSync(path.join(realpathSync(tmpdir()), "tests-"));
    process.once("exit", () => rmSync(top, { recursive: true, force: true }));
    parent = top;
  }
  const folder = path.join(parent, `${made++}`);
  mkdirSync(folder);
  return folder;
}
