import { readFile } from "node:fs/promises";
import path from "node:path";
import { unreadableFile } from "@defender-mssp/errors";

/**
 * Reads a file that an argument or an option names.
 * @param folder where a relative path begins. @throws VisibleError if it can't be read
 */
export function givenFile(file: string, folder: string): Promise<string> {
  return readFile(path.resolve(folder, file), "utf8").catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
}
