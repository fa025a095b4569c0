/** `mssp detections off` and `on` over a hundred customers of a sandbox. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { execa } from "execa";
import type { DetectionRuleObject } from "@defender-mssp/microsoft";
import type { OwnSandbox } from "@defender-mssp/sandbox";
import type { SwitchedCustomer } from "../../../cli/detections/switch/switchRule";
import { readDetectionRules } from "../../../cli/findings/read/readDetectionRules";
import type { Deployment } from "../../../cli/stack/deployment";
import { dynamic } from "../../../domain/resourceTypes";
import { readStackSettingsOffline } from "../../../settings/fromFile";
import { exceptionsIn } from "../../../cli/stack/editExceptions";
import { checkout, environmentOf } from "../mssp";
import { inSession } from "../testSession";
import { officeRule, renamedRule, RulesProject, today } from "./rulesProject";

const count = 100;
const numbers = [...Array(count).keys()];
/** For what does not depend on their number. */
const some = numbers.slice(0, 20);
const ofSome = ["--stack", ...some.map((number) => `customer${number}`)];
const id = "fabrikam-security-office";
const mark = "(managed by customers/x#0123456789abcdef/detections-office)";
const tenantOf = (number: number) => `c0570500-0000-4000-8000-${String(number).padStart(12, "0")}`;
const off = ["off", "office", "--until", "2999-03-31", "--reason", 'Floods: "PC"', "--owner", "Ana Silva (SOC)"];
const exception = {
  ...{ rule: "office", reason: 'Floods: "PC"', owner: "Ana Silva (SOC)", until: "2999-03-31", disabled: true },
};

