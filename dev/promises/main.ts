/**
 * `npm run promises`: breaks each promise of SECURITY.md by a small change of the code in a copy of
 * the checkout, and expects the test that the promise names to fail.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "@defender-mssp/errors";
import { changedMutations } from "./changedMutations";
import { CheckoutCopy } from "./checkoutCopy";
import { mutationProblems, promiseOfMutation, shortText } from "./mutationProblems";
import { mutations, type Mutation } from "./mutations";
import { endTests } from "./runTest";
import { securityClaims } from "./securityClaims";
import { tryMutation, type MutationResult, type UnchangedRuns } from "./tryMutation";

const usage = `npm run -s promises -- [--only N|TEXT] [--unit | --engine] [--changed [BASE]] [--jobs 2] [--list] [--json]

  --only N|TEXT      the Nth mutation, or those whose sentence, test or file has the text
  --unit             without tests on the engine
  --engine           tests on the engine alone
  --changed [BASE]   mutations whose file, test, sentence or entry differs from BASE. Default: origin/main
  --jobs N           copies of the checkout that are worked in at the same time. Default: 2
  --list             list the mutations, run nothing
  --json             an array of results
Exit codes: 0 each test fails with its mutation, 1 otherwise, 2 usage error.
`;

const checkout = path.resolve(__dirname, "..", "..", "..");

/** A mutation with its number in the table, from 1. */
interface NumberedMutation extends Mutation {
  readonly number: number;
}

interface Arguments {
  readonly only: string | undefined;
  readonly unit: boolean;
  readonly engine: boolean;
  readonly base: string | undefined;
  readonly jobs: number;
  readonly list: boolean;
  readonly json: boolean;
}

async function main(): Promise<void> {
  // A reader that closes the pipe (`| head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  const args = readArguments();
  if (args === undefined) return;
  const page = readFileSync(path.join(checkout, "SECURITY.md"), "utf8");
  const problems = mutationProblems(checkout, page, mutations);
  const selected = selectMutations(args, page);
  if (selected === undefined) return;
  if (args.list) {
    for (const mutation of selected) process.stdout.write(`${titleText(mutation, page)}\n`);
    return;
  }
  for (const problem of problems) process.stderr.write(`promises: ${problem}\n`);
  const results = await runAll(selected, args.jobs, page);
  if (args.json) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
  const caught = results.filter(({ result }) => result === "caught").length;
  if (!args.json)
    process.stdout.write(`${caught} caught, ${results.length - caught} not, ${problems.length} problems\n`);
  if (caught < results.length || problems.length > 0) process.exitCode = 1;
}

function readArguments(): Arguments | undefined {
  try {
    // The base may be left out, which parseArgs does not know.
    const given = process.argv.slice(2).flatMap((text, index, all) => {
      const next = all[index + 1];
      return text === "--changed" && (next === undefined || next.startsWith("-")) ? [text, "origin/main"] : [text];
    });
    const { values } = parseArgs({
      args: given,
      options: {
        only: { type: "string" },
        unit: { type: "boolean", default: false },
        engine: { type: "boolean", default: false },
        changed: { type: "string" },
        jobs: { type: "string", default: "2" },
        list: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      return undefined;
    }
    const { only, unit, engine, changed: base, list, json } = values;
    if (unit && engine) throw new Error("--unit and --engine leave no test together.");
    const jobs = Number(values.jobs);
    if (!Number.isSafeInteger(jobs) || jobs < 1) throw new Error(`--jobs: "${values.jobs}" is not a number above 0.`);
    return { only, unit, engine, base, jobs, list, json };
  } catch (error) {
    reportUsageError(error);
    return undefined;
  }
}

function reportUsageError(error: unknown): void {
  process.stderr.write(`promises: ${messageOf(error)}\n\n${usage}`);
  process.exitCode = 2;
}

/** Unit tests first, tests on the engine last. */
function selectMutations({ only, unit, engine, base }: Arguments, page: string): NumberedMutation[] | undefined {
  try {
    const changed = new Set(base === undefined ? mutations : changedMutations(checkout, page, mutations, base));
    const selected = mutations
      .flatMap((mutation, index) => (changed.has(mutation) ? [{ ...mutation, number: index + 1 }] : []))
      .filter((mutation) => only === undefined || isNamed(mutation, only));
    if (only !== undefined && base === undefined && selected.length === 0)
      throw new Error(`--only: no mutation has the number or text "${only}".`);
    const level = ({ test }: Mutation) => testLevel(checkout, test);
    return selected
      .filter((mutation) => !unit || level(mutation) < 2)
      .filter((mutation) => !engine || level(mutation) === 2)
      .sort((a, b) => level(a) - level(b) || a.number - b.number);
  } catch (error) {
    reportUsageError(error);
    return undefined;
  }
}

function isNamed({ number, promise, test, file }: NumberedMutation, only: string): boolean {
  return /^\d+$/.test(only) ? number === Number(only) : [promise, test, file].some((text) => text.includes(only));
}

interface ReportedResult extends MutationResult {
  readonly number: number;
  readonly line: number | undefined;
  readonly promise: string;
  readonly test: string;
  readonly file: string;
}

async function runAll(selected: readonly NumberedMutation[], jobs: number, page: string): Promise<ReportedResult[]> {
  const copies = await Promise.all(
    Array.from({ length: Math.min(jobs, selected.length) }, () => CheckoutCopy.create(checkout)),
  );
  const stop = async (code: number) => {
    endTests();
    await Promise.all(copies.map((copy) => copy.dispose()));
    process.exit(code);
  };
  process.once("SIGINT", () => void stop(130));
  process.once("SIGTERM", () => void stop(143));
  const unchanged: UnchangedRuns = new Map();
  const results: ReportedResult[] = [];
  const queue = selected.values();
  const work = async (copy: CheckoutCopy) => {
    for (const mutation of queue) {
      const tried = await tryMutation(copy, mutation, unchanged);
      const { number, promise, test, file } = mutation;
      const line = promiseOfMutation(securityClaims(page).items, mutation)?.line;
      results.push({ number, line, promise, test, file, ...tried });
      process.stderr.write(progressText(results.length, selected.length, mutation, tried, page));
    }
  };
  try {
    await Promise.all(copies.map(work));
  } finally {
    await Promise.all(copies.map((copy) => copy.dispose()));
  }
  return results.sort((a, b) => a.number - b.number);
}

function progressText(
  done: number,
  all: number,
  mutation: NumberedMutation,
  { result, problem, seconds, output }: MutationResult,
  page: string,
): string {
  const line = `${done} of ${all}, ${result}, ${seconds} s: ${titleText(mutation, page)}\n`;
  if (problem === undefined) return line;
  const printed = (output ?? "").trimEnd().split("\n").slice(-40).join("\n  ");
  return `${line}  ${problem}\n  file: ${mutation.file}\n  ${printed}\n`;
}

function titleText(mutation: NumberedMutation, page: string): string {
  const { number, promise, test } = mutation;
  const line = promiseOfMutation(securityClaims(page).items, mutation)?.line ?? "?";
  return `#${number} SECURITY.md:${line} "${shortText(promise)}" (${test})`;
}

/** What a test file needs: 0 the sources alone, 1 processes of what is built, 2 the engine. */
function testLevel(checkout: string, test: string): 0 | 1 | 2 {
  const isOnEngine =
    /^test\/(e2e|lives|compat|official)\//.test(test) ||
    /\/e2e\/support"/.test(readFileSync(path.join(checkout, test), "utf8"));
  if (isOnEngine) return 2;
  return test.endsWith(".process.test.ts") ? 1 : 0;
}

void main();
