/**
 * Records results in docs/reference/performance.md and its charts. Rows that were not measured keep
 * their last results.
 */
import { availableParallelism, loadavg } from "node:os";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { chartOf, whatOf } from "./chart";
import { isMet, type BenchRow } from "./row";

export interface BenchResult extends BenchRow {
  /** Day of the run, UTC. */
  readonly day: string;
  readonly cores: number;
  /** Processes that ran or waited for a core, as the mean of the run's last minute. */
  readonly load: number;
}

const pageFile = "docs/reference/performance.md";
const resultsFile = "dev/bench/results.json";
const block = /(<!-- results -->\n)[^]*(\n<!-- end of results -->)/;

export async function writePage(checkout: string, order: readonly string[], rows: readonly BenchRow[]): Promise<void> {
  const place = (file: string) => path.join(checkout, file);
  const before = existsSync(place(resultsFile))
    ? (JSON.parse(await readFile(place(resultsFile), "utf8")) as readonly BenchResult[])
    : [];
  const day = new Date().toISOString().slice(0, 10);
  const now = rows.map((row) => ({
    ...rounded(row),
    day,
    cores: availableParallelism(),
    load: Math.round(loadavg()[0] ?? 0),
  }));
  const results = merged(before, now, order);
  const page = await readFile(place(pageFile), "utf8");
  const { format } = await import("prettier");
  const options = { printWidth: 120 };
  const table = page.replace(block, (_, begin: string, end: string) => `${begin}\n${tableOf(results)}${end}`);
  await writeFile(place(pageFile), await format(table, { ...options, parser: "markdown" }));
  await writeFile(place(resultsFile), await format(JSON.stringify(results), { ...options, parser: "json" }));
  for (const scheme of ["light", "dark"] as const) {
    await writeFile(place(`docs/images/performance-${scheme}.svg`), chartOf(results, scheme));
  }
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

export function tableOf(results: readonly BenchResult[]): string {
  const rows = results.map((row) => {
    const {
      name,
      against,
      ratio,
      processorRatio,
      goal,
      atLeast,
      seconds,
      baselineSeconds,
      runs,
      spread,
      day,
      load,
      unit = "s",
    } = row;
    return [
      `\`${name}\``,
      whatOf(row),
      against,
      `${isMet(row) ? "" : "**"}${ratio.toFixed(2)}${isMet(row) ? "" : "**"}`,
      `${atLeast ? "≥" : "≤"} ${goal}`,
      processorRatio?.toFixed(2) ?? "",
      `${spread.map((value) => value.toFixed(2)).join(" to ")}, ${runs} pairs`,
      `${seconds} / ${baselineSeconds} ${unit}`,
      `${day}, load ${load}`,
    ];
  });
  const head = ["row", "what", "against", "ratio", "goal", "by processor time", "spread", "medians", "measured"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
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
