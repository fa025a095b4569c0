/**
 * The sandbox's home: one folder that holds everything that outlives a command. Programs
 * on the sandbox keep their folders beside these.
 *
 *     sandbox.json      says that this folder is a sandbox's
 *     owner.<n>.json    which process owns it now (owner.ts)
 *     cloud/            a file for each tenant
 *     keys/             private keys, readable by the owner alone, and the certificates
 *     serve.log         what a server in the background writes (`serve --detach`)
 *     permissions.json  which permissions requests have needed (permissionUse.ts)
 */
import { chmod, mkdir, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { VisibleError } from "@defender-mssp/errors";
import { parsedJson } from "@defender-mssp/errors/json";

/** What the files of a home look like. A change that an older or newer program can't read raises it. */
const homeFormat = 2;

export interface SandboxPaths {
  readonly home: string;
  readonly marker: string;
  readonly cloud: string;
  readonly keys: string;
  readonly log: string;
  readonly permissions: string;
}

export function sandboxPaths(home: string): SandboxPaths {
  const absolute = path.resolve(home);
  return {
    home: absolute,
    marker: path.join(absolute, "sandbox.json"),
    cloud: path.join(absolute, "cloud"),
    keys: path.join(absolute, "keys"),
    log: path.join(absolute, "serve.log"),
    permissions: path.join(absolute, "permissions.json"),
  };
}

/** Creates the missing folders of a sandbox's home. Throws `VisibleError` if it cannot write, or for another format. */
export async function prepareHome(home: string): Promise<SandboxPaths> {
  const paths = sandboxPaths(home);
  await guarded(paths.home, async () => {
    await makeFolder(paths.home);
    const other = await otherFormat(paths.marker);
    if (other !== undefined)
      throw new VisibleError(
        `The sandbox in ${paths.home} has the format ${other}, and this program reads format ${homeFormat}: another version wrote it. ` +
          "Choose another folder with --home (or MSSP_SANDBOX_HOME). `npx mssp start` sets this one aside, `npx mssp sandbox reset` deletes it.",
      );
    for (const folder of [paths.cloud, paths.keys]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
    }
    await writeWhenDifferent(
      paths.marker,
      `${JSON.stringify({ format: homeFormat, what: "sandbox of defender-mssp" })}\n`,
    );
  });
  return paths;
}

/** The format of a marker that is not this program's, as text; undefined without a marker. */
async function otherFormat(marker: string): Promise<string | undefined> {
  const text = await readFile(marker, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { format } = Object(parsedJson(text)) as { readonly format?: unknown };
  return format === homeFormat ? undefined : JSON.stringify(format ?? "unknown");
}

/**
 * Renames the home of another format, of which nothing is read, so that the next start begins anew.
 * @param refuseInUse throws while a process runs the sandbox.
 * @returns its new place; undefined where there is none.
 */
export async function setAsideHome(home: string, refuseInUse: () => Promise<void>): Promise<string | undefined> {
  const paths = sandboxPaths(home);
  const other = await otherFormat(paths.marker);
  if (other === undefined) return undefined;
  await refuseInUse();
  return guarded(paths.home, async () => {
    const name = `${paths.home}.format-${other.replaceAll(/\W/g, "")}`;
    const names = new Set(await readdir(path.dirname(paths.home)));
    let [place, number] = [name, 1];
    while (names.has(path.basename(place))) place = `${name}-${++number}`;
    await rename(paths.home, place);
    return place;
  });
}

/**
 * Creates a folder for this user alone, and its missing parents; one that is there stays as it is.
 * Node 20's `mkdir` with `recursive` never returns where nothing can be created, such as in /proc.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(folder)).isDirectory()) return;
    if (code !== "ENOENT" || path.dirname(folder) === folder) throw error;
    await makeFolder(path.dirname(folder));
    await mkdir(folder, { mode: 0o700 });
  }
}

/** Whether the folder is a sandbox's home. */
export async function isSandboxHome(home: string): Promise<boolean> {
  const marker = await readFile(sandboxPaths(home).marker, "utf8").catch(() => undefined);
  return marker !== undefined;
}

/**
 * Deletes the sandbox's files in its home, and `others`; the owner deletes its own file.
 * @param others what other programs keep there for this sandbox.
 */
export async function clearHome(home: string, others: readonly string[]): Promise<void> {
  const paths = sandboxPaths(home);
  await guarded(paths.home, async () => {
    for (const item of [paths.cloud, paths.keys, paths.log, paths.permissions, ...others]) {
      await rm(item, { recursive: true, force: true });
    }
    for (const name of await readdir(paths.home)) {
      if (name.startsWith("sandbox.json")) await rm(path.join(paths.home, name), { force: true });
    }
  });
}

/** Writes the file atomically, unless it has this content already. */
export async function writeWhenDifferent(file: string, text: string, mode?: number): Promise<void> {
  const before = await readFile(file, "utf8").catch(() => undefined);
  if (before === text) return;
  await writeFileAtomic(file, text, mode === undefined ? {} : { mode });
}

/** Runs `action` and turns file system errors into errors for people. */
export async function guarded<T>(place: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileSystemError(place, error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOENT: "no folder can be made there",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of this path is a file, not a folder",
  EEXIST: "there is a file where a folder is needed",
  EISDIR: "there is a folder where a file is needed",
  ENAMETOOLONG: "the path is too long",
  ELOOP: "too many symbolic links",
  EMFILE: "too many open files",
};

/** The error for people for a file system error, else the error itself. */
export function fileSystemError(place: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const reason = reasons[error.code];
  if (reason === undefined) return error;
  const where = "path" in error && typeof error.path === "string" ? error.path : place;
  return new VisibleError(
    `The sandbox can't use ${where}: ${reason}. Mend that, or choose another folder with --home (or MSSP_SANDBOX_HOME).`,
  );
}
