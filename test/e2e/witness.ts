/**
 * Sees what a run leaves for others to read: every file of some folders, also those that are gone
 * again, and the arguments of every process of the run.
 */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  type FSWatcher,
  type Stats,
} from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";

/** Milliseconds between two looks at the processes. */
const pause = 15;

/** A process with other variables after so many looks is another program's, and is not read again. */
const settledLooks = 60;

interface SeenProcess {
  /** Its arguments at the last look. */
  readonly line: string;
  readonly isOfRun: boolean;
  /** How often it was seen with these arguments. */
  readonly looks: number;
  readonly isOther: boolean;
}

export class Witness {
  /** Arguments of every process that was seen with one of the folders in its environment, separated by spaces. */
  readonly commandLines = new Set<string>();
  /** By device and inode: a file that is written anew in place of another is another. */
  readonly #files = new Map<string, { readonly kept: string; readonly place: string }>();
  /** By folder: the system tells at once of a new file in it, or of another one in its place. */
  readonly #watched = new Map<string, FSWatcher>();
  #known = new Map<string, SeenProcess>();
  readonly #timer: NodeJS.Timeout;

  /**
   * Begins to look.
   * @param folders whose files are kept from now on; links are not followed
   * @param keep where they are kept as hard links, so on the same file system
   */
  constructor(
    private readonly folders: readonly string[],
    private readonly keep: string,
  ) {
    mkdirSync(keep, { recursive: true });
    for (const folder of folders) this.#readFolder(folder);
    this.#timer = setInterval(() => this.#lookAtProcesses(), pause);
  }

  /** Looks a last time. */
  stop(): void {
    clearInterval(this.#timer);
    for (const folder of this.folders) this.#readFolder(folder);
    for (const watcher of this.#watched.values()) watcher.close();
    this.#watched.clear();
    this.#lookAtProcesses();
  }

  /** Every file that was seen, with what was in it, and who might read it, at the end of its life. */
  async *files(): AsyncGenerator<{ readonly place: string; readonly content: Buffer; readonly mode: number }> {
    for (const { kept, place } of this.#files.values()) {
      yield { place, content: await readFile(kept), mode: (await stat(kept)).mode & 0o777 };
    }
  }

  /** Where the files were, each place as often as another file was there. */
  get places(): string[] {
    return [...this.#files.values()].map(({ place }) => place);
  }

  #lookAtProcesses(): void {
    const known = new Map<string, SeenProcess>();
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      const before = this.#known.get(entry);
      known.set(entry, before?.isOther === true ? before : this.#lookAtProcess(entry, before));
    }
    this.#known = known;
  }

  /** A new process has the arguments and the variables of its parent until it runs its own program. */
  #lookAtProcess(pid: string, before: SeenProcess | undefined): SeenProcess {
    const line = unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, "latin1")) ?? "";
    const { isOfRun, looks } = line === before?.line ? before : { isOfRun: this.#isOfRun(pid), looks: 0 };
    if (isOfRun && looks === 0) this.commandLines.add(line.replaceAll("\0", " ").trim());
    return { line, isOfRun, looks: looks + 1, isOther: !isOfRun && looks > settledLooks };
  }

  /** Other programs of this machine, such as other tests, have nothing to do with the run. */
  #isOfRun(pid: string): boolean {
    const environment = unlessGone(() => readFileSync(`/proc/${pid}/environ`, "latin1")) ?? "";
    return this.folders.some((folder) => environment.includes(folder));
  }

  /** Watches a folder and those in it, and keeps the files that are there already. */
  #readFolder(folder: string): void {
    if (!this.#watched.has(folder)) unlessGone(() => this.#watch(folder));
    for (const name of unlessGone(() => readdirSync(folder)) ?? []) this.#keepEntry(path.join(folder, name));
  }

  #watch(folder: string): void {
    const watcher = watch(folder, (event, name) => {
      if (event !== "rename" || name === null) return;
      const place = path.join(folder, name);
      this.#forget(place);
      this.#keepEntry(place);
    });
    this.#watched.set(
      folder,
      watcher.on("error", () => undefined),
    );
  }

  /** A folder that is removed, or moved, and made again is another one. */
  #forget(place: string): void {
    for (const [folder, watcher] of this.#watched) {
      if (folder !== place && !folder.startsWith(place + path.sep)) continue;
      watcher.close();
      this.#watched.delete(folder);
    }
  }

  #keepEntry(place: string): void {
    const entry = unlessGone(() => lstatSync(place));
    if (entry?.isDirectory() === true && place !== this.keep) this.#readFolder(place);
    else if (entry?.isFile() === true) unlessGone(() => this.#keepFile(place, entry));
  }

  /** The file may be replaced between two calls: the link says which one it is. */
  #keepFile(place: string, seen: Stats): void {
    if (this.#files.has(keyOf(seen))) return;
    const link = path.join(this.keep, "link");
    linkSync(place, link);
    const key = keyOf(lstatSync(link));
    const kept = path.join(this.keep, key);
    // Nothing happens where both are links to one file.
    renameSync(link, kept);
    rmSync(link, { force: true });
    if (!this.#files.has(key)) this.#files.set(key, { kept, place });
  }
}

function keyOf({ dev, ino }: Stats): string {
  return `${dev}-${ino}`;
}

/** What was there a moment ago may be gone. */
function unlessGone<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (["ENOENT", "ESRCH", "ENOTDIR", "EEXIST", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    throw error;
  }
}
