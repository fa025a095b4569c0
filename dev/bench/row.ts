/**
 * A row of the benchmark: two pieces of work that are measured in turn, so that a slow moment of
 * the machine hits both; and the recorded rows, in dev/bench/results.json.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import path from "node:path";

export interface RowInfo {
  /** What `--rows` takes. */
  readonly name: string;
  readonly what: string;
  readonly against: string;
  readonly goal: number;
  /** The ratio must be at least the goal; otherwise at most. */
  readonly atLeast?: boolean;
  /** The goal is for processor time, which `seconds` and `baselineSeconds` then count. */
  readonly isProcessor?: boolean;
  /** What `seconds` and `baselineSeconds` count. @default "s" */
  readonly unit?: "s" | "MB";
  /** Takes too long for a run without `--rows`. */
  readonly isLong?: boolean;
  /** How many customers it has. */
  readonly customers?: number;
}

export interface BenchRow extends RowInfo {
  /** Median of the pairs' ratios: of times, of memory, or of throughput (`atLeast`). */
  readonly ratio: number;
  readonly atLeast: boolean;
  /** The same of processor time, which other work on the machine changes less. */
  readonly processorRatio?: number;
  /** Medians. */
  readonly seconds: number;
  readonly baselineSeconds: number;
  /** How many pairs. */
  readonly runs: number;
  /** Least and greatest ratio of a pair. */
  readonly spread: readonly [number, number];
}

export interface BenchResult extends BenchRow {
  /** Day of the run, UTC. */
  readonly day: string;
  readonly cores: number;
  /** Processes that ran or waited for a core, as the mean of the run's last minute. */
  readonly load: number;
}

export interface Measured {
  readonly seconds: number;
  /** Processor time of the processes that were started, in seconds. */
  readonly processor?: number;
  /** Peak memory: sum over all processes of the command. */
  readonly megabytes?: number;
}

export type Work = () => Promise<Measured>;

interface Pair {
  readonly base: Measured;
  readonly compared: Measured;
}

/** Runs both so many times in turn, after a pair that warms the file caches. */
export async function inTurn(base: Work, compared: Work, runs: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let run = 0; run <= runs; run++) pairs.push({ base: await base(), compared: await compared() });
  return pairs.slice(1);
}

export function rowOf(info: RowInfo, pairs: readonly Pair[]): BenchRow {
  const { unit, isProcessor, atLeast = false } = info;
  const measure = unit === "MB" ? "megabytes" : isProcessor === true ? "processor" : "seconds";
  const values = (side: keyof Pair, name: keyof Measured = measure) => pairs.map((pair) => pair[side][name] ?? NaN);
  const ratios = (name: keyof Measured) => {
    const base = values("base", name);
    return values("compared", name).map((value, at) =>
      atLeast ? (base[at] ?? NaN) / value : value / (base[at] ?? NaN),
    );
  };
  const processorRatio = median(ratios("processor"));
  return {
    ...info,
    ratio: median(ratios(measure)),
    atLeast,
    ...(unit === "MB" || Number.isNaN(processorRatio) ? {} : { processorRatio }),
    seconds: median(values("compared")),
    baselineSeconds: median(values("base")),
    runs: pairs.length,
    spread: [Math.min(...ratios(measure)), Math.max(...ratios(measure))],
  };
}

export function isMet({ ratio, goal, atLeast }: Pick<BenchRow, "ratio" | "goal" | "atLeast">): boolean {
  return atLeast ? ratio >= goal : ratio <= goal;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

const resultsFile = (checkout: string) => path.join(checkout, "dev", "bench", "results.json");

export function recordedResults(checkout: string): readonly BenchResult[] {
  const file = resultsFile(checkout);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as readonly BenchResult[]) : [];
}

export async function recordResults(checkout: string, order: readonly string[], rows: readonly BenchRow[]) {
  const run = { day: new Date().toISOString().slice(0, 10), cores: availableParallelism(), load: loadavg()[0] ?? 0 };
  const results = merged(
    recordedResults(checkout),
    rows.map((row) => ({ ...row, ...run })),
    order,
  );
  const { format } = await import("prettier");
  const short = (_name: string, value: unknown) => (typeof value === "number" ? Number(value.toFixed(3)) : value);
  const text = await format(JSON.stringify(results, short), { printWidth: 120, parser: "json" });
  writeFileSync(resultsFile(checkout), text);
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
