/**
 * `npm run faults`: seeds of faults, each over `up`, a change and `destroy` of a customer; with
 * --replicas of lags, for each model and connector; or, with --kills, an `up` whose engine is
 * killed, at each of its writes in turn. The last line is for machines; exits with 1 unless nothing
 * is lost and nothing left over.
 */
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { minuteMs } from "@defender-mssp/errors/time";
import { cutKinds, replicaProfiles, replicaSights, sights } from "@defender-mssp/sandbox";
import { choice, runTool, wholeNumber } from "../tool";
import { allCustomers, customersByModel } from "./customer";
import { fairWeather, runKill, runSeed, type FaultResult, type Run, type SeedOptions, type Weather } from "./runs";

const help = `npm run -s faults -- [--seeds 50] [--first 1] [--customer tiers|packages|azure|detections] [--percent 10] [--cuts reset|closed]
                     [--scale 0.02] [--jobs 3] [--json]
npm run -s faults -- --replicas usual|november2025 [--seeds 20] [--customer basic-secret] [--percent 0] …
npm run -s faults -- --kills [--customer …] [--jobs 3] [--json]

  --seeds          how many seeds; the customers take turns
  --first          the first of them; --first 17 --seeds 1 runs seed 17 alone
  --customer       only this customer
  --replicas       lets each write take its time, with a refresh at once after the up; each model and connector is a customer:
                   basic, rbac, entitlement with -secret, -certificate or -msspApp, and with --customer the others.
                   No faults, unless --percent names some
  --percent        how many of 100 requests get a fault
  --cuts           end every cut connection by a reset, or close it (Go's EOF); by the seed if omitted
  --percent-again  the same during the commands that follow a failed one, at most three; 0 by default
  --scale          length of late answers, replication lag and the like, as a part of the real cloud's
  --jobs           how many at the same time: they mostly wait
  --kills          no seeds: the engine is killed with -9 at one of the writes of an up, each in turn, for each customer
  --json           print one JSON object for each seed and kill, and the sums
`;

type Sums = ReturnType<typeof summed>;

interface Task {
  readonly name: string;
  run(): Promise<FaultResult>;
}

const options = {
  seeds: { type: "string", default: "50" },
  first: { type: "string", default: "1" },
  customer: { type: "string" },
  percent: { type: "string" },
  replicas: { type: "string" },
  cuts: { type: "string" },
  "percent-again": { type: "string", default: "0" },
  scale: { type: "string", default: "0.02" },
  jobs: { type: "string", default: "3" },
  kills: { type: "boolean" },
  json: { type: "boolean" },
} as const;

runTool({ name: "faults", help, options }, async (values) => {
  const checkout = path.resolve(__dirname, "..", "..", "..");
  const first = wholeNumber("first", values.first);
  const seeds = Array.from({ length: wholeNumber("seeds", values.seeds) }, (_value, index) => first + index);
  const profile = choice("replicas", values.replicas, replicaProfiles);
  const everybody = async () => [...(await customersByModel()), ...(await allCustomers())];
  const customers = profile === undefined ? allCustomers : values.customer === undefined ? customersByModel : everybody;
  const names = (await customers()).map(({ name }) => name);
  const customer = choice("customer", values.customer, names);
  const cuts = choice("cuts", values.cuts, cutKinds);
  const percent = number("percent", values.percent ?? (profile === undefined ? "10" : "0"));
  const timeScale = number("scale", values.scale);
  const faults: Omit<SeedOptions, "seed"> = {
    percent,
    timeScale,
    percentAgain: number("percent-again", values["percent-again"]),
    // A program that a fault ends would keep waiting in a shared process.
    project: { sharedRuntime: percent === 0 },
    ...(customer === undefined ? {} : { customer }),
    ...(profile === undefined ? {} : { replicas: { profile, scale: timeScale } }),
    ...(cuts === undefined ? {} : { cuts: [cuts] }),
  };
  process.stderr.write("Without faults…\n");
  const weather = await fairWeather(checkout, customer, customers);
  const tasks = values.kills
    ? killsOf(checkout, weather)
    : seeds.map((seed) => ({ name: `seed ${seed}`, run: () => runSeed(checkout, { ...faults, seed }, weather) }));
  const began = performance.now();
  const results: FaultResult[] = [];
  const left = [...tasks];
  const work = async () => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) {
      const result = await task.run().catch(brokenRun(task.name));
      results.push(result);
      process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : describe(result));
      process.stderr.write(progress(results.length, tasks.length, performance.now() - began));
    }
  };
  await Promise.all(Array.from({ length: wholeNumber("jobs", values.jobs, 1) }, work));
  const sums = summed(results);
  process.stdout.write(values.json ? `${JSON.stringify(sums)}\n` : `${sumsText(sums)}\n`);
  if (sums.lost > 0 || sums.leftOver > 0) process.exitCode = 1;
});

function number(option: string, text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new VisibleError(`--${option} must be a number, not "${text}".`);
  return Number(text);
}

