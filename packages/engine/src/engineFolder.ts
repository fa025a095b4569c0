/** The engine's folder: its content, whether it is complete, and how files are installed. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Engine, EngineSource } from "./engine";
import { isOwnLauncher, launchers, type InstalledFile } from "./languageHostFiles";

const recordFile = ".engine.json";

/**
 * The record of the installed files, by which later runs see at once that the engine is complete.
 */
export interface EngineRecord {
  source: EngineSource;
  /** `official`, or the hash of our own language host's sources. */
  languageHost: string;
  /** Size of the `pulumi` program in bytes: another one means that it was replaced or cut short. */
  pulumiBytes: number;
}

export interface FolderState {
  recorded: EngineRecord | undefined;
  /** An executable `pulumi` that isn't empty. */
  hasPulumi: boolean;
  languageHost: "official" | "own" | "none";
  /** Whether the files are those that were recorded. */
  isWhole: boolean;
}

export function executableIn(folder: string): string {
  return path.join(folder, "bin", process.platform === "win32" ? "pulumi.exe" : "pulumi");
}

/** Looks at the files only; starts no process. */
export function inspectFolder(folder: string): FolderState {
  const recorded = readRecord(folder);
  const pulumiBytes = executableBytes(executableIn(folder));
  const languageHost = languageHostIn(path.join(folder, "bin"));
  return {
    recorded,
    hasPulumi: pulumiBytes > 0,
    languageHost,
    isWhole:
      recorded?.pulumiBytes === pulumiBytes &&
      pulumiBytes > 0 &&
      languageHost === (recorded.languageHost === "official" ? "official" : "own"),
  };
}

/**
 * The version that the program at `executable` gives, without a leading `v`; undefined where it
 * doesn't run.
 */
export async function engineVersionOf(executable: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(executable, ["version"], {
      timeout: 30_000,
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    return /^v?(\S+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Notes what is there. A folder that can't be written to (an image's, somebody else's) is left as
 * it is.
 */
export async function recordEngine(folder: string, source: EngineSource, hostHash: string): Promise<EngineRecord> {
  const record: EngineRecord = {
    source,
    languageHost: inspectFolder(folder).languageHost === "official" ? "official" : hostHash,
    pulumiBytes: executableBytes(executableIn(folder)),
  };
  const file: InstalledFile = { name: recordFile, content: `${JSON.stringify(record)}\n`, executable: false };
  try {
    await installFile(folder, file, fs.promises.writeFile);
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
  return record;
}

/** Writes `file` into `folder` atomically. */
export async function installFile(
  folder: string,
  file: InstalledFile,
  writeFile: typeof fs.promises.writeFile,
): Promise<void> {
  const temporary = path.join(folder, `.${file.name}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, file.content, { mode: file.executable ? 0o755 : 0o644 });
    await fs.promises.rename(temporary, path.join(folder, file.name));
  } finally {
    await fs.promises.rm(temporary, { force: true });
  }
}

/**
 * A new folder beside `folder`, so that it can be renamed; leftovers of killed runs are deleted
 * first.
 */
export async function temporaryFolder(folder: string): Promise<string> {
  const versions = path.dirname(folder);
  const prefix = `.${path.basename(folder)}.tmp-`;
  for (const name of await fs.promises.readdir(versions)) {
    if (name.startsWith(prefix)) await fs.promises.rm(path.join(versions, name), { recursive: true, force: true });
  }
  const temporary = await fs.promises.mkdtemp(path.join(versions, prefix));
  await fs.promises.mkdir(path.join(temporary, "bin"));
  await fs.promises.chmod(temporary, 0o755);
  return temporary;
}

export function describeEngine(record: EngineRecord): Pick<Engine, "source" | "languageHost"> {
  return { source: record.source, languageHost: record.languageHost === "official" ? "official" : "own" };
}

function readRecord(folder: string): EngineRecord | undefined {
  try {
    const { source, languageHost, pulumiBytes } = JSON.parse(
      fs.readFileSync(path.join(folder, recordFile), "utf8"),
    ) as Partial<EngineRecord>;
    if (source === undefined || !["download", "build", "found"].includes(source)) return undefined;
    if (typeof languageHost !== "string" || typeof pulumiBytes !== "number") return undefined;
    return { source, languageHost, pulumiBytes };
  } catch {
    return undefined;
  }
}

function languageHostIn(bin: string): FolderState["languageHost"] {
  const files = launchers.map((name) => path.join(bin, name));
  if (files.every((file) => executableBytes(file) > 0 && isOwnLauncher(file))) return "own";
  const host = path.join(bin, process.platform === "win32" ? `${launchers[0]}.exe` : launchers[0]);
  return executableBytes(host) > 0 && !isOwnLauncher(host) ? "official" : "none";
}

/** Size of the executable file in bytes; 0 where there is none. */
export function executableBytes(file: string): number {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    const stat = fs.statSync(file);
    return stat.isFile() ? stat.size : 0;
  } catch {
    return 0;
  }
}
