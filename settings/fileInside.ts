/** A file that a setting names, inside the project. */
import { realpathSync } from "node:fs";
import path from "node:path";

/**
 * The file's path without symbolic links; undefined where it is outside of the folder.
 *
 * @throws the system's error if there is no such file.
 */
export function fileInside(folder: string, name: string): string | undefined {
  const [root, file] = [realpathSync(folder), realpathSync(path.resolve(folder, name))];
  return file.startsWith(root + path.sep) ? file : undefined;
}
