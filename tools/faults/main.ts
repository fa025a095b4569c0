/**
 * `npm run faults`: seeds of faults, each over `up`, a change and `destroy` of a customer. The last line is for machines; exits with 1
 * unless nothing is lost and nothing left over.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { fairWeather, runSeed, steps, type FairWeather, type SeedResult } from "./runs";

const help = `npm run -s faults -- [--seeds 50] [--first 1] [--percent 10] [--scale 0.02] [--jobs 4] [--json]

  --seeds    how many seeds
  --first    the first of them; --first 17 --seeds 1 runs seed 17 alone
  --percent  how many of 100 requests get a fault
  --scale    length of late answers, replication lag and the like, as a part of the real cloud's
  --jobs     how many seeds at the same time: they mostly wait
  --json     print one JSON object for each seed, and the sums
`;

interface Sums {
  /** Commands: three for each seed. */
  readonly runs: number;
  readonly injected: number;
  readonly converged: number;
  /** Commands after which the tenant is not the one without faults, and those that did not converge. */
  readonly lost: number;
  /** Facts that are in the tenant after destroy, and weren't before. */
  readonly leftOver: number;
}

async function main(): Promise<void> {
  const number = (name: string, value: string): number => {
    if (!/^\d+(\.\d+)?$/.test(value)) throw new Error(`--${name} must be a number, not "${value}".`);
    return Number(value);
  };
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "50" },
      first: { type: "string", default: "1" },
      percent: { type: "string", default: "10" },
      scale: { type: "string", default: "0.02" },
      jobs: { type: "string", default: "4" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const began = performance.now();
  const checkout = path.resolve(__dirname, "..", "..", "..");
  const first = number("first", values.first);
  const seeds = Array.from({ length: number("seeds", values.seeds) }, (_value, index) => first + index);
  const faults = { percent: number("percent", values.percent), timeScale: number("scale", values.scale) };
  process.stderr.write("Without faults…\n");
  const fair = await fairWeather(checkout);
  const results: SeedResult[] = [];
  const work = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const result = await runOnce(checkout, { ...faults, seed }, fair);
      results.push(result);
      if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
      else process.stdout.write(describe(result));
    }
  };
  await Promise.all(Array.from({ length: number("jobs", values.jobs) }, work));
  const sums = summed(results);
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0)} s. ${waysOf(results)}\n`);
  process.stdout.write(values.json ? `${JSON.stringify(sums)}\n` : `${lastLine(sums)}\n`);
  if (sums.lost > 0 || sums.leftOver > 0) process.exitCode = 1;
}

/** What breaks the run of one seed, which is a bug of this tool, ends that seed only. */
async function runOnce(
  checkout: string,
  faults: { seed: number; percent: number; timeScale: number },
  fair: FairWeather,
): Promise<SeedResult> {
  try {
    return await runSeed(checkout, faults, fair);
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      seed: faults.seed,
      runs: [{ step: "up", injected: 0, converged: "not", differences: [], said }],
      injected: {},
      seconds: 0,
    };
  }
}

function summed(results: readonly SeedResult[]): Sums {
  const runs = results.flatMap((result) => result.runs);
  return {
    runs: results.length * steps.length,
    injected: runs.reduce((sum, run) => sum + run.injected, 0),
    converged: runs.filter(({ converged }) => converged !== "not").length,
    lost:
      results.reduce((sum, result) => sum + steps.length - result.runs.length, 0) +
      runs.filter(({ step, converged, differences }) => converged === "not" || (step !== "destroy" && differences.length > 0))
        .length,
    leftOver: runs
      .filter(({ step }) => step === "destroy")
      .reduce((sum, { differences }) => sum + differences.length, 0),
  };
}

function lastLine({ runs, injected, converged, lost, leftOver }: Sums): string {
  return `runs ${runs}, faults injected ${injected}, converged ${converged}, lost ${lost}, left over ${leftOver}`;
}

function waysOf(results: readonly SeedResult[]): string {
  const count = (way: string) => results.flatMap(({ runs }) => runs).filter(({ converged }) => converged === way).length;
  return `${count("at once")} at once, ${count("again")} by one command more, ${count("repaired")} by a repair and one command more.`;
}

function describe({ seed, runs, injected, seconds }: SeedResult): string {
  const kinds = Object.entries(injected)
    .map(([kind, count]) => `${kind} ${count}`)
    .sort()
    .join(", ");
  const bad = runs.filter(({ converged, differences }) => converged === "not" || differences.length > 0);
  return [
    `seed ${seed}: ${runs.map(({ step, converged }) => `${step} ${converged}`).join(", ")} (${seconds.toFixed(0)} s; ${kinds})`,
    ...bad.flatMap(({ step, differences, said }) => [`  ${step}:`, ...differences.map((one) => `    ${one}`), indented(said)]),
    "",
  ].join("\n");
}

function indented(text: string): string {
  return text.replace(/^/gm, "    | ");
}

void main();
