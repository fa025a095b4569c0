/** Whether a file or a folder is there. */
import { access } from "node:fs/promises";

export function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
