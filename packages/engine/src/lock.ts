/**
 * A lock between processes: a file that names its holder. Not `proper-lockfile`: that names nobody
 * to the user who waits, and blocks after a killed holder until a lease ends.
 *
 * The sandbox's `ownerFile.ts` is another protocol: others join its owner, which answers on a port,
 * and a takeover has exactly one winner, since two owners would overwrite each other's tenants.
 * Here others wait, the folder may be on a network file system, and nobody listens on a port.
 */
import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";

const pollMilliseconds = 300;

/** The holder touches its lock this often… */
const heartbeatMilliseconds = 5_000;

/** …and one on another machine, or an unreadable lock, counts as dead after this long without. */
const deadMilliseconds = 60_000;

/** How long a lock file may be empty: its holder is between making and filling it. */
const unfilledMilliseconds = 5_000;

interface Owner {
  id: string;
  pid: number;
  /** When that process started: process IDs are used again. */
  started: string;
  host: string;
}

/**
 * Runs `action` while no other process runs one under the lock `file`. `onWait` is called with the
 * holder's name while another has it. The lock of a process that no longer runs is taken over.
 *
 * In a rare race two may take over the same dead lock. The work under it must therefore be safe, if
 * wasteful, when done twice.
 */
export async function withLock<T>(file: string, onWait: (owner: string) => void, action: () => Promise<T>): Promise<T> {
  const owner: Owner = {
    id: crypto.randomUUID(),
    pid: process.pid,
    started: startOf(process.pid) ?? "",
    host: os.hostname(),
  };
  while (!acquire(file, owner)) {
    const holder = read(file);
    if (isDead(file, holder)) takeAway(file, holder);
    else {
      onWait(holder === undefined ? "just started" : `process ${holder.pid} on ${holder.host}`);
      await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
    }
  }
  const heartbeat = setInterval(() => touch(file), heartbeatMilliseconds);
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    if (read(file)?.id === owner.id) fs.rmSync(file, { force: true });
  }
}

function acquire(file: string, owner: Owner): boolean {
  try {
    fs.writeFileSync(file, JSON.stringify(owner), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    // A full disk makes an empty file: nobody must wait for it.
    fs.rmSync(file, { force: true });
    throw error;
  }
}

/** Who holds the lock; undefined where it is gone or unreadable. */
function read(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(fs.readFileSync(file, "utf8")) as Partial<Owner>;
    const { id = "", pid = 0, started = "", host = "" } = owner;
    return id === "" ? undefined : { id, pid, started, host };
  } catch {
    return undefined;
  }
}

function isDead(file: string, owner: Owner | undefined): boolean {
  const silence = silenceOf(file);
  if (owner === undefined) return silence > unfilledMilliseconds;
  if (owner.host !== os.hostname()) return silence > deadMilliseconds;
  return startOf(owner.pid) !== owner.started;
}

/** Removes the lock of `dead`, unless somebody has done that already and holds a new one. */
function takeAway(file: string, dead: Owner | undefined): void {
  const aside = `${file}.${crypto.randomUUID()}`;
  try {
    fs.renameSync(file, aside);
    // A link, other than a rename, doesn't replace a lock that was made meanwhile.
    if (read(aside)?.id !== dead?.id) fs.linkSync(aside, file);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

/** Milliseconds since the holder last touched its lock; 0 where it is gone. */
function silenceOf(file: string): number {
  try {
    return Date.now() - fs.statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

function touch(file: string): void {
  const now = new Date();
  try {
    fs.utimesSync(file, now, now);
  } catch {
    // Taken away, or the file system doesn't let it: the lock is worth no failure.
  }
}

/**
 * What tells this run of process `pid` from others of the same number; undefined where it doesn't
 * run.
 */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      // Fields are counted after the command's name, which is in parentheses and may contain
      // anything. A zombie is dead.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    }
    if (!exists(pid)) return undefined;
    if (process.platform === "win32") return "running";
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one, too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
