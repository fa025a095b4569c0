/**
 * Do all alerts arrive? Processes of `alerts` pull from a sandbox whose clock is moved, with alerts of several products;
 * `verify --coverage` compares what they delivered with hunting. What is expected comes from the sandbox's
 * detections and the delivered lines alone.
 */
import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { commandEnvironment } from "@defender-mssp/sandbox";
import { detectionsBetween, setSwitches, type Detection, fixture } from "@defender-mssp/testkit";
import type { Coverage, Reason } from "@defender-mssp/siem/pull/coverage";
import type { VerifiedCustomer } from "@defender-mssp/siem/verify/customersTable";
import { ManyCustomers } from "../../../dev/bench/manyCustomers";
import { mssp, type Ended } from "../mssp";

const minute = 60 * 1000;
const hour = 60 * minute;

/** Between two detections of a customer, in milliseconds. */
const interval = 3 * minute;

/** Why alerts_v2 does not show an alert of this origin to the pull. */
const reasonOfOrigin: Readonly<Record<string, Reason>> = {
  standalone: "standaloneOrTuned",
  tuned: "standaloneOrTuned",
  mailboxRule: "exchange",
  intune: "intune",
  late: "late",
  unlisted: "unknown",
};

interface Report {
  readonly state: string;
  readonly customers: readonly VerifiedCustomer[];
}

