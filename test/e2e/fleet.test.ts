/**
 * `mssp fleet` over five customers on the real engine: onboard, change, die in the middle,
 * resume, faults, destroy.
 */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fixture } from "@defender-mssp/testkit";
import { execa } from "execa";
import { readRuns } from "../../cli/stack/journal";
import type { RunReport } from "../../cli/fleet/runReport";
import { mssp } from "../cli/mssp";
import { ana, ben, checkout, createProject, customer, dumpOfTenant, tenantIdOf } from "./support";

const customers = [8, 9, 10, 11, 12];
const stackOf = (number: number) => `customer-${String(number).padStart(2, "0")}`;
const stacks = customers.map(stackOf);

describe("mssp fleet, five customers", () => {
  const project = fixture(() => createProject({ faults: { seed: 12, percent: 0 } }));
  let asBefore: readonly string[];

  before(async () => {
    await mkdir(temporaryFolder());
    await writeSettings([ana]);
    await project.verifyDomains();
    asBefore = dumps();
  });

  it("up onboards all, and a customer with a broken file stops no other", async () => {
    await writeFile(path.join(project.folder, "Pulumi.customer-99.yaml"), "config: [\n");
    const { exitCode, stderr } = await fleet("up", "--init", "--yes");
    const report = await lastReport();
    assert.equal(exitCode, 1);
    assert.deepEqual(statesOf(report), { ...all("changed"), "customer-99": "failed" });
    assert.match(report.stacks.find(({ stack }) => stack === "customer-99")?.messages[0] ?? "", /is not valid YAML/);
    assert.match(stderr, /customer-99: failed: .*Pulumi\.customer-99\.yaml:\d+:\d+ is not valid YAML/);
    await writeFile(path.join(project.folder, "Pulumi.customer-99.yaml"), "");
    const settings = await readFile(path.join(project.folder, "Pulumi.customer-09.yaml"), "utf8");
    assert.match(settings, /^encryptionsalt: "?v1:[^]*^config:/m);
  });

  it("preview names what a change does to each selected customer, runs policy packs, and changes nothing", async () => {
    await writeSettings([ana, ben]);
    const against = customer(12, { analysts: [ana], portalAccess: "rbac", extension: "againstTheRules" });
    await project.writeSettings(stackOf(12), { ...against, tags: ["model=rbac"] });
    const before = dumps();
    const { exitCode, stdout } = await fleet("preview", "--tag", "model=rbac", "--policy-pack", "policy", "--json");
    const events = stdout.split("\n").map((line) => JSON.parse(line) as { event: string; stack?: string });
    const report = await lastReport();
    assert.equal(exitCode, 1);
    assert.deepEqual(report.counts, { failed: 1, drifted: 0, leftOut: 0, new: 0, changed: 1, unchanged: 0 });
    for (const { stack, state, preview } of report.stacks) {
      const violations = preview?.policyViolations.filter(({ level }) => level === "mandatory") ?? [];
      assert.equal(violations.length > 0, stack === stackOf(12), `${stack}: ${violations.length} violations`);
      if (state === "failed") continue;
      const changes = preview?.changes ?? [];
      assert.ok(changes.some(({ operation, name }) => operation === "create" && name.includes("ben.okafor")));
      assert.deepEqual(
        changes.filter(({ type }) => type.startsWith("pulumi:providers:")),
        [],
      );
    }
    assert.equal(events.filter(({ event }) => event === "ended").length, 2);
    assert.equal(events.at(-1)?.event, "report");
    assert.deepEqual(dumps(), before);
    await writeSettings([ana, ben]);
  });

  it("a leaver is removed from the file, and the preview shows what goes", async () => {
    await writeSettings([ana, ben]);
    const args = ["analyst", "remove", ana.email, "--stack", stackOf(9), "--yes"];
    const before = dumps();
    const { exitCode, stdout, stderr } = await mssp(args, { folder: project.folder, environment: project.environment });
    assert.equal(exitCode, 0, stdout + stderr);
    assert.match(stdout, /^Pulumi\.customer-09\.yaml\n- /);
    assert.match(stderr, /1 of 1 files written/);
    assert.deepEqual(statesOf(await lastReport()), { [stackOf(9)]: "changed" });
    assert.match(stdout, /customer-09 +.*to delete/);
    assert.deepEqual(dumps(), before);
    await writeSettings([ana, ben]);
  });

  it("a killed up continues with --resume, and runs no stack twice", async () => {
    const running = start("up", "--stack", "customer-*", "--canary", "1", "--parallel", "2", "--yes", "--json");
    let ended = 0;
    running.stdout.on("data", (data: Buffer) => {
      ended += data.toString().split('"event":"ended"').length - 1;
      if (ended >= 3) running.kill("SIGKILL");
    });
    assert.equal((await running).signal, "SIGKILL");
    const [cut] = await readRuns(journals());
    assert.ok(cut !== undefined && !cut.finished && cut.cutOff.size > 0);
    const done = [...cut.outcomes.keys()];
    assert.ok(done.length >= 3 && done.length <= 5, `${done.length} had ended`);

    const { exitCode, stderr } = await fleet("up", "--resume", "--yes");
    const report = await lastReport();
    const [whole] = await readRuns(journals());
    assert.equal(exitCode, 1, stderr);
    assert.equal(report.run, cut.id);
    const states = statesOf(report);
    // The kill may come when the engine of a stack has ended and the journal doesn't say so yet.
    const wereDone = [...cut.cutOff].filter((stack) => states[stack] === "unchanged");
    const unchanged = Object.fromEntries(wereDone.map((stack) => [stack, "unchanged"]));
    assert.deepEqual(states, { ...all("changed"), ...unchanged, "customer-99": "failed" });
    assert.ok(whole?.finished);
    const starts = await startsIn(cut.folder);
    for (const stack of done)
      assert.equal(starts.filter((one) => one === stack).length, stack === "customer-99" ? 0 : 1);
    for (const number of customers) assert.match(dumpOfTenant(project, tenantIdOf(number)), /ben\.okafor/);
  });

  it("up survives faults of five percent", async () => {
    const { faults } = project.sandbox;
    assert.ok(faults);
    await writeSettings([ana]);
    faults.percent = 100; // Until the first fault: five percent of so few requests may be none.
    const running = fleet("up", "--yes", "--stack", "customer-1*", "--set", "tries=6");
    while (faults.injected === 0) await pause(1);
    faults.percent = 5;
    const { exitCode, stdout, stderr } = await running;
    faults.percent = 0;
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
    const { counts } = await lastReport();
    assert.equal(counts.changed, 3);
  });

  it("destroy takes all away, also after Ctrl-C in the middle: every tenant is as before", async () => {
    const running = start("destroy", "--yes", "--stack", "customer-0*", "customer-1*", "--json");
    let interrupted = false;
    running.stdout.on("data", (data: Buffer) => {
      if (interrupted || !data.toString().includes('"event":"ended"')) return;
      interrupted = true; // A second one would interrupt the engines.
      running.kill("SIGINT");
    });
    const { exitCode, stderr } = await running;
    const { counts, ownRequests } = await lastReport();
    assert.equal(exitCode, 4, stderr);
    // A destroy runs no program: these are the dynamic providers', which the engine has started.
    assert.ok(ownRequests.asked > 0, "no request of a dynamic provider asked the limiter");
    assert.match(stderr, /Interrupted: the running stacks finish/);
    assert.equal(counts.failed, 0);
    assert.equal(counts.changed + counts.leftOut, 5);
    const resumed = await fleet("destroy", "--resume", "--yes");
    assert.equal(resumed.exitCode, 0, `${resumed.stdout}\n${resumed.stderr}`);
    assert.deepEqual(dumps(), asBefore);
    const status = await mssp(["status", "--show", "runs", "--json"], {
      folder: project.folder,
      environment: project.environment,
    });
    const { stacks: list } = JSON.parse(status.stdout) as { stacks: { stack: string; state: string }[] };
    assert.deepEqual(
      list.filter(({ state }) => state !== "changed").map(({ stack }) => stack),
      ["customer-99"],
    );
  });

  async function writeSettings(analysts: readonly object[]): Promise<void> {
    for (const number of customers) {
      const model = number % 4 === 0 ? "rbac" : "basic";
      const settings = customer(number, { analysts, portalAccess: model, tags: [`model=${model}`] });
      await project.writeSettings(stackOf(number), settings);
    }
  }

  function fleet(...args: readonly string[]) {
    return start(...args);
  }

  function start(...args: readonly string[]) {
    return execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), "fleet", ...args], {
      cwd: project.folder,
      env: { ...project.environment, NO_COLOR: "1", CI: "true", TMPDIR: temporaryFolder() },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
  }

  /** Deleted with the project's folder: a killed run cannot delete its own temporary files. */
  function temporaryFolder(): string {
    return path.join(project.folder, "tmp");
  }

  function journals(): string {
    return path.join(project.folder, ".mssp", "fleet");
  }

  async function lastReport(): Promise<RunReport> {
    const [last = ""] = (await readdir(journals())).sort().reverse();
    return JSON.parse(await readFile(path.join(journals(), last, "report.json"), "utf8")) as RunReport;
  }

  async function startsIn(folder: string): Promise<string[]> {
    const lines = (await readFile(path.join(folder, "journal.jsonl"), "utf8")).split("\n");
    return lines.flatMap((line) =>
      line.includes('"kind":"start"') ? (JSON.parse(line) as { stack: string }).stack : [],
    );
  }

  function dumps(): string[] {
    return customers.map((number) => dumpOfTenant(project, tenantIdOf(number)));
  }
});

function statesOf(report: RunReport): Record<string, string> {
  return Object.fromEntries(report.stacks.map(({ stack, state }) => [stack, state]));
}

function all(state: string): Record<string, string> {
  return Object.fromEntries(stacks.map((stack) => [stack, state]));
}
