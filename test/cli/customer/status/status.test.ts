/** `mssp status` in a session: states by a stand-in of the engine, tenants of the sandbox. */
import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fixture } from "@defender-mssp/testkit/fixture";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import fc from "fast-check";
import { stringify } from "yaml";
import { statusReport, type StatusReport } from "../../../../cli/customer/status/customerStatus";
import { statusScreen, statusText } from "../../../../cli/customer/status/statusText";
import { watchStatus } from "../../../../cli/customer/status/watchStatus";
import { Journal, type RunPlan } from "../../../../cli/stack/journal";
import { recordedFile } from "../../../compat/recorded";
import { requiredSettings } from "../../../settings/required";
import { outcome } from "../../fleet/outcomes";
import { StackProject } from "../../pulumiStack";
import { inSession, TestSession } from "../../testSession";
import { stateText } from "../report/states";

const now = () => new Date("2026-11-28T12:00:00Z");
const analysts = [{ email: "ana@fabrikam.example", displayName: "Ana Silva", accessEndsOn: "2026-12-01" }];

describe("mssp status", () => {
  const project = fixture(() => StackProject.create({ engine: "stand-in" }));
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    ({ environment } = project);
    // A recorded state, whose client secret has a year.
    await project.addStack("northwind");
    await writeFile(stateFile("northwind"), stateText("basic"));
    await writeFile(settingsFile("northwind"), await readFile(recordedFile("basic", "stack.yaml")));
    await project.addStack("unreadable");
    await writeFile(stateFile("unreadable"), JSON.stringify({ deployment: { resources: 1 } }));
    await settings("unreadable", 2);
    await settings("new", 3);
    await settings("gone", 4, { offboarded: { on: "2026-11-20", by: "Ana Silva" } });
    await settings("leaver", 5, { analysts });
    await writeFile(settingsFile("broken"), "config: [\n");
  });

  const stateFile = (stack: string) => path.join(environment["PULUMI_HOME"] ?? "", "stacks", `${stack}.state.json`);
  const settingsFile = (stack: string) => path.join(project.folder, `Pulumi.${stack}.yaml`);

  async function settings(stack: string, number: number, changes: object = {}): Promise<void> {
    const all = {
      ...requiredSettings,
      customerName: `Customer ${number}`,
      tenantId: `c0570500-0000-4000-8000-0000000000a${number}`,
      customerDomain: `customer${number}.example`,
      analysts: [{ email: "ana@fabrikam.example", displayName: "Ana Silva" }],
      ...changes,
    };
    const config = Object.fromEntries(Object.entries(all).map(([key, value]) => [`defender-mssp:${key}`, value]));
    await writeFile(settingsFile(stack), stringify({ config }));
  }

  const status = (...args: readonly string[]) =>
    inSession(["status", ...args], { folder: project.folder, environment, now });
  const json = async (...args: readonly string[]) => {
    const ended = await status(...args, "--json");
    return { ...ended, report: JSON.parse(ended.stdout) as StatusReport };
  };
  const states = ({ customers }: StatusReport) =>
    Object.fromEntries(customers.map(({ stack, state }) => [stack, state]));

  it("shows each customer, the most serious first; one that can't be read stops no other", async () => {
    const { exitCode, report } = await json();
    assert.equal(exitCode, 1);
    assert.equal(report.msspStatus, 1);
    assert.deepEqual(states(report), {
      broken: "unreadable",
      unreadable: "unreadable",
      northwind: "onboarding",
      new: "notDeployed",
      leaver: "notDeployed",
      gone: "offboarded",
    });
    assertEach(report.customers.slice(0, 2), ({ stack }) => stack, ["broken", "unreadable"]);
    assert.equal(report.customers.at(-1)?.stack, "gone");
    const { nextEnd, customerName } = report.customers.find(({ stack }) => stack === "northwind")!;
    assert.deepEqual([customerName, nextEnd?.kind], ["Northwind Traders", "clientSecret"]);
    const [first] = report.customers.find(({ stack }) => stack === "new")!.needs;
    assert.deepEqual([first?.topic, first?.urgency], ["onboarding", "waiting"]);
    const [broken] = report.customers[0]!.needs;
    assert.match(broken?.text ?? "", /^Pulumi\.broken\.yaml:\d+:\d+ is not valid YAML/);
  });

  it("prints a row for each, what to do, and a summary, at most 80 columns wide", async () => {
    const { stdout } = await status();
    assert.match(stdout, /^customer +state +ends next +needs somebody\n/);
    assert.match(stdout, /\ngone +off-boarded +on 2026-11-20/);
    assert.match(stdout, /\nbroken: Pulumi\.broken\.yaml:/);
    assert.match(stdout, /\n6 customers\. Somebody is needed: [^\n]+\. [^\n]+\.( Drift not looked for: 1\.)?$/);
    const { report } = await json();
    for (const line of statusText(report, 80).split("\n")) assert.ok(visibleLength(line) <= 80, line);
    const screen = statusScreen(report, { rows: 12, columns: 80, ending: "Ctrl-C ends this." }).split("\n");
    assert.ok(screen.length <= 12, `${screen.length} lines`);
    assert.match(screen[1] ?? "", /broken/);
    assert.equal(screen.at(-1), "Ctrl-C ends this.");
    const alike = report.customers.flatMap((one) => (one.stack === "new" ? [one, { ...one, stack: "second" }] : []));
    assert.match(statusText({ ...report, customers: alike }, 80), /\nnew, second[:,] /);
    const many = Array.from("12345678", (text) => ({ ...alike[0]!.needs[0]!, urgency: "now" as const, text }));
    assert.match(statusText({ ...report, customers: [{ ...alike[0]!, needs: many }] }), /\n… and 2 more needs: /);
    const empty = statusText(statusReport([], { now: now(), isOffline: true }), 80);
    assert.match(empty, /0 customers\. Nobody is needed\.\n$/);
  });

  it("--on: finds what a look on that day finds, if nobody acts until then; a day that is over is refused", async () => {
    const on = (day: string) => json("--stack", "northwind", "leaver", "--on", day);
    const day = fc.date({ min: now(), max: new Date("2028-12-31T00:00:00Z"), noInvalidDate: true });
    // The steps in the tenant are those of the look, whose clock says what is on its way.
    const judged = ({ customers }: StatusReport) =>
      customers.map(({ stack, nextEnd, retirements, changes, needs }) => {
        return { stack, nextEnd, retirements, changes, needs: needs.filter(({ topic }) => topic !== "onboarding") };
      });
    const steps = ({ customers }: StatusReport) =>
      customers.flatMap(({ needs }) => needs.filter(({ topic }) => topic === "onboarding"));
    const { report: today } = await json("--stack", "northwind", "leaver");
    const property = fc.asyncProperty(day, async (moment) => {
      const text = moment.toISOString().slice(0, 10);
      const { report } = await on(text);
      const options = { folder: project.folder, environment, now: () => new Date(`${text}T23:59:59.000Z`) };
      const { stdout } = await inSession(["status", "--stack", "northwind", "leaver", "--json"], options);
      assert.deepEqual(judged(report), judged(JSON.parse(stdout) as StatusReport));
      assert.deepEqual([report.on, report.checkedOn], [text, now().toISOString()]);
      assert.deepEqual(steps(report), steps(today));
    });
    await fc.assert(property, { numRuns: 8 });
    const topics = ({ customers }: StatusReport) => customers.map(({ needs }) => needs[0]?.topic);
    assert.deepEqual(topics((await on("2028-01-31")).report), ["ended", "onboarding"]);
    assert.match((await status("--on", "2027-01-31")).stdout, /^Forecast for the end of 2027-01-31, UTC, by the clock/);
    assert.match((await status("--on", "2026-11-27")).stderr, /^error: --on takes today or a later day: 2026-11-27 is/);
  });

  it("selects as the other commands of many customers", async () => {
    const { exitCode, report } = await json("--stack", "g*", "leaver");
    assert.equal(exitCode, 3);
    assert.deepEqual(Object.keys(states(report)).sort(), ["gone", "leaver"]);
    assert.equal((await status("--stack", "gone")).exitCode, 0);
    const { exitCode: wrong, stderr } = await status("--stack", "typo");
    assert.equal(wrong, 1);
    assert.match(stderr, /No stack matches "typo"/);
  });

  describe("--offline", () => {
    const plan = (command: RunPlan["command"], drift = false): RunPlan => {
      return { command, stacks: [], refresh: false, drift, policyPacks: [] };
    };

    before(() => {
      const journals = path.join(project.folder, ".mssp/fleet");
      const up = Journal.begin(journals, plan("up"), new Date("2026-11-01T00:00:00Z"));
      for (const stack of ["northwind", "unreadable"]) up.ended(outcome(stack, "changed"));
      const drift = Journal.begin(journals, plan("preview", true), new Date("2026-11-02T00:00:00Z"));
      drift.ended(outcome("northwind", "drifted"));
      const failing = Journal.begin(journals, plan("up"), new Date("2026-11-03T00:00:00Z"));
      failing.ended({ ...outcome("new", "failed"), messages: ["no consent"] });
    });
    after(() => rm(path.join(project.folder, ".mssp"), { recursive: true }));

    it("reads files and journals only, and says what it does not know", async () => {
      const nowhere = { ...environment, PULUMI_HOME: "/nowhere", ARM_CLIENT_ID: "" };
      const options = { folder: project.folder, environment: nowhere, now };
      const { exitCode, stdout } = await inSession(["status", "--offline", "--json"], options);
      const report = JSON.parse(stdout) as StatusReport;
      assert.equal(exitCode, 1);
      assert.deepEqual(states(report), {
        broken: "unreadable",
        new: "notKnown",
        northwind: "deployed",
        leaver: "notKnown",
        unreadable: "deployed",
        gone: "offboarded",
      });
      const needs = report.customers.flatMap(({ stack, needs: list }) => list.map((need) => `${stack} ${need.title}`));
      assert.deepEqual(needs.slice(1), [
        "new the last up failed",
        "northwind drifted: 1 difference",
        "leaver access of Ana Silva ends in 3 d",
      ]);
      const text = await inSession(["status", "--offline", "--stack", "gone"], options);
      assert.equal(text.exitCode, 0);
      assert.match(text.stdout, /Offline: by the settings files .* Not read: states \(client secrets, certificates\)/);
    });

    it("previews of a pipeline say more of drift than the journals", async () => {
      const previews = path.join(project.folder, "previews");
      await mkdir(previews);
      const preview = { msspPreview: 1, stack: "northwind", failed: false, changes: [], unchanged: 3, messages: [] };
      const file = path.join(previews, "northwind.json");
      await writeFile(file, JSON.stringify({ ...preview, policyViolations: [], additions: [] }));
      const drift = async () => (await json("--offline", "--stack", "northwind", "--previews", previews)).report;
      assert.equal((await drift()).customers[0]?.drift.state, "clean");
      await writeFile(file, JSON.stringify({ ...preview, failed: true, policyViolations: [], additions: [] }));
      assert.equal((await drift()).customers[0]?.drift.state, "drifted");
      await rm(previews, { recursive: true });
    });
  });

  describe("--watch", () => {
    it("without a terminal prints each change as a line of JSON, and ends with 0 by Ctrl-C", async () => {
      const session = new TestSession({ folder: project.folder, environment, now });
      const { report } = await json("--stack", "gone");
      const later = { ...report, checkedOn: "2026-11-28T12:05:00.000Z" };
      const answers = [report, later, { ...later, customers: [] }];
      let checks = 0;
      await watchStatus({ interval: 0.01, json: true }, session, () => {
        checks++;
        const answer = answers.shift();
        if (answer === undefined) session.signals.emit("SIGINT");
        return answer === undefined ? new Promise<never>(() => undefined) : Promise.resolve(answer);
      });
      assert.equal(session.exitCode, 0);
      assert.equal(checks, 4);
      const lines = session.out.text.split("\n").map((line) => JSON.parse(line) as StatusReport);
      assertEach(lines, ({ customers }) => customers.length, [1, 0]);
      assert.equal(session.signals.listenerCount("SIGINT"), 0);
    });
  });
});

function visibleLength(line: string): number {
  return Array.from(line.replaceAll(/\u001b\[\d+m/g, "")).length;
}
