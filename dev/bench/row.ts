/**
 * A row of the benchmark: two pieces of work that are measured in turn, so that a slow moment of
 * the machine hits both.
 */
import { processorOfChildren } from "../processes/processes";

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
  /** How many customers the fleet had. */
  readonly customers?: number;
}

export interface BenchOptions {
  readonly checkout: string;
  /** Pairs of each row. */
  readonly runs: number;
  readonly customers: number | undefined;
  readonly alerts: number;
  /** Detection rules of `detections-check`. */
  readonly rules: number;
  /** Settings that the dev customer does without. */
  readonly without: readonly string[];
}

/** Rows that share what they are measured on. */
export interface BenchGroup {
  readonly rows: readonly RowInfo[];
  readonly measure: (wanted: (row: RowInfo) => boolean, options: BenchOptions) => Promise<BenchRow[]>;
}

export interface Measured {
  readonly seconds: number;
  /** Processor time of the processes that were started, in seconds. */
  readonly processor?: number;
  /** Peak memory: sum over all processes of the command. */
  readonly megabytes?: number;
}

export interface Pair {
  readonly base: Measured;
  readonly compared: Measured;
}

/** Runs both so many times in turn, after a pair that warms the file caches. */
export async function inTurn(
  base: () => Promise<Measured>,
  compared: () => Promise<Measured>,
  runs: number,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let run = 0; run <= runs; run++) pairs.push({ base: await base(), compared: await compared() });
  return pairs.slice(1);
}

export async function timed(work: () => Promise<unknown>): Promise<Measured> {
  const [began, before] = [performance.now(), processorOfChildren()];
  await work();
  return { seconds: (performance.now() - began) / 1000, processor: processorOfChildren() - before };
}

export function rowOf(info: RowInfo, pairs: readonly Pair[], customers?: number): BenchRow {
  const value = ({ seconds, processor = NaN, megabytes = NaN }: Measured) => {
    if (info.unit === "MB") return megabytes;
    return info.isProcessor === true ? processor : seconds;
  };
  const atLeast = info.atLeast === true;
  const ratioOf = (base: number, compared: number) => (atLeast ? base / compared : compared / base);
  const values = pairs.map(({ base, compared }) => ({ base: value(base), compared: value(compared) }));
  const ratios = values.map(({ base, compared }) => ratioOf(base, compared));
  const processorRatio = median(
    pairs.map(({ base, compared }) => ratioOf(base.processor ?? NaN, compared.processor ?? NaN)),
  );
  return {
    ...info,
    ratio: median(ratios),
    atLeast,
    ...(info.unit === "MB" || Number.isNaN(processorRatio) ? {} : { processorRatio }),
    seconds: median(values.map(({ compared }) => compared)),
    baselineSeconds: median(values.map(({ base }) => base)),
    runs: pairs.length,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    ...(customers === undefined ? {} : { customers }),
  };
}

export function isMet({ ratio, goal, atLeast }: Pick<BenchRow, "ratio" | "goal" | "atLeast">): boolean {
  return atLeast ? ratio >= goal : ratio <= goal;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
