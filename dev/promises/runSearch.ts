/** Looks for a planted defect by the search, in a copy of the checkout. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { PlantedDefect } from "./mutations";

/** How much is searched until a defect counts as not found, as `npm run search` takes it. */
export interface SearchLimits {
  readonly worlds: string;
  readonly lives: string;
  readonly seed: string;
}

export interface SearchRun {
  /** The world, life or program that shows the defect; undefined if none does. */
  readonly shownBy: string | undefined;
  /** Why the run gave no result: undefined if it gave one. */
  readonly problem?: string;
  readonly output: string;
}

export async function runSearch(
  folder: string,
  { verbs, by }: PlantedDefect,
  { worlds, lives, seed }: SearchLimits,
): Promise<SearchRun> {
  const results = path.join(folder, "planted.jsonl");
  await writeFile(results, "");
  const ofWorlds = verbs === undefined ? ["--worlds", worlds, "--use", "0"] : ["--lives", lives, "--verbs", verbs];
  const subject = by === "programs" ? ["--programs", "5000"] : ofWorlds;
  const options = [...subject, "--first", "1", "--seed", seed, "--shrink", "0", "--stop", "--results", results];
  const hook = ["--conditions=source", "--require", "@defender-mssp/testkit/mocha/compile", "dev/search/main.ts"];
  const { stdout, stderr } = await execa(process.execPath, [...hook, ...options], { cwd: folder, reject: false });
  const output = `${stdout}\n${stderr}`;
  if (by === "programs") {
    const [, failed] = /Property failed after (\d+) tests/.exec(stdout) ?? [];
    return { shownBy: failed === undefined ? undefined : `program ${failed}`, output };
  }
  const last = JSON.parse((await readFile(results, "utf8")).trimEnd().split("\n").at(-1) || "{}") as {
    readonly world?: number;
    readonly life?: number;
    readonly found?: readonly { readonly key: string }[];
  };
  const number = last.world ?? last.life;
  if (number === undefined) return { shownBy: undefined, problem: "nothing was judged", output };
  const keys = (last.found ?? []).map(({ key }) => key);
  const shownBy = `${last.world === undefined ? "life" : "world"} ${number}: ${keys.slice(0, 3).join(", ")}`;
  return { shownBy: keys.length > 0 ? shownBy : undefined, output };
}
