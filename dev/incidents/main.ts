/**
 * `npm run incidents:demo`: pulls incidents from a sandbox with faults, kills the command some
 * times, and counts: is each incident there at least once, and how much memory did it take? Exits
 * with 1 if one is lost.
 */
import { createReadStream, createWriteStream } from "node:fs";
import path from "node:path";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { dayMs, hourMs } from "@defender-mssp/errors/time";
import { Incidents } from "@defender-mssp/testkit";
import { execa } from "execa";
import { ManyCustomers } from "../alerts/customers";
import { peakMemoryOf } from "../bench/processes";

const usage = `npm run -s incidents:demo -- [--incidents 100000] [--kills 5] [--faults 2]

  --incidents N  incidents of the customer, each with three alerts or six
  --kills N      how often the command is ended by kill -9
  --faults N     of 100 requests, so many get a fault of the sandbox
`;

const checkout = path.resolve(__dirname, "..", "..", "..");
const alertsOfAnIncident = 3;

interface Counted {
  readonly lines: number;
  readonly kills: number;
  readonly megabytes: number;
  readonly seconds: number;
  readonly lost: number;
  readonly wanted: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      incidents: { type: "string", default: "100000" },
      kills: { type: "string", default: "5" },
      faults: { type: "string", default: "2" },
      help: { type: "boolean", default: false },
    },
  });
  const [incidents = 0, kills = 0, percent = 0] = [values.incidents, values.kills, values.faults].map(Number);
  if (values.help || !(incidents >= 100) || !(kills >= 0) || !(percent >= 0 && percent <= 20)) {
    process.stdout.write(usage);
    if (!values.help) process.exitCode = 2;
    return;
  }
  for (const [count, ends] of [
    [Math.ceil(incidents / 100), 0],
    [incidents, kills],
  ] as const) {
    const { lines, megabytes, seconds, lost, wanted, ...rest } = await pulled(count, ends, percent);
    process.stdout.write(
      `${wanted} incidents, ${percent} % faults, ${rest.kills} kills: ${lost} lost, ${lines - wanted} repeated, ` +
        `${seconds.toFixed(0)} s, peak ${megabytes.toFixed(0)} MB\n`,
    );
    if (lost > 0) process.exitCode = 1;
  }
}

async function pulled(count: number, kills: number, percent: number): Promise<Counted> {
  const faults = {
    seed: 7,
    percent,
    timeScale: 0.01,
    kinds: ["throttled", "failed", "resetBefore", "halfBody"],
  } as const;
  const many = await ManyCustomers.start(1, {
    permissions: ["SecurityIncident.Read.All"],
    ...(percent === 0 ? {} : { faults }),
  });
  try {
    many.hold(count * alertsOfAnIncident);
    const wanted = changes(many);
    const started = performance.now();
    const ran = await runs(many, kills, count);
    const seconds = (performance.now() - started) / 1000;
    const lost = await lostOf(wanted, path.join(many.folder, "out.jsonl"));
    return { ...ran, ...lost, seconds, wanted: wanted.size };
  } finally {
    await many.dispose();
  }
}

/** Each incident with its last change, as the sandbox has them now. */
function changes({ sandbox: { cloud }, customers }: ManyCustomers): Set<string> {
  const always = { since: new Date(0), until: new Date(8.64e15) };
  const incidents = new Incidents(cloud.tenant(customers[0]?.tenantId ?? ""), cloud.detectionInterval, cloud.now());
  const found = new Set<string>();
  for (const { number, updated } of incidents.within({ created: always, updated: always })) {
    // What changes or ends while it is read is not counted.
    const age = Date.now() - updated.getTime();
    if (age > 6 * hourMs && age < 29 * dayMs) found.add(`${number}@${updated.toISOString()}`);
  }
  return found;
}

/** Until the command ends by itself. Each kill comes after a share of the incidents. */
async function runs(many: ManyCustomers, kills: number, count: number) {
  const { folder } = many;
  const environment = await many.environment();
  const output = createWriteStream(path.join(folder, "out.jsonl"));
  const command = [path.join(checkout, "cli", "mssp.js"), "incidents", "--connection", many.connection(0)];
  let [killed, lines, megabytes, isWhole] = [0, 0, 0, false];
  while (!isWhole) {
    const child = execa(
      process.execPath,
      [...command, "--checkpoint", path.join(folder, "checkpoint.json"), "--quiet"],
      {
        env: environment,
        extendEnv: false,
        reject: false,
        stdin: "ignore",
        buffer: false,
        stderr: "inherit",
      },
    );
    const timer = setInterval(() => {
      megabytes = Math.max(megabytes, peakMemoryOf(child.pid));
    }, 200);
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.endsWith("}")) continue; // The last line of a killed run.
      lines++;
      if (!output.write(`${line}\n`)) await once(output, "drain");
      if (killed >= kills || lines < ((killed + 1) * count) / (kills + 1)) continue;
      killed++;
      child.kill("SIGKILL");
    }
    const { exitCode } = await child;
    clearInterval(timer);
    isWhole = exitCode === 0;
    if (exitCode !== 0 && exitCode !== undefined) throw new Error(`mssp incidents ended with ${exitCode}`);
  }
  output.end();
  await once(output, "finish");
  return { kills: killed, lines, megabytes };
}

async function lostOf(wanted: ReadonlySet<string>, file: string): Promise<{ lost: number; lines: number }> {
  const found = new Set<string>();
  let lines = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { id, updatedAt } = JSON.parse(line) as { id: string; updatedAt: string };
    const change = `${id}@${updatedAt}`;
    if (!wanted.has(change)) continue;
    found.add(change);
    lines++;
  }
  return { lost: wanted.size - found.size, lines };
}

void main();
