/** Folders that a command writes: all of their files, or nothing. */
import { mkdir, mkdtemp, readdir, rename, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { writeWholeFile } from "./wholeFile";

/**
 * Writes files into a new folder beside the wanted one, and renames it. Only the user may read it.
 * @throws VisibleError when the folder exists and is not empty, or can't be written.
 */
export async function writeWholeFolder(
  folder: string,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<void> {
  const target = path.resolve(folder);
  await checkNewFolder(folder);
  let temporary: string | undefined;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    temporary = await mkdtemp(`${target}.`);
    for (const { name, text } of files) await writeWholeFile(path.join(temporary, name), text, { mode: 0o600 });
    await rmdir(target).catch(unlessMissing);
    await rename(temporary, target);
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof VisibleError) throw error;
    throw new VisibleError(`${folder} can't be written: ${(error as Error).message}.`, { cause: error });
  }
}

/** @throws VisibleError where the folder exists and holds something, or is no folder. */
export async function checkNewFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new VisibleError(`${folder} can't be used: ${code === "ENOTDIR" ? "it is not a folder" : message}.`);
  });
  if (names.length === 0) return;
  throw new VisibleError(`${folder} exists and is not empty. Name a new folder with --out.`);
}

function unlessMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
