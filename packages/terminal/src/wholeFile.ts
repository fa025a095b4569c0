/** Files that a command reads or writes whole: complete and on the disk, or as they were before. */
import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { isForeign, messageOf, unreadableFile, VisibleError } from "@defender-mssp/errors";

export interface WholeFileOptions {
  /** Permissions of the file, whatever the umask is. Default: 0o644. */
  readonly mode?: number;
}

/** @param what the file in the error. @throws VisibleError for a file that can't be read; undefined where there is none */
export async function textIfThere(file: string, what = file): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadableFile(what, error);
  }
}

/**
 * Writes a file: to a new file beside it, completely, synchronized with the disk, and then in its
 * place. A link to a file stays a link.
 * @throws VisibleError when the file can't be written, or is a directory, a pipe, a device or a
 * dangling link.
 */
export async function writeWholeFile(file: string, text: string, { mode = 0o644 }: WholeFileOptions = {}) {
  await explained(file, async () => {
    const target = await targetOf(file);
    const temporary = temporaryName(target);
    try {
      await writeNewFile(temporary, text, mode);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await synchronizeFolder(path.dirname(target));
  });
}

/**
 * Proves, by a file beside it, that a file can be written later. The file itself is not touched.
 * @throws VisibleError as `writeWholeFile` does.
 */
export async function checkWritable(file: string): Promise<void> {
  await explained(file, async () => {
    const temporary = temporaryName(await targetOf(file));
    try {
      await writeNewFile(temporary, "\n", 0o600);
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

/** The file that the name stands for: itself, or what a link points to. */
async function targetOf(file: string): Promise<string> {
  const found = await lstat(file).catch(unlessMissing);
  if (found === undefined) return path.resolve(file);
  if (!found.isSymbolicLink()) return regular(path.resolve(file));
  await requireOwnLink(file, found);
  const target = await realpath(file).catch(unlessMissing);
  if (target === undefined) throw new Error("it is a link to a file that does not exist");
  return regular(target);
}

/** Who may create in a shared folder, such as /tmp, could else direct the text to a file of this user. */
async function requireOwnLink(link: string, found: Stats): Promise<void> {
  if (isForeign(found) && found.uid !== (await stat(path.dirname(link))).uid)
    throw new Error(`it is a link of another user (ID ${found.uid})`);
}

async function regular(file: string): Promise<string> {
  const found = await stat(file);
  if (found.isFile()) return file;
  throw new Error(found.isDirectory() ? "it is a directory" : "it is not a regular file");
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  return undefined;
}

function temporaryName(target: string): string {
  return `${target}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`;
}

/**
 * Writes with `writeFile` of a handle, which continues after a short write: a full disk makes one.
 * `write-file-atomic` 7.0.1 ignores it and puts the truncated file in the place of the whole one.
 */
async function writeNewFile(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, "wx", mode);
  try {
    await handle.writeFile(text, "utf8");
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Without it, a power failure could bring back the old name. Not every system can synchronize a
 * folder.
 */
async function synchronizeFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function explained(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const reason = messageOf(error);
    throw new VisibleError(`${file} can't be written: ${reason}.`, { cause: error });
  }
}
