/**
 * `npm run bench`: how long a preview without changes of the sandbox customer takes, as a ratio to a preview of an empty
 * JavaScript program on the same engine; with `--policy`, what the policy pack adds to it, as a ratio to the same preview without. Both
 * are run in turn, so that a slow moment of the machine hits both; the medians count. Exits with 1 where the ratio is above the limit.
 */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { parse, stringify } from "yaml";
import { SandboxProject } from "@defender-mssp/sandbox";

/** The most that a preview may take, in previews of an empty program. */
const limit = 2.2;
/** The most that a preview with the policy pack may take, in previews without. */
const policyLimit = 1.25;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "7" },
      json: { type: "boolean", default: false },
      policy: { type: "boolean", default: false },
      without: { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(
      "npm run -s bench -- [--policy] [--without SETTING,SETTING] [--runs N] [--json]\n" +
        "Pairs of previews; N of each, 7 by default. --without leaves settings of the dev customer out: what does one cost?\n",
    );
    return;
  }
  const checkout = path.resolve(__dirname, "..", "..", "..");
  const project = await SandboxProject.create({ checkout });
  try {
    await deployCustomer(project, checkout, values.without.split(","));
    const work = values.policy ? policyPreviews(project) : await customerPreviews(project, checkout);
    const result = await measure(work, Number(values.runs));
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : describe(work, result));
    if (result.ratio > work.limit) process.exitCode = 1;
  } finally {
    await project.dispose();
  }
}

/** Two pieces of work whose times are compared. */
interface Pair {
  /** What is done, for the reader; `--json` names them by their keys. */
  readonly base: { readonly key: string; readonly text: string; readonly run: () => Promise<unknown> };
  readonly compared: Pair["base"];
  readonly limit: number;
}

interface Measured {
  /** Seconds, medians, by the keys of the two. */
  readonly [key: string]: number;
  /** Median of the ratios of each pair. */
  readonly ratio: number;
  readonly limit: number;
  readonly runs: number;
}

async function customerPreviews(project: SandboxProject, checkout: string): Promise<Pair> {
  const empty = await emptyProgram(project, checkout);
  return {
    base: {
      key: "empty",
      text: "preview of an empty JavaScript program",
      run: () => project.succeed(["preview", "--stack", "empty", "--cwd", empty]),
    },
    compared: {
      key: "customer",
      text: "preview of the dev customer, no changes",
      run: () => project.succeed(previewOfCustomer),
    },
    limit,
  };
}

function policyPreviews(project: SandboxProject): Pair {
  return {
    base: {
      key: "customer",
      text: "preview of the dev customer, no changes",
      run: () => project.succeed(previewOfCustomer),
    },
    compared: {
      key: "policy",
      text: "the same with the policy pack",
      run: () => project.succeed([...previewOfCustomer, "--policy-pack", "policy"]),
    },
    limit: policyLimit,
  };
}

const previewOfCustomer = ["preview", "--stack", "dev", "--expect-no-changes"];

async function deployCustomer(project: SandboxProject, checkout: string, without: readonly string[]): Promise<void> {
  const settings = parse(await readFile(path.join(checkout, "Pulumi.dev.yaml"), "utf8")) as { config: object };
  const config = Object.entries(settings.config).filter(([key]) => !without.includes(key.split(":")[1] ?? ""));
  const file = stringify({ ...settings, config: Object.fromEntries(config) });
  await writeFile(path.join(project.folder, "Pulumi.dev.yaml"), file);
  await project.succeed(["stack", "init", "dev"]);
  await project.succeed(["up", "--stack", "dev", "--yes", "--skip-preview"]);
}

async function measure({ base, compared, limit }: Pair, runs: number): Promise<Measured> {
  const pairs: { base: number; compared: number }[] = [];
  for (let run = 0; run <= runs; run++) {
    pairs.push({ base: await seconds(base.run), compared: await seconds(compared.run) });
  }
  const counted = pairs.slice(1); // the first pair warms the file caches
  return {
    [base.key]: median(counted.map((pair) => pair.base)),
    [compared.key]: median(counted.map((pair) => pair.compared)),
    ratio: median(counted.map((pair) => pair.compared / pair.base)),
    limit,
    runs,
  };
}

async function emptyProgram(project: SandboxProject, checkout: string): Promise<string> {
  const folder = path.join(project.folder, "empty");
  await mkdir(folder);
  await writeFile(path.join(folder, "Pulumi.yaml"), "name: empty\nruntime: nodejs\n");
  await writeFile(path.join(folder, "package.json"), '{ "name": "empty", "main": "index.js" }\n');
  await writeFile(path.join(folder, "index.js"), '"use strict";\n');
  await symlink(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
  await project.succeed(["stack", "init", "empty", "--cwd", folder]);
  await project.succeed(["up", "--stack", "empty", "--yes", "--skip-preview", "--cwd", folder]);
  return folder;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

function describe({ base, compared }: Pair, measured: Measured): string {
  const { ratio, limit, runs } = measured;
  const rows = [base, compared].map(({ key, text }) => `${text.padEnd(39)}  ${(measured[key] ?? NaN).toFixed(2)} s`);
  return [...rows, `ratio (median of ${runs} pairs)`.padEnd(41) + `${ratio.toFixed(2)}   limit ${limit}`, ""].join(
    "\n",
  );
}

void main();
