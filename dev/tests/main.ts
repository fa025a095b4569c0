/**
 * Runs suites of tests, each time one mocha. Without an argument those of `npm test`; `all`: everything,
 * those of `npm test` first; `changed [<commit>]`: those that what has changed since that commit can reach;
 * `--no-e2e` leaves out those of whole commands on the engine.
 * `--part k/n`: one part of them, divided by the budgets.
 * `--limits` fails if they took too much processor time; `--record` writes what they took as budgets.
 */
import { parseArgs } from "node:util";
import {
  expectedSeconds,
  limits,
  measureMachine,
  overBudget,
  readBudgets,
  recordedBudgets,
  writeBudgets,
} from "./budgets";
import { changedTests } from "./changedTests";
import { dearestFirst, filesOfPart, parsePart } from "./filesOfPart";
import { closingLine, runMocha, sum, type FileResult, type Results } from "./results";
import { isQuick, suiteName, suites, testFiles } from "./suites";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    part: { type: "string" },
    "no-e2e": { type: "boolean" },
    limits: { type: "boolean" },
    record: { type: "boolean" },
  },
});
const [what = "quick", base = "origin/main"] = positionals;
const budgets = readBudgets();
const secondsOf = expectedSeconds(budgets);

/** Files that run together. */
function runs(): string[][] {
  if (what === "changed") {
    const reached = changedTests(testFiles(), base);
    const files = values["no-e2e"] === true ? reached.filter((file) => suiteName(file) !== "e2e") : reached;
    const expected = files.reduce((seconds, file) => seconds + secondsOf(file), 0);
    console.log(`${files.length} files run; they take about ${Math.ceil(expected)} s of processor time`);
    return [files];
  }
  // Those of the development tools: `npm run test:dev`.
  const files = testFiles().filter((file) => suiteName(file) !== "dev");
  if (what === "quick") return [files.filter(isQuick)];
  if (what !== "all") throw new Error(`no suite is called ${what}`);
  if (values.part !== undefined) return [filesOfPart(files, secondsOf, parsePart(values.part))];
  return [files.filter(isQuick), files.filter((file) => !isQuick(file))];
}

function main(): void {
  const results = runs()
    .filter((files) => files.length > 0)
    .map((files) => runMocha(dearestFirst(files, secondsOf)));
  const files = results.flatMap((run) => run.files);
  for (const line of summary(files)) console.log(line);
  const problems = values.limits === true || values.record === true ? judge(results, files) : [];
  for (const problem of problems) console.error(problem);
  console.log(closingLine(files));
  if (problems.length > 0 || results.some(({ isSuccess }) => !isSuccess)) process.exitCode = 1;
}

/** Each suite's counts, the dearest files, the failed tests, and leftovers: CI keeps the end of the output alone. */
function summary(files: readonly FileResult[]): string[] {
  const bySuite = suites.flatMap(({ name }) => {
    const own = files.filter(({ file }) => suiteName(file) === name);
    return own.length === 0 ? [] : [`  ${name}: ${closingLine(own)}, ${sum(own, "seconds").toFixed(0)} s`];
  });
  const dearest = [...files].sort((a, b) => b.seconds - a.seconds).slice(0, 10);
  return [
    "Suites, in seconds of processor time:",
    ...bySuite,
    "The dearest files:",
    ...dearest.map(({ file, seconds }) => `  ${seconds.toFixed(1).padStart(6)} ${file}`),
    ...files.flatMap(({ file, failures }) => failures.map((failure) => `failed: ${file}: ${failure}`)),
    ...files.filter(({ left }) => left.length > 0).map(({ file, left }) => `${file} left ${left.join(", ")} behind`),
  ];
}

function judge(results: readonly Results[], files: readonly FileResult[]): string[] {
  const machine = measureMachine();
  const seconds = results.map((run) => run.seconds / machine);
  const total = seconds.reduce((all, each) => all + each, 0);
  console.log(`${total.toFixed(0)} s of a reference machine; this one takes ${machine.toFixed(2)} of its time`);
  if (values.record === true) {
    writeBudgets(recordedBudgets(files, budgets, machine, testFiles()));
    return [];
  }
  const isWhole = values.part === undefined;
  const limited = (name: string, taken: number, limit: number) =>
    isWhole && taken > limit ? [`${name} took ${taken.toFixed(0)} s of processor time; the limit is ${limit} s`] : [];
  return [
    ...(what === "quick" || what === "all" ? limited("npm test", seconds[0] ?? 0, limits.quick) : []),
    ...limited("Everything", total, limits.all),
    ...overBudget(files, budgets, machine),
  ];
}

main();
