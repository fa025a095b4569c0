/**
 * `npm run bench`: what commands take, each row against a baseline of the same run. Exits with 1
 * where a goal is not met. `--write` records the rows, and `--results` prints what was recorded.
 */
import path from "node:path";
import { tableText } from "@defender-mssp/terminal/table";
import { choices, runTool, wholeNumber } from "../tool";
import { isMet, recordedResults, recordResults, type BenchRow, type RowInfo } from "./row";
import { groups } from "./rows";

const rowInfos: readonly RowInfo[] = groups.flatMap(({ rows }): readonly RowInfo[] => rows);

const help = `npm run -s bench -- [--rows NAME,NAME | --rows all] [--runs 5] [--customers N] [--json] [--write]

Rows (* only if named; takes minutes to hours):
${rowInfos.map(({ name, what, against, isLong }) => `  ${isLong === true ? "*" : " "} ${name.padEnd(20)}${what} / ${against}\n`).join("")}
  --runs N           pairs of each row. Default: 5
  --customers N      of the fleet. Default: 8 for fleet-preview, 50 by connection files, 200 for the other rows
  --alerts N         default: 100000
  --json             an array of rows
  --write            record the rows in dev/bench/results.json
  --results          measure nothing, print the recorded rows
Exit codes: 0 all goals met, 1 a goal is not met, 2 usage error.
`;

const options = {
  rows: { type: "string" },
  runs: { type: "string", default: "5" },
  customers: { type: "string" },
  alerts: { type: "string", default: "100000" },
  json: { type: "boolean" },
  write: { type: "boolean" },
  results: { type: "boolean" },
} as const;

runTool({ name: "bench", help, options }, async (values) => {
  const checkout = path.resolve(__dirname, "..", "..", "..");
  const names = rowInfos.map(({ name }) => name);
  if (values.results === true) {
    const recorded = recordedResults(checkout);
    const recordedCells = recorded.map((row) => [...cells(row), `${row.day}, load ${row.load}`]);
    process.stdout.write(values.json === true ? `${JSON.stringify(recorded)}\n` : tableText(recordedCells));
    return;
  }
  const chosen = values.rows === "all" ? names : choices("rows", values.rows, names);
  const benchOptions = {
    checkout,
    runs: wholeNumber("runs", values.runs, 1),
    customers: values.customers === undefined ? undefined : wholeNumber("customers", values.customers, 1),
    alerts: wholeNumber("alerts", values.alerts, 1),
  };
  const rows: BenchRow[] = [];
  for (const group of groups)
    rows.push(...(await group.measure(({ name, isLong }) => chosen?.includes(name) ?? isLong !== true, benchOptions)));
  process.stdout.write(values.json === true ? `${JSON.stringify(rows)}\n` : tableText(rows.map(cells)));
  if (values.write === true) await recordResults(checkout, names, rows);
  if (!rows.every(isMet)) process.exitCode = 1;
});

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
