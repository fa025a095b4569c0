/** Judges worlds of a seed, and collects the failures. */
import { execFileSync } from "node:child_process";
import { readPairs } from "../../dev/search/pairs";
import { failureKey } from "../../dev/search/properties";
import { searchWorld } from "../../dev/search/search";
import { World } from "../../dev/search/world";

export interface Judged {
  readonly failures: readonly string[];
  /** Ways of the chains that the acts made. */
  readonly made: ReadonlySet<string>;
}

export async function judgeWorlds(
  checkout: string,
  { seed, count }: { readonly seed: number; readonly count: number },
): Promise<Judged> {
  const world = await World.open(await readPairs(checkout));
  const failures: string[] = [];
  const made = new Set<string>();
  try {
    for (let number = 1; number <= count; number++) {
      const { result } = await searchWorld(world, { seed, number, shrinkFor: 0, found: new Set() });
      failures.push(
        ...result.failures.map((one) => `world ${number}: ${failureKey(one)}\n  ${one.chain}\n  ${one.said}`),
      );
      for (const way of Object.keys(result.made)) made.add(way);
    }
  } finally {
    await world.close();
  }
  return { failures, made };
}

/** The same for each run of a commit. */
export function seedOfCommit(checkout: string): number {
  try {
    return parseInt(execFileSync("git", ["rev-parse", "--short=7", "HEAD"], { cwd: checkout, encoding: "utf8" }), 16);
  } catch {
    // A copy of the files without git.
    return 1;
  }
}
