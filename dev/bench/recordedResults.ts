/** The recorded results, in dev/bench/results.json. Rows that were not measured keep their last results. */
import { availableParallelism, loadavg } from "node:os";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BenchRow } from "./row";

export interface BenchResult extends BenchRow {
  /** Day of the run, UTC. */
  readonly day: string;
  readonly cores: number;
  /** Processes that ran or waited for a core, as the mean of the run's last minute. */
  readonly load: number;
}

const resultsFile = "dev/bench/results.json";

export async function recordedResults(checkout: string): Promise<readonly BenchResult[]> {
  const file = path.join(checkout, resultsFile);
  return existsSync(file) ? (JSON.parse(await readFile(file, "utf8")) as readonly BenchResult[]) : [];
}

export async function recordResults(
  checkout: string,
  order: readonly string[],
  rows: readonly BenchRow[],
): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const now = rows.map((row) => ({
    ...rounded(row),
    day,
    cores: availableParallelism(),
    load: Math.round(loadavg()[0] ?? 0),
  }));
  const { format } = await import("prettier");
  const text = JSON.stringify(merged(await recordedResults(checkout), now, order));
  await writeFile(path.join(checkout, resultsFile), await format(text, { printWidth: 120, parser: "json" }));
}

/** The last result of each row, in the order of the rows. A row that exists no more is left out. */
export function merged(
  before: readonly BenchResult[],
  now: readonly BenchResult[],
  order: readonly string[],
): BenchResult[] {
  const last = new Map([...before, ...now].map((result) => [result.name, result]));
  return order.flatMap((name) => last.get(name) ?? []);
}

function rounded(row: BenchRow): BenchRow {
  const { ratio, processorRatio, seconds, baselineSeconds, spread } = row;
  const short = (value: number) => Number(value.toFixed(3));
  return {
    ...row,
    ratio: short(ratio),
    ...(processorRatio === undefined ? {} : { processorRatio: short(processorRatio) }),
    seconds: short(seconds),
    baselineSeconds: short(baselineSeconds),
    spread: [short(spread[0]), short(spread[1])],
  };
}