function killsOf(checkout: string, weather: Weather): Task[] {
  return Object.values(weather).flatMap((fair) => {
    const { customer } = fair;
    return Array.from({ length: fair.writes }, (_value, index) => ({
      name: `kill ${index + 1} of ${customer.name}`,
      run: () => runKill(checkout, index + 1, fair),
    }));
  });
}

function progress(done: number, all: number, milliseconds: number): string {
  const minutes = (time: number) => `${(time / minuteMs).toFixed(1)} min`;
  return `${done} of ${all}, ${minutes(milliseconds)}, about ${minutes((milliseconds / done) * (all - done))} left\n`;
}

/** An error in one run, a bug of this tool, ends only that run. */
function brokenRun(name: string): (error: unknown) => FaultResult {
  return (error) => {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      name,
      customer: "tiers",
      runs: [{ step: "up", injected: 0, converged: "not", more: 0, differences: [], lostCreates: [], said }],
      injected: {},
      seen: {},
      planned: 1,
      seconds: 0,
    };
  };
}

/** The sums of all commands; `lost` and `leftOver` are what must not be. */
function summed(results: readonly FaultResult[]) {
  const runs = results.flatMap((result) => result.runs);
  const count = (isCounted: (run: Run) => boolean) => runs.filter(isCounted).length;
  const facts = (isCounted: (run: Run) => boolean) => runs.filter(isCounted).flatMap(({ differences }) => differences);
  const beforeDestroy = facts(({ step }) => step !== "destroy");
  const different = (kind: string) => beforeDestroy.filter((fact) => fact.startsWith(`${kind}:`)).length;
  const planned = results.reduce((sum, result) => sum + result.planned, 0);
  return {
    /** Commands: three for each seed, two for each kill. */
    runs: planned,
    injected: runs.reduce((sum, run) => sum + run.injected, 0),
    converged: count(({ converged }) => converged !== "not"),
    /** Commands after which the tenant is not the one without faults, and those that did not converge. */
    lost:
      planned -
      runs.length +
      count(
        ({ step, converged, differences }) => converged === "not" || (step !== "destroy" && differences.length > 0),
      ),
    /** Facts that are in the tenant after destroy, and weren't before. */
    leftOver: facts(({ step }) => step === "destroy").length,
    /** Facts that differ before destroy. */
    differences: { missing: different("missing"), more: different("more"), dropped: different("dropped") },
    ways: {
      atOnce: count(({ converged }) => converged === "at once"),
      again: count(({ converged }) => converged === "again"),
      repaired: count(({ converged }) => converged === "repaired"),
      impatient: count(({ converged }) => converged === "impatient"),
    },
    /** How many commands needed none, one, two and three more, and one without faults after these. */
    more: [0, 1, 2, 3, 4].map((more) => count((run) => run.converged !== "not" && run.more === more)),
    seen: Object.fromEntries(
      [...sights, ...replicaSights].map((sight) => [
        sight,
        results.reduce((sum, { seen }) => sum + (seen[sight] ?? 0), 0),
      ]),
    ),
  };
}

function sumsText({ runs, injected, converged, lost, leftOver, ways, more, seen, differences }: Sums): string {
  const kinds = Object.entries(seen).map(([sight, count]) => `${sight} ${count}`);
  return [
    `Seen: ${kinds.join("; ")}.`,
    `Before destroy: ${differences.missing} facts missing, ${differences.more} too many, ${differences.dropped} resources dropped by a refresh.`,
    `${ways.atOnce} at once; ${ways.again} by the same command again; ${ways.repaired} with the repair as one of the commands, ` +
      `after a kill, or a create that was refused because the object exists; ${ways.impatient} only without faults. ` +
      `More commands needed: ${more.join(", ")} (none, one, two, three, one without faults after three).`,
    `runs ${runs}, faults injected ${injected}, converged ${converged}, impatient ${ways.impatient}, lost ${lost}, left over ${leftOver}`,
  ].join("\n");
}

function describe({ name, customer, runs, injected, seconds }: FaultResult): string {
  const kinds = Object.entries(injected)
    .map(([kind, count]) => `${kind} ${count}`)
    .sort()
    .join(", ");
  const bad = runs.filter(({ converged, differences }) => converged === "not" || differences.length > 0);
  const way = ({ step, converged, more, lostCreates }: FaultResult["runs"][number]) =>
    `${step} ${converged}${more > 1 ? ` (${more} more)` : ""}${converged === "repaired" ? ` (${lostCreates.join(", ")})` : ""}`;
  return [
    `${name} (${customer}): ${runs.map(way).join(", ")} (${seconds.toFixed(0)} s; ${kinds})`,
    ...bad.flatMap(({ step, differences, said }) => [
      `  ${step}:`,
      ...differences.map((one) => `    ${one}`),
      said.replace(/^/gm, "    | "),
    ]),
    "",
  ].join("\n");
}
