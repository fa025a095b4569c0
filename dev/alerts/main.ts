/**
 * `npm run alerts:many -- [--customers 50] [--alerts 100000] [--kills 3]`: pulls the alerts of many
 * customers of a sandbox with `mssp alerts --all`, kills the command (SIGKILL) on the way, and checks
 * that each alert arrived. Prints throughput, repeated alerts and peak memory.
 */
import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { dayMs } from "@defender-mssp/errors/time";
import type { OwnSandbox } from "@defender-mssp/sandbox";
import { detectionsBetween } from "@defender-mssp/testkit";
import { peakMemoryOf } from "../bench/processes";
import { ManyCustomers, type AlertsCustomer } from "./customers";

interface Run {
  readonly seconds: number;
  /** Peak of resident memory of the command, in MiB. */
  readonly peak: number;
  readonly kills: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      customers: { type: "string", default: "50" },
      alerts: { type: "string", default: "100000" },
      kills: { type: "string", default: "3" },
    },
  });
  const [count, alerts, kills] = [Number(values.customers), Number(values.alerts), Number(values.kills)];
  const many = await ManyCustomers.start(count);
  const { folder, sandbox, customers } = many;
  try {
    many.hold(alerts);
    const since = new Date(Date.now() - 179 * dayMs);
    const until = new Date();
    const run = await pulled(many, since, kills);
    await report(folder, sandbox, customers, { since, until }, run);
  } finally {
    await many.dispose();
  }
}

/** Runs the command, kills it so many times on the way, and lets the last run end. */
async function pulled(many: ManyCustomers, since: Date, kills: number): Promise<Run> {
  const { folder } = many;
  const env = await many.environment();
  const args = ["alerts", "--all", "--connections", many.connections, "--since", since.toISOString()];
  const places = ["--checkpoints", path.join(folder, "checkpoints"), "--file", path.join(folder, "alerts.jsonl")];
  const command = [path.resolve("cli", "mssp.js"), ...args, ...places, "--file-size", "100G"];
  const began = performance.now();
  let [peak, killed] = [0, 0];
  for (;;) {
    const child = spawn(process.execPath, command, { env, cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const killAt = killed < kills ? performance.now() + 3000 + Math.random() * 2000 : Infinity;
    while (child.exitCode === null && child.signalCode === null) {
      peak = Math.max(peak, peakMemoryOf(child.pid));
      if (performance.now() > killAt) child.kill("SIGKILL");
      await sleep(100);
    }
    const code = await ended;
    if (child.signalCode === "SIGKILL") {
      killed++;
      continue;
    }
    if (code !== 0) throw new Error(`the command ended with exit code ${code}`);
    return { seconds: (performance.now() - began) / 1000, peak, kills: killed };
  }
}

async function report(
  folder: string,
  { cloud }: OwnSandbox,
  customers: readonly AlertsCustomer[],
  { since, until }: { readonly since: Date; readonly until: Date },
  { seconds, peak, kills }: Run,
): Promise<void> {
  const found = new Map(customers.map(({ tenantId }) => [tenantId, new Set<string>()]));
  let lines = 0;
  for await (const line of createInterface({ input: createReadStream(path.join(folder, "alerts.jsonl")) })) {
    // A kill may leave half a line; its alert comes again.
    const record = parsed(line);
    if (record === undefined) continue;
    lines++;
    found.get(record.tenantId)?.add(record.alertId);
  }
  let [expected, lost] = [0, 0];
  for (const { tenantId } of customers) {
    for (const { alertId } of detectionsBetween(
      cloud.tenant(tenantId),
      since,
      until,
      cloud.now(),
      cloud.detectionInterval,
    )) {
      expected++;
      if (found.get(tenantId)?.has(alertId) !== true) lost++;
    }
  }
  const distinct = [...found.values()].reduce((sum, ids) => sum + ids.size, 0);
  process.stdout.write(
    `${customers.length} customers, ${expected} alerts: ${lost} lost, ${lines - distinct} repeated, ${kills} kills, ` +
      `${Math.round(lines / seconds)} alerts/s, peak ${Math.round(peak)} MiB\n`,
  );
  if (lost > 0 || expected === 0) process.exitCode = 1;
}

function parsed(line: string): { readonly tenantId: string; readonly alertId: string } | undefined {
  try {
    return JSON.parse(line) as { tenantId: string; alertId: string };
  } catch {
    return undefined;
  }
}

void main();
