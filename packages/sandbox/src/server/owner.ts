/**
 * The owner of a sandbox's home: one process at a time.
 *
 * The owner is whoever the file `owner.<n>.json` with the highest n names, as long as that process
 * answers on the port that the file names. When it doesn't, it has died, and its successor makes
 * the file with n + 1. The file system lets only one process make that, and the highest one is
 * never removed, so two processes that come at the same time can't both win. The file's token is
 * the key to the owner's control routes: whoever may read the home may use its sandbox.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { link, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { guarded } from "../cloud/home";
import { fileOf, latestOwner, ownerNumbers, type HomeOwner } from "./ownerFile";

export type { HomeOwner } from "./ownerFile";

/** Whether the owner of a file is alive. */
export type IsAlive = (owner: HomeOwner) => Promise<boolean>;

/** The living owner of a home, if there is one. */
export async function currentOwner(home: string, isAlive: IsAlive): Promise<HomeOwner | undefined> {
  const latest = await latestOwner(home);
  if (latest.owner === undefined) return undefined;
  return (await isAlive(latest.owner)) ? latest.owner : undefined;
}

/** Makes this process, which already listens on `port`, the owner, or returns the current one. */
export async function claim(
  home: string,
  port: number,
  isAlive: IsAlive,
): Promise<{ readonly claimed: HomeOwner } | { readonly owner: HomeOwner }> {
  const me: HomeOwner = { pid: process.pid, port, token: randomBytes(32).toString("base64url") };
  for (;;) {
    const latest = await latestOwner(home);
    if (latest.owner !== undefined && (await isAlive(latest.owner))) return { owner: latest.owner };
    const number = latest.number + 1;
    if (!(await makeOwnerFile(home, number, me))) continue;
    // Another process may have been faster: then this file is not the highest and does not count.
    const highest = await latestOwner(home);
    if (highest.number === number) {
      await removeLower(home, number);
      return { claimed: me };
    }
    await rm(fileOf(home, number), { force: true });
  }
}

/** Creates the file with its content atomically, if it does not exist. */
async function makeOwnerFile(home: string, number: number, owner: HomeOwner): Promise<boolean> {
  const draft = path.join(home, `owner.draft.${randomUUID()}`);
  return guarded(home, async () => {
    await writeFile(draft, `${JSON.stringify(owner)}\n`, { mode: 0o600, flag: "wx" });
    try {
      await link(draft, fileOf(home, number));
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  });
}

async function removeLower(home: string, number: number): Promise<void> {
  const lower = (await ownerNumbers(home)).filter((other) => other < number);
  await Promise.all(lower.map((other) => rm(fileOf(home, other), { force: true })));
}
