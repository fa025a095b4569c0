/**
 * Sees what a run leaves for others to read: every file of some folders, also those that are gone
 * again, and the arguments of every process of the run.
 */
import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";

/** Milliseconds between two looks. */
const pause = 15;

/** A folder that has not changed for as long is not read again: two changes may have one time. */
const settled = 1000;

export class Witness {
  /** Arguments of every process that was seen with one of the folders in its environment, separated by spaces. */
  readonly commandLines = new Set<string>();
  /** By device and inode: a file that is written anew in place of another is another. */
  readonly #files = new Map<string, { readonly kept: string; readonly place: string }>();
  /** By place: when a folder last changed, and its folders then. */
  readonly #settled = new Map<string, { readonly changed: number; readonly folders: readonly string[] }>();
  /** By process: its arguments at the last look. A thread of the kernel has none. */
  #known = new Map<string, string>();
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
    this.#timer = setInterval(() => this.#look(), pause);
  }

  /** Looks a last time. */
  stop(): void {
    clearInterval(this.#timer);
    this.#look();
  }

  /**
   * Every file that was seen, with what was in it, and who might read it, at the end of its life.
   */
  async *files(): AsyncGenerator<{ readonly place: string; readonly content: Buffer; readonly mode: number }> {
    for (const { kept, place } of this.#files.values()) {
      yield { place, content: await readFile(kept), mode: (await stat(kept)).mode & 0o777 };
    }
  }

  /** Where the files were, each place as often as another file was there. */
  get places(): string[] {
    return [...this.#files.values()].map(({ place }) => place);
  }

  #look(): void {
    for (const folder of this.folders) this.#keepFilesOf(folder);
    const known = new Map<string, string>();
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      const before = this.#known.get(entry);
      const line = before === "" ? "" : (unlessGone(() => readFileSync(`/proc/${entry}/cmdline`, "latin1")) ?? "");
      known.set(entry, line);
      if (line !== before && this.#isOfRun(entry)) this.commandLines.add(line.replaceAll("\0", " ").trim());
    }
    this.#known = known;
  }

  /** Other programs of this machine, such as other tests, have nothing to do with the run. */
  #isOfRun(pid: string): boolean {
    const environment = unlessGone(() => readFileSync(`/proc/${pid}/environ`, "latin1")) ?? "";
    return this.folders.some((folder) => environment.includes(folder));
  }

  /** A new file, or another one in its place, changes the folder that it is in. */
  #keepFilesOf(folder: string): void {
    const now = Date.now();
    const changed = unlessGone(() => statSync(folder).mtimeMs);
    if (changed === undefined) return;
    const known = this.#settled.get(folder);
    const folders = known?.changed === changed ? known.folders : this.#readFolder(folder);
    if (now - changed > settled) this.#settled.set(folder, { changed, folders });
    for (const inner of folders) this.#keepFilesOf(inner);
  }

  /** Keeps the files of a folder. @returns the folders in it. */
  #readFolder(folder: string): string[] {
    const folders: string[] = [];
    for (const entry of unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? []) {
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (place !== this.keep) folders.push(place);
      } else if (entry.isFile()) unlessGone(() => this.#keepFile(place));
    }
    return folders;
  }

  #keepFile(place: string): void {
    const { dev, ino } = lstatSync(place);
    const key = `${dev}-${ino}`;
    if (this.#files.has(key)) return;
    const kept = path.join(this.keep, key);
    linkSync(place, kept);
    this.#files.set(key, { kept, place });
  }
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
