/**
 * `mssp verify` by connection files: of 50 customers against one, and the memory of the count of deliveries
 * (`--coverage`) against a fixed limit.
 */
import path from "node:path";
import { execa } from "execa";
import { dayMs, hourMs } from "@defender-mssp/errors/time";
import { setSwitches } from "@defender-mssp/testkit";
import { ManyCustomers } from "./manyCustomers";
import { usageOf } from "../processes/processes";
import { inTurn, rowOf, type BenchGroup, type BenchOptions, type BenchRow, type Measured, type RowInfo } from "./row";

const rows = {
  all: {
    name: "verify-all",
    what: "mssp verify --all of 50 customers",
    against: "of one customer",
    goal: 8,
    isProcessor: true,
  },
  coverage: {
    name: "verify-coverage",
    what: "mssp verify --coverage: peak memory",
    against: "300 MB",
    goal: 1,
    unit: "MB",
    isLong: true,
  },
} satisfies Readonly<Record<string, RowInfo>>;

const mostMegabytes = 300;

export const verify: BenchGroup = {
  rows: Object.values(rows),
  async measure(wanted, options) {
    const measured: BenchRow[] = [];
    if (wanted(rows.all)) measured.push(await ofAllCustomers(options));
    if (wanted(rows.coverage)) measured.push(await ofCoverage(options));
    return measured;
  },
};

async function ofAllCustomers({ checkout, customers = 50, runs }: BenchOptions): Promise<BenchRow> {
  const many = await ManyCustomers.start(customers);
  try {
    const run = (...args: readonly string[]) => verified(many, checkout, args);
    const one = () => run("--connection", many.connection(0));
    const all = () => run("--all", "--connections", many.connections);
    return rowOf(rows.all, await inTurn(one, all, runs), customers);
  } finally {
    await many.dispose();
  }
}

/** A day of so many alerts, some of which are in hunting only. */
async function ofCoverage({ checkout, alerts, runs }: BenchOptions): Promise<BenchRow> {
  const many = await ManyCustomers.start(1, { permissions: ["SecurityAlert.Read.All", "ThreatHunting.Read.All"] });
  try {
    const { cloud } = many.sandbox;
    cloud.detectionInterval = Math.max(1, Math.floor(dayMs / alerts));
    setSwitches(cloud.tenant(many.customers[0]?.tenantId ?? ""), { alertSources: "mixed" });
    const customer = ["--connection", many.connection(0), "--checkpoint", "coverage.json"];
    const since = new Date(cloud.now().getTime() - 28 * hourMs).toISOString();
    await finished(many, checkout, ["alerts", ...customer, "--since", since, "--quiet"]);
    const limit = (): Promise<Measured> => Promise.resolve({ seconds: 1, megabytes: mostMegabytes });
    const count = () => verified(many, checkout, [...customer, "--coverage"]);
    return rowOf(rows.coverage, await inTurn(limit, count, runs));
  } finally {
    await many.dispose();
  }
}

function verified(many: ManyCustomers, checkout: string, args: readonly string[]): Promise<Measured> {
  return finished(many, checkout, ["verify", ...args]);
}

async function finished(many: ManyCustomers, checkout: string, args: readonly string[]): Promise<Measured> {
  const running = execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), ...args], {
    cwd: many.folder,
    env: await many.environment(),
    extendEnv: false,
    stdin: "ignore",
    stdout: args[0] === "alerts" ? "ignore" : "pipe",
    reject: false,
  });
  const { end, ...usage } = await usageOf(running);
  if (end.exitCode !== 0) {
    throw new Error(`mssp ${args.join(" ")} ended with ${end.exitCode}:\n${end.stdout ?? ""}${end.stderr}`);
  }
  return usage;
}
