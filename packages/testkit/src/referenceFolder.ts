import { existsSync } from "node:fs";
import path from "node:path";

/** The checkout's own folder: the nearest one above `folder` with a lockfile. */
export function checkoutFolder(folder = __dirname): string {
  if (existsSync(path.join(folder, "package-lock.json"))) return folder;
  const above = path.dirname(folder);
  if (above === folder) throw new Error(`no folder above ${__dirname} is a checkout`);
  return checkoutFolder(above);
}

/** Facts about Microsoft's services beside the checkout, no part of it: tests that need them are skipped without. */
export function referenceFolder(): string {
  return path.join(path.dirname(checkoutFolder()), "shared", "reference");
}