describe("alerts and verify: the count of deliveries", function () {
  this.timeout(900_000);
  const many = fixture(() =>
    ManyCustomers.start(3, { permissions: ["SecurityAlert.Read.All", "ThreatHunting.Read.All"] }),
  );
  let start: number;
  /** When the checkpoint that stays behind was copied. */
  let copied: number;

  before(async () => {
    many.sandbox.cloud.detectionInterval = interval;
    for (const { tenantId } of many.customers) {
      setSwitches(many.sandbox.cloud.tenant(tenantId), { alertSources: "lossy" });
    }
    start = many.sandbox.cloud.now().getTime();
    await pullAll("--since", new Date(start - 40 * hour).toISOString());
    copied = many.sandbox.cloud.now().getTime();
    // Customer 1 continues with a checkpoint without IDs, as after damage; a copy of 0's stays behind.
    await cp(path.join(many.folder, "checkpoints", "customer0.graph.json"), path.join(many.folder, "behind.json"));
    await withoutIds(path.join(many.folder, "checkpoints", "customer1.graph.json"));
    await cp(path.join(many.folder, "checkpoints", "customer1.graph.json"), path.join(many.folder, "earlier.json"));
    for (let step = 0; step < 6; step++) {
      many.sandbox.cloud.clock.move(hour);
      await pullAll();
    }
  });

  async function run(args: readonly string[]): Promise<Ended> {
    const environment = commandEnvironment(await many.sandbox.environment({ user: process.env }));
    return mssp(args, { folder: many.folder, environment });
  }

  /** Customer 2 is asked for severities alone. */
  async function pullAll(...args: readonly string[]): Promise<void> {
    const common = ["--checkpoints", "checkpoints", "--file", "alerts.jsonl", "--quiet", ...args];
    const files = [0, 1].flatMap((index) => ["--connection", many.connection(index)]);
    const pulls = [
      await run(["alerts", ...files, ...common]),
      await run([
        ...["alerts", "--connection", many.connection(2), "--severity", "high,low", "--quiet", ...args],
        ...["--checkpoint", path.join("checkpoints", "customer2.graph.json"), "--file", "alerts.jsonl"],
      ]),
    ];
    for (const { exitCode, stderr } of pulls) assert.equal(exitCode, 0, stderr);
  }

  async function withoutIds(file: string): Promise<void> {
    const { delivered, ...earlier } = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    assert.ok(delivered !== undefined, `${file} keeps no IDs`);
    await writeFile(file, JSON.stringify(earlier), { mode: 0o600 });
  }

  async function deliveredIds(index: number): Promise<ReadonlySet<string>> {
    const lines = (await readFile(path.join(many.folder, "alerts.jsonl"), "utf8")).trimEnd().split("\n");
    const alerts = lines.map((line) => JSON.parse(line) as { tenantId: string; alertId: string });
    return new Set(
      alerts.filter(({ tenantId }) => tenantId === many.customers[index]!.tenantId).map(({ alertId }) => alertId),
    );
  }

  function detections(index: number): Detection[] {
    const { cloud } = many.sandbox;
    const tenant = cloud.tenant(many.customers[index]!.tenantId);
    const [since, now] = [new Date(start - 60 * hour), cloud.now()];
    return [...detectionsBetween(tenant, since, now, now, interval)];
  }

  const huntedTime = ({ origin, processed }: Detection): number =>
    origin.huntedAfter === undefined ? NaN : processed.getTime() + origin.huntedAfter;

  type Counts = Readonly<Record<string, number>>;

  function counted(entries: readonly (readonly [source: string, reason: string, count: number])[]): Counts {
    const counts: Record<string, number> = {};
    for (const [source, reason, count] of entries) {
      const key = `${reason}: ${source}`;
      counts[key] = (counts[key] ?? 0) + count;
    }
    return counts;
  }

  const ofSide = (differences: Coverage["huntingOnly"]): Counts =>
    counted(differences.map(({ source, reason, count }) => [source, reason, count] as const));

  /** What a count of this window has to find. */
  async function expected(index: number, { from, until }: Coverage, reasonFor: (detection: Detection) => Reason) {
    const ids = await deliveredIds(index);
    const [first, last] = [Date.parse(from), Date.parse(until)];
    const hunted = detections(index).filter((one) => huntedTime(one) >= first && huntedTime(one) < last);
    const missing = hunted.filter(({ alertId }) => !ids.has(alertId));
    const unhunted = detections(index).filter((one) => {
      const created = one.processed.getTime();
      const isNear = huntedTime(one) >= first - hour && huntedTime(one) < last + hour;
      return ids.has(one.alertId) && created >= first && created < last && !isNear;
    });
    return {
      hunted: hunted.length,
      both: hunted.length - missing.length,
      huntingOnly: counted(missing.map((one) => [one.origin.product, reasonFor(one), 1] as const)),
      deliveredOnly: counted(
        unhunted.map(({ origin }) => {
          const reason = origin.huntedAfter === undefined ? "notHunted" : "otherTime";
          return [origin.product, reason, 1] as const;
        }),
      ),
    };
  }

  const byOrigin = ({ origin }: Detection): Reason => reasonOfOrigin[origin.name] ?? "pending";

  async function report(...args: readonly string[]): Promise<{ ended: Ended; customers: readonly VerifiedCustomer[] }> {
    const ended = await run(["verify", "--connections", many.connections, "--json", ...args]);
    return { ended, customers: (JSON.parse(ended.stdout) as Report).customers };
  }

  it("finds each seeded loss with its reason, and the unknown one fails the check", async () => {
    const { ended, customers } = await report("--checkpoints", "checkpoints", "--coverage", "36h");
    assert.equal(ended.exitCode, 1, ended.stderr);
    const [customer] = customers;
    const [count] = customer?.coverage ?? [];
    assert.ok(count !== undefined);
    assert.equal((Date.parse(count.until) - Date.parse(count.from)) / hour, 36);
    const wanted = await expected(0, count, byOrigin);
    const { hunted, both } = count;
    assert.deepEqual(
      { hunted, both, huntingOnly: ofSide(count.huntingOnly), deliveredOnly: ofSide(count.deliveredOnly) },
      wanted,
    );
    const reasons = new Set(count.huntingOnly.map(({ reason }) => reason));
    assert.deepEqual([...reasons].sort(), ["exchange", "intune", "late", "standaloneOrTuned", "unknown"]);
    // Which of the two a window has depends on its hours: `wanted` says it exactly.
    assert.ok(count.deliveredOnly.length > 0);
    const unlisted = new Set(
      detections(0)
        .filter(({ origin }) => origin.name === "unlisted")
        .map(({ alertId }) => alertId),
    );
    const unknown = count.huntingOnly.filter(({ reason }) => reason === "unknown").flatMap(({ examples }) => examples);
    assert.ok(unknown.length > 0 && unknown.every((id) => unlisted.has(id)), unknown.join());
    const check = customer?.checks.find(({ name }) => name === "coverage");
    assert.ok(check?.state === "failed");
    assert.match(check.reason, /in hunting only, [\d,]+ of Microsoft Intune: alerts_v2 does not have alerts of/);
    assert.match(check.reason, /should have been delivered\. `npx mssp alerts --since 2/);
  });

  it("counts from when an earlier checkpoint was continued, and says so before", async () => {
    const { customers } = await report("--checkpoints", "checkpoints", "--coverage", "3d");
    const [count] = customers[1]?.coverage ?? [];
    assert.ok(count !== undefined);
    const from = Date.parse(count.from);
    assert.ok(from >= start && from <= start + 2 * hour, count.from);
    // The checkpoint's position when it was continued: the newest alert that had been read.
    const checkpoint = path.join(many.folder, "checkpoints", "customer1.graph.json");
    const { delivered } = JSON.parse(await readFile(checkpoint, "utf8")) as { delivered: { countsFrom: string } };
    const position = Date.parse(delivered.countsFrom);
    assert.ok(position <= start && position > start - hour, delivered.countsFrom);
    const lateBefore = (one: Detection): Reason =>
      one.origin.name === "late" && one.processed.getTime() < position ? "beforeCount" : byOrigin(one);
    const wanted = await expected(1, count, lateBefore);
    assert.deepEqual(ofSide(count.huntingOnly), wanted.huntingOnly);
    assert.equal(count.hunted, wanted.hunted);
    const earlier = await run([
      ...["verify", "--connection", many.connection(1), "--checkpoint", "earlier.json", "--coverage", "--json"],
    ]);
    const { checks } = JSON.parse(earlier.stdout) as VerifiedCustomer;
    const check = checks.find(({ name }) => name === "coverage");
    assert.ok(check?.state === "notChecked");
    assert.match(check.reason, /the checkpoint has no IDs; the count begins with the next run/);
  });

  it("names alerts that --severity left out, and those that a pull has not reached", async () => {
    const { customers } = await report("--checkpoints", "checkpoints", "--coverage", "36h");
    const [count] = customers[2]?.coverage ?? [];
    assert.ok(count !== undefined);
    const bySeverity = (one: Detection): Reason =>
      ["High", "Low"].includes(one.kind.severity) ? byOrigin(one) : "severity";
    assert.deepEqual(ofSide(count.huntingOnly), (await expected(2, count, bySeverity)).huntingOnly);

    const seconds = () => (many.sandbox.cloud.now().getTime() - copied) / 1000;
    const before = seconds();
    const behind = await run([
      ...["verify", "--connection", many.connection(0), "--checkpoint", "behind.json", "--coverage", "--json"],
    ]);
    const { coverage = [], lagSeconds = 0, checks } = JSON.parse(behind.stdout) as VerifiedCustomer;
    const pending = coverage[0]?.huntingOnly.filter(({ reason }) => reason === "pending") ?? [];
    const sum = pending.reduce((total, difference) => total + difference.count, 0);
    assert.ok(sum > 50, `${sum}`);
    assert.equal(checks.find(({ name }) => name === "coverage")?.state, "failed");
    // The clock of a busy machine has gone on since the pulls, for minutes.
    assert.ok(lagSeconds > before - 360 && lagSeconds < seconds() + 720, `${lagSeconds}, ${before}`);
  });

  it("counts once a day beside a pull that follows, as a note and as metrics", async () => {
    const file = path.join(many.folder, "followed.prom");
    // About a dozen alerts; in ten minutes there may be none.
    many.sandbox.cloud.clock.move(hour);
    const environment = commandEnvironment(await many.sandbox.environment({ user: process.env }));
    const args = ["--connection", many.connection(0), "--checkpoint", path.join("checkpoints", "customer0.graph.json")];
    const started = Date.now();
    const { execa } = await import("execa");
    const running = execa(
      process.execPath,
      [
        ...[path.resolve("cli", "mssp.js"), "alerts", ...args, "--file", "alerts.jsonl"],
        ...["--follow", "--interval", "1s", "--coverage", "--metrics", file],
      ],
      { cwd: many.folder, env: { ...environment, NO_COLOR: "1" }, extendEnv: false, stdin: "ignore", reject: false },
    );
    let metrics = "";
    while (!metrics.includes("mssp_alerts_coverage_hunting_only") && Date.now() - started < 240_000) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      metrics = await readFile(file, "utf8").catch(() => "");
    }
    running.kill("SIGTERM");
    const { stderr, exitCode } = await running;
    assert.equal(exitCode, 0, stderr);
    assert.match(metrics, /mssp_alerts_coverage_hunting_only\{stack="customer0",[^}]*reason="unknown"\} \d/);
    assert.match(metrics, /mssp_alerts_delivery_lag_seconds_bucket\{/);
    assert.equal(stderr.split("coverage: ").length, 2, "counted more than once");
  });

  it("says how to get the permission where the connector may not hunt", async () => {
    const { cloud } = many.sandbox;
    const tenant = cloud.tenant(many.customers[0]!.tenantId);
    const assignments = tenant.objects("appRoleAssignments");
    const hunting = [...assignments.values()].find(
      ({ appRoleId }) => appRoleId === "dd98c7f5-2d42-42d3-a0e4-633161547251",
    );
    assert.ok(hunting !== undefined);
    assignments.delete(hunting.id);
    const ended = await run([
      ...["verify", "--connections", many.connections, "--checkpoints", "checkpoints", "--coverage"],
    ]);
    assignments.set(hunting.id, hunting);
    assert.match(ended.stdout, /customer0\s+coverage: not permitted: .*ThreatHunting\.Read\.All/);
    assert.match(ended.stdout, /Ask whoever runs `pulumi up` for this customer to set connector\.profile: hunt\./);
  });

  it("refuses a count without a checkpoint, and a pull that cannot keep IDs", async () => {
    const without = await run(["verify", "--connections", many.connections, "--coverage"]);
    assert.equal(without.exitCode, 2);
    assert.match(without.stderr, /--coverage needs --checkpoint or --checkpoints/);
    const pull = await run(["alerts", "--connection", many.connection(0), "--coverage"]);
    assert.equal(pull.exitCode, 2);
    assert.match(pull.stderr, /--coverage goes with --follow and --checkpoint/);
  });
});

describe("verify of 50 customers", function () {
  this.timeout(300_000);
  const many = fixture(() => ManyCustomers.start(50));

  it("shows the one whose consent is lost within one run, in the table, the metrics and the exit code", async () => {
    const environment = commandEnvironment(await many.sandbox.environment({ user: process.env }));
    const run = (...args: string[]) =>
      mssp(["verify", "--all", "--connections", many.connections, "--metrics", "verify.prom", ...args], {
        folder: many.folder,
        environment,
      });
    const before = await run();
    assert.equal(before.exitCode, 0, before.stdout + before.stderr);
    assert.match(before.stdout, /50 of 50 customers without a failed check\.\n?$/);
    const lost = many.customers[31]!;
    const principals = many.sandbox.cloud.tenant(lost.tenantId).objects("servicePrincipals");
    const own = [...principals.values()].find(({ appId }) => appId === lost.clientId);
    principals.delete(own?.id ?? "");
    const { exitCode, stdout } = await run();
    assert.equal(exitCode, 1);
    const rows = stdout.split("\n");
    assert.match(rows.find((row) => row.includes("customer31")) ?? "", /^✗\s+customer31\s+lost/);
    assert.equal(rows.filter((row) => /^✓\s+customer\d+\s+given/.test(row)).length, 49);
    const metrics = await readFile(path.join(many.folder, "verify.prom"), "utf8");
    assert.equal([...metrics.matchAll(/^mssp_verify_consent\{.*\} 1$/gm)].length, 49);
    assert.match(
      metrics,
      new RegExp(`^mssp_verify_consent\\{stack="customer31",tenant_id="${lost.tenantId}"\\} 0$`, "m"),
    );
    assert.match(metrics, /^mssp_verify_success\{stack="customer31",[^}]*\} 0$/m);
  });
});
