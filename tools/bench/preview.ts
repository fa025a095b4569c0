/**
 * `npm run bench`: how long a preview without changes of the sandbox customer takes, as a ratio to a preview of an empty
 * JavaScript program on the same engine. Both are run in turn, so that a slow moment of the machine hits both; the medians
 * count. Exits with 1 where the ratio is above the limit.
 */
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { SandboxProject } from "../sandbox/sandboxProject";

/** The most that a preview may take, in previews of an empty program. */
const limit = 2.2;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "7" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write("npm run -s bench -- [--runs N] [--json]\nPairs of previews; N of each, 7 by default.\n");
    return;
  }
  const checkout = path.resolve(__dirname, "..", "..", "..");
  const project = await SandboxProject.create({ checkout });
  try {
    const result = await measure(project, checkout, Number(values.runs));
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : describe(result));
    if (result.ratio > limit) process.exitCode = 1;
  } finally {
    await project.dispose();
  }
}

interface Measured {
  /** Seconds, median. */
  readonly empty: number;
  /** Seconds, median. */
  readonly customer: number;
  /** Median of the ratios of each pair. */
  readonly ratio: number;
  readonly limit: number;
  readonly runs: number;
}

async function measure(project: SandboxProject, checkout: string, runs: number): Promise<Measured> {
  await cp(path.join(checkout, "Pulumi.dev.yaml"), path.join(project.folder, "Pulumi.dev.yaml"));
  await project.succeed(["stack", "init", "dev"]);
  await project.succeed(["up", "--stack", "dev", "--yes", "--skip-preview"]);
  const empty = await emptyProgram(project, checkout);

  const pairs: { empty: number; customer: number }[] = [];
  for (let run = 0; run <= runs; run++) {
    pairs.push({
      empty: await seconds(() => project.succeed(["preview", "--stack", "empty", "--cwd", empty])),
      customer: await seconds(() => project.succeed(["preview", "--stack", "dev", "--expect-no-changes"])),
    });
  }
  const counted = pairs.slice(1); // the first pair warms the file caches
  return {
    empty: median(counted.map((pair) => pair.empty)),
    customer: median(counted.map((pair) => pair.customer)),
    ratio: median(counted.map((pair) => pair.customer / pair.empty)),
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

function describe({ empty, customer, ratio, runs }: Measured): string {
  return [
    `preview of an empty JavaScript program   ${empty.toFixed(2)} s`,
    `preview of the dev customer, no changes  ${customer.toFixed(2)} s`,
    `ratio (median of ${runs} pairs)               ${ratio.toFixed(2)}   limit ${limit}`,
    "",
  ].join("\n");
}

void main();
