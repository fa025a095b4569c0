import { stat } from "node:fs/promises";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";

/**
 * Writes a stack's file whole, with the permissions that it has.
 * @throws VisibleError where it can't be written; its text is then as before.
 */
export async function writeStackFile(file: string, text: string): Promise<void> {
  const mode = await stat(file).then(
    (found) => found.mode & 0o777,
    () => 0o644,
  );
  await writeWholeFile(file, text, { mode });
}
