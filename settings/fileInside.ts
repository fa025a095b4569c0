/** A file that a setting names, inside the project. */
import { realpathSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
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

/** A file's text. @throws Error also for a device, such as `/dev/zero`, which a link may lead to and which never ends */
export async function textOfFile(file: string): Promise<string> {
  if ((await stat(file)).isCharacterDevice()) throw new Error("it is a device");
  return readFile(file, "utf8");
}
