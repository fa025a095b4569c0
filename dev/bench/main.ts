/**
 * `npm run bench`: what commands take, each row against a baseline of the same run. Exits with 1
 * where a goal is not met. `--write` records the rows, and `--results` prints what was recorded.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "@defender-mssp/errors";
import { tableText } from "@defender-mssp/terminal/table";
import { manyAlerts, verifyAll, verifyCoverage } from "./connections";
import { detectionsCheck, detectionsPreview } from "./detections";
import { alerts, devCustomer, help } from "./devCustomer";
import { fleet } from "./fleet";
import { recordedResults, recordResults } from "./recordedResults";
import { isMet, type BenchOptions, type BenchRow, type RowInfo } from "./row";

const groups = [
  ...[help, devCustomer, fleet, alerts, manyAlerts],
  ...[verifyAll, verifyCoverage, detectionsCheck, detectionsPreview],
];
const allRows = groups.flatMap(({ rows }) => rows);

const usage = `npm run -s bench -- [--rows NAME,NAME | --rows all] [--runs 5] [--customers N] [--json] [--write]

Rows (* only if named; takes minutes to hours):
${allRows.map(({ name, what, against, isLong }) => `  ${isLong === true ? "*" : " "} ${name.padEnd(20)}${what} / ${against}\n`).join("")}
  --runs N           pairs of each row. Default: 5
  --customers N      of the fleet. Default: 8 for fleet-preview, 50 for alerts-many, 200 for the other rows
  --alerts N         default: 100000
  --rules N          of detections-check. Default: 500
  --without A,B      the dev customer does without these settings: what does one cost?
  --json             an array of rows
  --write            record the rows in dev/bench/results.json
  --results          measure nothing, print the recorded rows
Exit codes: 0 all goals met, 1 a goal is not met, 2 usage error.
`;

async function main(): Promise<void> {
  const values = readArguments();
  if (values === undefined) return;
  if (values.results) {
    const recorded = await recordedResults(values.options.checkout);
    const recordedCells = recorded.map((row) => [...cells(row), `${row.day}, load ${row.load}`]);
    process.stdout.write(values.json ? `${JSON.stringify(recorded)}\n` : tableText(recordedCells));
    return;
  }
  const rows: BenchRow[] = [];
  for (const group of groups) {
    const wanted = group.rows.filter((row) => values.wanted(row));
    if (wanted.length === 0) continue;
    process.stderr.write(`bench: ${wanted.map(({ name }) => name).join(", ")}\n`);
    rows.push(...(await group.measure(wanted, values.options)));
  }
  process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : tableText(rows.map(cells)));
  if (values.write) {
    await recordResults(
      values.options.checkout,
      allRows.map(({ name }) => name),
      rows,
    );
  }
  if (!rows.every(isMet)) process.exitCode = 1;
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        rows: { type: "string" },
        runs: { type: "string", default: "5" },
        customers: { type: "string" },
        alerts: { type: "string", default: "100000" },
        rules: { type: "string", default: "500" },
        without: { type: "string", default: "" },
        json: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        results: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      return undefined;
    }
    const options: BenchOptions = {
      checkout: path.resolve(__dirname, "..", "..", ".."),
      runs: countOf("runs", values.runs),
      customers: values.customers === undefined ? undefined : countOf("customers", values.customers),
      alerts: countOf("alerts", values.alerts),
      rules: countOf("rules", values.rules),
      without: values.without.split(","),
    };
    const { json, write, results } = values;
    return { wanted: wantedRows(values.rows), options, json, write, results };
  } catch (error) {
    process.stderr.write(`bench: ${messageOf(error)}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

function wantedRows(text: string | undefined): (row: RowInfo) => boolean {
  if (text === undefined) return ({ isLong }) => isLong !== true;
  if (text === "all") return () => true;
  const names = text.split(",");
  const unknown = names.filter((name) => !allRows.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`--rows: there is no row "${unknown.join('", "')}".`);
  return ({ name }) => names.includes(name);
}

function countOf(option: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new Error(`--${option}: "${text}" is not a number above 0.`);
}

function cells(row: BenchRow) {
  const { name, ratio, processorRatio, goal, atLeast, seconds, baselineSeconds, runs, spread, unit = "s" } = row;
  const [least, most] = spread.map((value) => value.toFixed(2));
  return [
    name,
    { text: ratio.toFixed(2), color: isMet(row) ? ("green" as const) : ("red" as const) },
    `goal ${atLeast ? "≥" : "≤"} ${goal}`,
    `${least} to ${most}, ${runs} pairs`,
    `${seconds.toFixed(2)} / ${baselineSeconds.toFixed(2)} ${unit}`,
    processorRatio === undefined ? "" : `processor ${processorRatio.toFixed(2)}`,
  ];
}

void main();
