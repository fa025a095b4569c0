/**
 * `npm run alerts:many` and `npm run incidents:demo`: pull the alerts or incidents of customers of a sandbox, kill the
 * command (SIGKILL) on the way, and check that each of them arrived. Exit with 1 if one is lost.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { parsedJson, recordOf, textOf } from "@defender-mssp/errors/json";
import { peakMemoryOf } from "../processes/processes";
import { alertsOfIncident, heldAlerts, heldIncidents, ManyCustomers } from "./customers";

const usage = `npm run -s alerts:many -- [--customers 50] [--alerts 100000] [--kills 3] [--faults 0]
npm run -s incidents:demo -- [--customers 1] [--incidents 100000] [--kills 5] [--faults 2]

  --customers N  customers of the sandbox
  --alerts N     alerts of all customers together
  --incidents N  incidents of all customers together, each with three alerts or six; a hundredth of them first,
                 for the memory
  --kills N      how often the command is ended by kill -9
  --faults N     of 100 requests, so many get a fault of the sandbox
`;

const commands = {
  alerts: {
    permission: "SecurityAlert.Read.All",
    defaults: { customers: 50, kills: 3, faults: 0 },
    shares: [1],
    alertsOfEach: 1,
    held: heldAlerts,
    key: ({ tenantId, alertId }: Readonly<Record<string, unknown>>) => `${textOf(tenantId)}/${textOf(alertId)}`,
  },
  incidents: {
    permission: "SecurityIncident.Read.All",
    defaults: { customers: 1, kills: 5, faults: 2 },
    shares: [0.01, 1],
    alertsOfEach: alertsOfIncident,
    held: heldIncidents,
    key: ({ tenantId, id, updatedAt }: Readonly<Record<string, unknown>>) =>
      `${textOf(tenantId)}/${textOf(id)}@${textOf(updatedAt)}`,
  },
} as const;
type CommandName = keyof typeof commands;

interface Asked {
  readonly customers: number;
  readonly count: number;
  readonly kills: number;
  readonly percent: number;
}

interface Run {
  readonly seconds: number;
  /** Peak of resident memory of the command, in MiB. */
  readonly peak: number;
  readonly kills: number;
}

const text = { type: "string" } as const;

async function main(): Promise<void> {
  const name: CommandName = process.argv[2] === "incidents" ? "incidents" : "alerts";
  const { defaults, shares } = commands[name];
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { customers: text, [name]: text, kills: text, faults: text, help: { type: "boolean" } },
  });
  const given: Readonly<Record<string, unknown>> = { ...defaults, [name]: 100_000, ...values };
  const asked: Asked = {
    customers: Number(given["customers"]),
    count: Number(given[name]),
    kills: Number(given["kills"]),
    percent: Number(given["faults"]),
  };
  const { customers, count, kills, percent } = asked;
  if (values.help === true || !(customers >= 1 && count >= 100 && kills >= 0 && percent >= 0 && percent <= 20)) {
    process.stdout.write(usage);
    if (values.help !== true) process.exitCode = 2;
    return;
  }
  for (const share of shares)
    await pulled(name, { ...asked, count: Math.ceil(count * share), kills: share === 1 ? kills : 0 });
}

async function pulled(name: CommandName, { customers, count, kills, percent }: Asked): Promise<void> {
  const { permission, alertsOfEach, held } = commands[name];
  const kinds = ["throttled", "failed", "resetBefore", "halfBody"] as const;
  const many = await ManyCustomers.start(customers, {
    permissions: [permission],
    ...(percent === 0 ? {} : { faults: { seed: 7, percent, timeScale: 0.01, kinds } }),
  });
  try {
    many.hold(count * alertsOfEach);
    const wanted = held(many);
    const file = path.join(many.folder, `${name}.jsonl`);
    await report(name, file, wanted, await untilWhole(name, many, file, kills));
  } finally {
    await many.dispose();
  }
}

/** Runs the command, kills it so many times on the way, and lets the last run end. */
async function untilWhole(name: CommandName, many: ManyCustomers, file: string, kills: number): Promise<Run> {
  const args = [name, "--all", "--connections", many.connections, "--since", many.since.toISOString()];
  const places = ["--checkpoints", path.join(many.folder, "checkpoints"), "--file", file, "--file-size", "100G"];
  const command = [path.resolve("cli", "mssp.js"), ...args, ...places];
  const env = await many.environment();
  const began = performance.now();
  let [peak, killed] = [0, 0];
  for (;;) {
    const child = spawn(process.execPath, command, {
      env,
      cwd: many.folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = once(child, "exit");
    const killAt = killed < kills ? performance.now() + 3000 + Math.random() * 2000 : Infinity;
    while (child.exitCode === null && child.signalCode === null) {
      peak = Math.max(peak, peakMemoryOf(child.pid));
      if (performance.now() > killAt) child.kill("SIGKILL");
      await sleep(100);
    }
    await ended;
    if (child.signalCode === "SIGKILL") {
      killed++;
      continue;
    }
    if (child.exitCode !== 0) throw new Error(`the command ended with exit code ${child.exitCode}`);
    return { seconds: (performance.now() - began) / 1000, peak, kills: killed };
  }
}

async function report(name: CommandName, file: string, wanted: ReadonlySet<string>, { seconds, peak, kills }: Run) {
  const arrived = new Set<string>();
  let lines = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    // A kill may leave half a line; its record comes again.
    const key = commands[name].key(recordOf(parsedJson(line)));
    if (!wanted.has(key)) continue;
    arrived.add(key);
    lines++;
  }
  await rm(file);
  const lost = wanted.size - arrived.size;
  process.stdout.write(
    `${wanted.size} ${name}: ${lost} lost, ${lines - arrived.size} repeated, ${kills} kills, ` +
      `${Math.round(lines / seconds)} a second, ${Math.round(seconds)} s, peak ${Math.round(peak)} MiB\n`,
  );
  if (lost > 0 || wanted.size === 0) process.exitCode = 1;
}

void main();
