/**
 * `npm run promises`: breaks each promise of SECURITY.md by a small change of the code in a copy of the checkout, and
 * expects the test that the promise names to fail. `npm run search:planted` (`--planted`) plants defects in the same way,
 * and expects the search to find each.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { runTool, wholeNumber } from "../tool";
import { changedMutations } from "./changedMutations";
import { CheckoutCopy } from "./checkoutCopy";
import { mutationProblems, promiseOfMutation, shortText } from "./mutationProblems";
import { mutations, planted, type BrokenCode } from "./mutations";
import type { SearchLimits } from "./runSearch";
import { endTests } from "./runTest";
import { securityClaims } from "./securityClaims";
import { tryMutation, type MutationResult, type UnchangedRuns } from "./tryMutation";

const help = `npm run -s promises -- [--only N|TEXT] [--unit | --engine] [--changed [BASE]] [--jobs 2] [--list]
npm run -s search:planted -- [--only N|TEXT] [--worlds 200] [--lives 20] [--seed 1] [--jobs 2] [--list]

  --only N|TEXT      the Nth row, or those whose sentence, test or file has the text
  --unit             without tests on the engine
  --engine           tests on the engine alone
  --changed [BASE]   mutations whose file, test, sentence or entry differs from BASE. Default: origin/main
  --worlds N         worlds until a planted defect counts as not found
  --lives N          the same of those that a life shows, drawn from the commands that they concern
  --seed S           of the worlds and lives
  --jobs N           copies of the checkout that are worked in at the same time. Default: 2
  --list             list the rows, run nothing
Exit codes: 0 each is caught, 1 otherwise, 2 usage error.
`;

const checkout = path.resolve(__dirname, "..", "..", "..");

/** Broken code with its number in the table, from 1. */
interface Row {
  readonly number: number;
  readonly broken: BrokenCode;
  readonly title: string;
}

const options = {
  planted: { type: "boolean" },
  only: { type: "string" },
  unit: { type: "boolean" },
  engine: { type: "boolean" },
  changed: { type: "string" },
  worlds: { type: "string", default: "200" },
  lives: { type: "string", default: "20" },
  seed: { type: "string", default: "1" },
  jobs: { type: "string", default: "2" },
  list: { type: "boolean" },
} as const;

interface Selection {
  readonly planted?: boolean;
  readonly only?: string;
  readonly unit?: boolean;
  readonly engine?: boolean;
  readonly changed?: string;
}

// The base may be left out, which parseArgs does not know.
const args = process.argv.slice(2).flatMap((text, index, all) => {
  const next = all[index + 1];
  return text === "--changed" && (next === undefined || next.startsWith("-")) ? [text, "origin/main"] : [text];
});

runTool({ name: "promises", help, options, args }, async (values) => {
  // A reader that closes the pipe (`| head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  const page = readFileSync(path.join(checkout, "SECURITY.md"), "utf8");
  if (values.unit && values.engine) throw new VisibleError("--unit and --engine leave no test together.");
  const jobs = wholeNumber("jobs", values.jobs, 1);
  const rows = selectedRows(values, page);
  if (values.list) {
    for (const row of rows) process.stdout.write(`${row.title}\n`);
    return;
  }
  const problems = values.planted ? [] : mutationProblems(checkout, page, mutations);
  for (const problem of problems) process.stderr.write(`promises: ${problem}\n`);
  const results = await runAll(rows, jobs, values);
  const caught = results.filter(({ result }) => result === "caught").length;
  process.stdout.write(`${caught} caught, ${results.length - caught} not, ${problems.length} problems\n`);
  if (caught < results.length || problems.length > 0) process.exitCode = 1;
});

/** Unit tests first, tests on the engine last. */
function selectedRows({ planted: isPlanted, only, unit, engine, changed: base }: Selection, page: string): Row[] {
  const changed = new Set<BrokenCode>(
    base === undefined ? [...mutations, ...planted] : changedMutations(checkout, page, mutations, base),
  );
  const { items } = securityClaims(page);
  const title = (broken: BrokenCode) => {
    if (!("test" in broken)) return `${broken.what} (${broken.file})`;
    const line = promiseOfMutation(items, broken)?.line ?? "?";
    return `SECURITY.md:${line} "${shortText(broken.promise)}" (${broken.test})`;
  };
  const isNamed = ({ number, broken, title: text }: Row) =>
    only === undefined ||
    (/^\d+$/.test(only)
      ? number === Number(only)
      : [text, broken.file, "test" in broken ? broken.promise : ""].some((part) => part.includes(only)));
  const all = (isPlanted ? planted : mutations).map((broken: BrokenCode, index): Row => {
    return { number: index + 1, broken, title: `#${index + 1} ${title(broken)}` };
  });
  const rows = all.filter((row) => changed.has(row.broken) && isNamed(row));
  if (only !== undefined && base === undefined && rows.length === 0)
    throw new VisibleError(`--only: no row has the number or text "${only}".`);
  const level = ({ broken }: Row) => ("test" in broken ? testLevel(broken.test) : 0);
  return rows
    .filter((row) => (unit ? level(row) < 2 : !engine || level(row) === 2))
    .sort((a, b) => level(a) - level(b) || a.number - b.number);
}

async function runAll(rows: readonly Row[], jobs: number, limits: SearchLimits): Promise<MutationResult[]> {
  const copies = await Promise.all(
    Array.from({ length: Math.min(jobs, rows.length) }, () => CheckoutCopy.create(checkout)),
  );
  const dispose = () => Promise.all(copies.map((copy) => copy.dispose()));
  const stop = async (code: number) => {
    endTests();
    await dispose();
    process.exit(code);
  };
  process.once("SIGINT", () => void stop(130));
  process.once("SIGTERM", () => void stop(143));
  const unchanged: UnchangedRuns = new Map();
  const results: MutationResult[] = [];
  const queue = rows.values();
  const work = async (copy: CheckoutCopy) => {
    for (const { broken, title } of queue) {
      const tried = await tryMutation(copy, broken, unchanged, limits);
      results.push(tried);
      const { result, note, seconds, output } = tried;
      const after = note === undefined ? "" : `\n  ${note}`;
      const printed = output === undefined ? "" : `\n  ${output.trimEnd().split("\n").slice(-40).join("\n  ")}`;
      process.stderr.write(
        `${results.length} of ${rows.length}, ${result}, ${seconds} s: ${title}${after}${printed}\n`,
      );
    }
  };
  try {
    await Promise.all(copies.map(work));
  } finally {
    await dispose();
  }
  return results;
}

/** What a test file needs: 0 the sources alone, 1 processes of what is built, 2 the engine. */
function testLevel(test: string): 0 | 1 | 2 {
  const isOnEngine =
    /^test\/(e2e|lives|compat|official)\//.test(test) ||
    /\/e2e\/support"/.test(readFileSync(path.join(checkout, test), "utf8"));
  if (isOnEngine) return 2;
  return test.endsWith(".process.test.ts") ? 1 : 0;
}
