/**
 * What a test file may cost, in seconds of processor time on the reference machine: there
 * `node -e "require('@pulumi/pulumi')"` takes 0.9.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { processTree } from "@defender-mssp/testkit/processTree";
import type { FileResult } from "./results";

const file = "test/budgets.json";

/** Of a file without a row. */
const smallBudget = 3;
/** What such a file takes on average: parts are divided by it. */
const smallCost = 0.4;

/**
 * Seconds of `npm test` and of everything: 395 and about 3,700 when they were set. The aims are 600 and 3,000.
 * One machine measured itself as 0.62 to 0.98 of the reference: the limit of everything leaves room for that.
 */
export const limits = { quick: 750, all: 4800 };

export type Budgets = Readonly<Record<string, number>>;

export function readBudgets(): Budgets {
  return JSON.parse(readFileSync(file, "utf8")) as Budgets;
}

export function expectedSeconds(budgets: Budgets): (file: string) => number {
  return (name) => budgets[name] ?? smallCost;
}

/** How much slower this machine is than the one whose seconds the budgets are: 0.5 is twice as fast. */
export function measureMachine(): number {
  const seconds = Array.from({ length: 5 }, secondsOfPulumi).sort((a, b) => a - b)[2] ?? 0;
  return seconds / 0.9;
}

function secondsOfPulumi(): number {
  const before = processTree()?.seconds ?? 0;
  spawnSync(process.execPath, ["-e", "require('@pulumi/pulumi')"]);
  return (processTree()?.seconds ?? 0) - before;
}

/** A line for each file that took more than twice its budget. */
export function overBudget(results: readonly FileResult[], budgets: Budgets, machine: number): string[] {
  return results.flatMap(({ file: name, seconds }) => {
    const budget = budgets[name] ?? smallBudget;
    const taken = seconds / machine;
    return taken > 2 * budget
      ? [`${name} took ${taken.toFixed(1)} s of processor time; its budget is ${budget} s`]
      : [];
  });
}

/** The budgets with what was measured: rows of files that exist, for those that are no small files. */
export function recordedBudgets(
  results: readonly FileResult[],
  budgets: Budgets,
  machine: number,
  files: readonly string[],
): Budgets {
  const measured = new Map(results.map(({ file: name, seconds }) => [name, Math.ceil(seconds / machine)]));
  const rows = files.map((name) => [name, measured.get(name) ?? budgets[name] ?? 0] as const);
  return Object.fromEntries(rows.filter(([, seconds]) => seconds > smallBudget).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function writeBudgets(budgets: Budgets): void {
  writeFileSync(file, `${JSON.stringify(budgets, undefined, 2)}\n`);
}