describe("mssp detections off and on", function () {
  let project: RulesProject;
  let sandbox: OwnSandbox;
  let environment: Record<string, string | undefined>;
  const log: string[] = [];

  before(async () => {
    project = await RulesProject.create();
    const faults = { seed: 5, percent: 0, timeScale: 0.001 };
    ({ sandbox, environment } = await project.startSandbox({ log: (line) => log.push(line), faults }));
    await project.write("detections/base/office.yaml", officeRule);
    await project.write("detections/other/unused.yaml", renamedRule("unused"));
    for (const number of numbers)
      sandbox.cloud.describedTenant({ tenantId: tenantOf(number), domain: `customer${number}.example` });
  });
  after(() => sandbox.stop());
  const rules = (number: number) => sandbox.cloud.tenant(tenantOf(number)).objects("detectionRules");
  const rule = (number: number) => rules(number).get(id) as unknown as DetectionRuleObject;
  beforeEach(async () => {
    if (sandbox.faults) sandbox.faults.percent = 0;
    log.length = 0;
    const hosts = [{ deviceIdColumn: "DeviceId" }];
    const alertTemplate = { title: "PowerShell", severity: "low", entityMappings: { hosts } };
    for (const number of numbers) {
      rules(number).clear();
      rules(number).set(id, {
        ...{ id, displayName: "Encoded PowerShell", description: `Phishing ${mark}`, status: "enabled" },
        ...{ queryCondition: { queryText: "DeviceInfo" }, schedule: { frequency: "PT1H" } },
        detectionAction: { alertTemplate },
      });
      await project.customer(`customer${number}`, { sets: ["base"] }, tenantOf(number));
    }
  });

  const inFolder = () => ({ folder: project.folder, environment, now: () => today });
  const run = async (...args: string[]) => {
    const { stdout, exitCode } = await inSession(["detections", ...args, "--json"], inFolder());
    const { customers } = JSON.parse(stdout) as { customers: SwitchedCustomer[] };
    const by = (key: "state" | "settings") =>
      Object.fromEntries(
        [...new Set(customers.map((each) => each[key]))].map((value) => [
          value,
          customers.filter((each) => each[key] === value).length,
        ]),
      );
    return { exitCode, customers, states: by("state"), settings: by("settings") };
  };
  const text = (...args: string[]) => inSession(["detections", ...args], inFolder());
  const settingsOf = (number: number) => readFile(path.join(project.folder, `Pulumi.customer${number}.yaml`), "utf8");
  const isOff = (number: number) => rule(number).status === "disabled";

  it("turns the rule off at 100 customers within a minute, marks it there, and writes the exceptions", async () => {
    const begun = process.cpuUsage();
    const { exitCode, states, settings } = await run(...off, "--all");
    // Of client and sandbox together: the wall clock depends on what else the machine does.
    const { user, system } = process.cpuUsage(begun);
    assert.ok(user + system < 60_000_000, `${(user + system) / 1e6} s`);
    assert.deepEqual([exitCode, states, settings], [0, { off: count }, { written: count }]);
    for (const number of numbers) {
      const description = `Phishing (off until 2999-03-31, by Ana Silva SOC) ${mark}`;
      assert.deepEqual([rule(number).status, rule(number).description], ["disabled", description]);
      assert.deepEqual(exceptionsIn(await settingsOf(number), "customers"), [exception]);
    }
    log.length = 0;
    const again = await run(...off, "--all");
    assert.deepEqual([again.states, again.settings], [{ wasOff: count }, { unchanged: count }]);
    assert.equal(log.filter((line) => line.startsWith("PATCH")).length, 0);
  });

  it("turns it on again as it was, and leaves the settings files as they were", async () => {
    const before = await Promise.all(some.map(settingsOf));
    await run(...off, ...ofSome);
    const { exitCode, states } = await run("on", "base/office", ...ofSome);
    assert.deepEqual([exitCode, states], [0, { on: some.length }]);
    assert.deepEqual(await Promise.all(some.map(settingsOf)), before);
    assertNone(some, (number) => isOff(number) || rule(number).description !== `Phishing ${mark}`);
  });

  it("names a customer that fails, one without the rule, and a rule of another party, and says how to go on", async () => {
    rules(0).clear();
    (rules(1).get(id) as Record<string, unknown>)["description"] = "The customer's own";
    await project.write("Pulumi.customer2.yaml", "config: { customers:detections: [] }\n");
    const { stdout, exitCode } = await text(...off, ...ofSome.slice(0, 6));
    assert.equal(exitCode, 1);
    assert.match(stdout, /2 customers turned off, 1 customer without the rule, 2 customers failed\./);
    assert.match(stdout, /✗ +customer1 +failed: the rule fabrikam-security-office has no mark of a stack/);
    assert.match(stdout, /✗ +customer2 +failed: /);
    assert.match(stdout, /with the same options for those that failed: --stack customer1 customer2/);
    assert.match(stdout, /git add Pulumi\.customer0\.yaml Pulumi\.customer3\.yaml Pulumi\.customer4\.yaml\n/);
    assert.match(stdout, /git push --set-upstream origin detections-off-office/);
    assert.equal(rule(1).status, "enabled");
  });

  it("ends at 10 % faults with every rule off, by running again where it says so", async () => {
    if (sandbox.faults) sandbox.faults.percent = 10;
    for (let runs = 1; ; runs++) {
      assert.ok(runs < 5);
      const { customers } = await run(...off, ...ofSome);
      for (const { stack, state } of customers)
        assert.ok(state === "failed" || isOff(Number(stack.slice("customer".length))), stack);
      if (customers.every(({ state }) => state !== "failed")) break;
    }
    assert.ok(some.every(isOff));
  });

  it("leaves each rule on or off after kill -9, which the next run tells", async () => {
    // More than the tenants at once, so that some are left however fast the sandbox answers.
    const many = numbers.slice(0, 60);
    const ofMany = ["--stack", ...many.map((number) => `customer${number}`)];
    const command = [path.join(checkout, "cli", "mssp.js"), "detections", ...off, ...ofMany];
    const killed = execa(process.execPath, command, {
      cwd: project.folder,
      env: environmentOf({ environment }),
      extendEnv: false,
      reject: false,
    });
    while (!log.some((line) => line.startsWith("PATCH"))) await new Promise((resolve) => setTimeout(resolve, 5));
    killed.kill("SIGKILL");
    assert.equal((await killed).signal, "SIGKILL");
    const before = new Set(many.filter(isOff));
    assert.ok(before.size > 0 && before.size < many.length, String(before.size));
    const { customers, exitCode } = await run(...off, ...ofMany);
    assert.equal(exitCode, 0);
    for (const { stack, state } of customers)
      assert.equal(state, before.has(Number(stack.slice("customer".length))) ? "wasOff" : "off");
    for (const number of many) assert.deepEqual(exceptionsIn(await settingsOf(number), "customers"), [exception]);
  });

  it("counts as merged when the main branch of the remote has the exception, and before a remote when it is committed", async () => {
    const git = (...args: string[]) =>
      execa("git", ["-c", "user.name=Ana", "-c", "user.email=ana@mssp.example", ...args], { cwd: project.folder });
    const settings = await readStackSettingsOffline("customer0", project.folder);
    const outputs = { detectionAction: { alertTemplate: { title: "PowerShell" } } };
    const resource = { type: dynamic("DetectionRule"), id, inputs: {}, outputs };
    const deployment = { resources: [resource] } as unknown as Deployment;
    const isMerged = async () => {
      const place = { environment: environmentOf({ environment }), folder: project.folder, now: today };
      const { turnedOff: off } = await readDetectionRules({ stack: "customer0", settings, deployment }, place);
      return off.map((each) => [each.id, each.note?.by, each.isMerged]);
    };
    await git("init", "--quiet", "--initial-branch", "main");
    await git("add", "Pulumi.customer0.yaml");
    await git("commit", "--quiet", "--message", "Before");
    await run(...off, "--stack", "customer0");
    assert.deepEqual(await isMerged(), [[id, "Ana Silva SOC", false]]);
    await git("commit", "--quiet", "--all", "--message", "After");
    assert.deepEqual(await isMerged(), [[id, "Ana Silva SOC", true]]);
    await git("update-ref", "refs/remotes/origin/main", "HEAD~1");
    await git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
    assert.deepEqual(await isMerged(), [[id, "Ana Silva SOC", false]]);
  });

  it("refuses an unknown rule, one that no customer gets, a day that is over, and no customers", async () => {
    const refused = async (...args: string[]) => (await text(...args)).stderr;
    const others = ["--reason", "x", "--owner", "Ana"];
    assert.match(await refused("on", "ofice", "--all"), /detections\/ has no rule ofice \(did you mean office\?\)/);
    assert.match(await refused("on", "unused", "--all"), /No customer's sets have unused/);
    assert.match(await refused("off", "office", "--all", "--until", "2027-02-28", ...others), /2027-02-28 is over/);
    assert.match(await refused("on", "office"), /Say which customers/);
  });
});
