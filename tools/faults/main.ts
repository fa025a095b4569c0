/**
 * `npm run faults`: seeds of faults, each over `up`, a change and `destroy` of a customer; and an `up` whose engine is killed, at each of
 * its writes in turn. The last line is for machines; exits with 1 unless nothing is lost and nothing left over.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { countWrites, runKill } from "./kills";
import { fairWeather, runSeed, type Result } from "./runs";

const help = `npm run -s faults -- [--seeds 50] [--first 1] [--percent 10] [--scale 0.02] [--jobs 4] [--json]

  --seeds    how many seeds
  --first    the first of them; --first 17 --seeds 1 runs seed 17 alone
  --percent  how many of 100 requests get a fault
  --scale    length of late answers, replication lag and the like, as a part of the real cloud's
  --jobs     how many seeds at the same time: they mostly wait
  --only     seeds or kills; both by default. A kill: the engine is killed with -9 at one of the writes of an up, each in turn
  --json     print one JSON object for each seed and kill, and the sums
`;

interface Sums {
  /** Commands: three for each seed, two for each kill. */
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
      only: { type: "string", default: "" },
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
  const results: Result[] = [];
  const writes = values.only === "seeds" ? 0 : await countWrites(checkout);
  const tasks = [
    ...(values.only === "kills"
      ? []
      : seeds.map((seed) => ({ name: `seed ${seed}`, run: () => runSeed(checkout, { ...faults, seed }, fair) }))),
    ...Array.from({ length: writes }, (_value, index) => ({
      name: `kill ${index + 1}`,
      run: () => runKill(checkout, index + 1, fair),
    })),
  ];
  const work = async () => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      const result = await task.run().catch(brokenRun(task.name));
      results.push(result);
      process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : describe(result));
    }
  };
  await Promise.all(Array.from({ length: number("jobs", values.jobs) }, work));
  const sums = summed(results);
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0)} s. ${waysOf(results)}\n`);
  process.stdout.write(values.json ? `${JSON.stringify(sums)}\n` : `${lastLine(sums)}\n`);
  if (sums.lost > 0 || sums.leftOver > 0) process.exitCode = 1;
}

/** What breaks one run, which is a bug of this tool, ends that one only. */
function brokenRun(name: string): (error: unknown) => Result {
  return (error) => {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      name,
      runs: [{ step: "up", injected: 0, converged: "not", differences: [], said }],
      injected: {},
      planned: 1,
      seconds: 0,
    };
  };
}

function summed(results: readonly Result[]): Sums {
  const runs = results.flatMap((result) => result.runs);
  return {
    runs: results.reduce((sum, { planned }) => sum + planned, 0),
    injected: runs.reduce((sum, run) => sum + run.injected, 0),
    converged: runs.filter(({ converged }) => converged !== "not").length,
    lost:
      results.reduce((sum, result) => sum + result.planned - result.runs.length, 0) +
      runs.filter(
        ({ step, converged, differences }) => converged === "not" || (step !== "destroy" && differences.length > 0),
      ).length,
    leftOver: runs
      .filter(({ step }) => step === "destroy")
      .reduce((sum, { differences }) => sum + differences.length, 0),
  };
}

function lastLine({ runs, injected, converged, lost, leftOver }: Sums): string {
  return `runs ${runs}, faults injected ${injected}, converged ${converged}, lost ${lost}, left over ${leftOver}`;
}

function waysOf(results: readonly Result[]): string {
  const count = (way: string) =>
    results.flatMap(({ runs }) => runs).filter(({ converged }) => converged === way).length;
  return `${count("at once")} at once, ${count("again")} by one command more, ${count("repaired")} by a repair and one command more.`;
}

function describe({ name, runs, injected, seconds }: Result): string {
  const kinds = Object.entries(injected)
    .map(([kind, count]) => `${kind} ${count}`)
    .sort()
    .join(", ");
  const bad = runs.filter(({ converged, differences }) => converged === "not" || differences.length > 0);
  return [
    `${name}: ${runs.map(({ step, converged }) => `${step} ${converged}`).join(", ")} (${seconds.toFixed(0)} s; ${kinds})`,
    ...bad.flatMap(({ step, differences, said }) => [
      `  ${step}:`,
      ...differences.map((one) => `    ${one}`),
      indented(said),
    ]),
    "",
  ].join("\n");
}

function indented(text: string): string {
  return text.replace(/^/gm, "    | ");
}

void main();
