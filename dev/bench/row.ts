/**
 * A row of the benchmark: two pieces of work that are measured in turn, so that a slow moment of
 * the machine hits both.
 */
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

type Work = () => Promise<Measured>;

/** The baseline, what is compared with it, and what the row says in place of its constant text. */
export type BenchComparison = readonly [Work, Work, Partial<Pick<BenchRow, "what" | "customers">>?];

export type ComparedRow<Subject> = RowInfo & {
  /** Pairs of one run, for work that takes less than a tenth of a second. @default 1 */
  readonly pairsOfRun?: number;
  /** Rows with the same function are measured once. */
  readonly compare: (subject: Subject, options: BenchOptions) => BenchComparison | Promise<BenchComparison>;
};

/** Rows that share what they are measured on. */
export interface BenchGroup {
  readonly rows: readonly RowInfo[];
  readonly measure: (wanted: readonly RowInfo[], options: BenchOptions) => Promise<BenchRow[]>;
}

export function benchGroup<Subject extends { dispose(): Promise<void> }>(
  rows: readonly ComparedRow<Subject>[],
  open: (options: BenchOptions, wanted: readonly RowInfo[]) => Promise<Subject>,
): BenchGroup {
  return {
    rows,
    async measure(wanted, options) {
      const subject = await open(options, wanted);
      const measured = new Map<unknown, { pairs: Pair[]; more: BenchComparison[2] }>();
      try {
        const results: BenchRow[] = [];
        for (const { compare, pairsOfRun = 1, ...info } of rows.filter((row) => wanted.includes(row))) {
          let kept = measured.get(compare);
          if (kept === undefined) {
            const [base, compared, more] = await compare(subject, options);
            measured.set(compare, (kept = { pairs: await inTurn(base, compared, options.runs * pairsOfRun), more }));
          }
          results.push({ ...rowOf(info, kept.pairs), ...kept.more });
        }
        return results;
      } finally {
        await subject.dispose();
      }
    },
  };
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
export async function inTurn(base: Work, compared: Work, runs: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let run = 0; run <= runs; run++) pairs.push({ base: await base(), compared: await compared() });
  return pairs.slice(1);
}

export function rowOf(info: RowInfo, pairs: readonly Pair[]): BenchRow {
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
