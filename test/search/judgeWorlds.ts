/** Judges worlds or lives of a seed, and collects the failures. */
import { execFileSync } from "node:child_process";
import { readPairs } from "../../dev/search/pairs";
import { failureKey } from "../../dev/search/properties";
import { search, worldSubject, type SearchSubject } from "../../dev/search/search";
import { World } from "../../dev/search/world";

export interface Judged {
  readonly failures: readonly string[];
  /** Ways of the chains that the acts made. */
  readonly made: ReadonlySet<string>;
}

interface Range {
  readonly seed: number;
  readonly count: number;
}

export async function judgeWorlds(checkout: string, range: Range): Promise<Judged> {
  const world = await World.open(await readPairs(checkout));
  try {
    return await judgeDrawn(worldSubject(world), range);
  } finally {
    await world.close();
  }
}

export async function judgeDrawn(subject: SearchSubject, { seed, count }: Range): Promise<Judged> {
  const failures: string[] = [];
  const made = new Set<string>();
  for (let number = 1; number <= count; number++) {
    const { result } = await search(subject, { seed, number, shrinkFor: 0, found: new Set() });
    for (const one of result.failures)
      failures.push([`${number}: ${failureKey(one)}`, one.chain, one.said, ...subject.steps(result, one)].join("\n  "));
    for (const way of Object.keys(result.made)) made.add(way);
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
