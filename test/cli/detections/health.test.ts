/** `mssp detections health` over a hundred customers whose alerts are known. */
import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { hourMs } from "@defender-mssp/errors/time";
import { microsoftGraph, type DetectionRuleObject, type SecurityAlert } from "@defender-mssp/microsoft";
import type { OwnSandbox } from "@defender-mssp/sandbox";
import { readDetectionRules } from "../../../cli/findings/read/readDetectionRules";
import { ruleHealth } from "../../../cli/findings/rules/ruleHealth";
import { facts } from "../findings/facts";
import type { Deployment } from "../../../cli/stack/deployment";
import { dynamic } from "../../../domain/resourceTypes";
import { readStackSettingsOffline } from "../../../settings/fromFile";
import {
  ruleHealth as healthOf,
  type CustomerHealth,
  type RuleHealth,
} from "../../../cli/detections/health/detectionHealth";
import { environmentOf } from "../mssp";
import { inSession } from "../testSession";
import { officeRule, renamedRule, RulesProject } from "./rulesProject";

const numbers = [...Array(100).keys()];
const tenantOf = (number: number) => `c0570500-0000-4000-8000-${String(number).padStart(12, "0")}`;
const classifications = ["truePositive", "falsePositive", "informationalExpectedActivity", null] as const;

describe("mssp detections health", function () {
  let project: RulesProject;
  let sandbox: OwnSandbox;
  let environment: Record<string, string | undefined>;
  let now: Date;
  const truth = new Map<string, Partial<RuleHealth>>();

  before(async () => {
    project = await RulesProject.create();
    const faults = { seed: 5, percent: 0, timeScale: 0.001 };
    ({ sandbox, environment } = await project.startSandbox({ alerts: 10, faults }));
    now = sandbox.cloud.now();
    await project.write("detections/base/office.yaml", officeRule);
    await project.write("detections/base/quiet.yaml", renamedRule("quiet"));
    for (const number of numbers) {
      const permissions = { [microsoftGraph.appId]: ["CustomDetection.Read.All", "SecurityAlert.Read.All"] };
      sandbox.cloud.describedTenant({ tenantId: tenantOf(number), domain: `customer${number}.example`, permissions });
      truth.set(`customer${number}`, seed(number));
      await project.customer(`customer${number}`, { sets: ["base"] }, tenantOf(number));
    }
  });
  after(() => sandbox.stop());

  /** Alerts of one customer, and what is true of them. Every third customer's service names no rule in its alerts. */
  function seed(number: number): Partial<RuleHealth> {
    const tenant = sandbox.cloud.tenant(tenantOf(number));
    const at = (hours: number) => new Date(now.getTime() - hours * hourMs).toISOString();
    for (const name of ["office", "quiet"])
      tenant.objects("detectionRules").set(`fabrikam-security-${name}`, {
        ...{ id: `fabrikam-security-${name}`, displayName: name, description: "", status: "enabled" },
        ...{
          createdDateTime: at(24 * (name === "quiet" && number % 2 === 1 ? 29 : 200)),
          lastModifiedBy: "dana@customer.example",
        },
      });
    const [alerts, isNoisy] = [number % 8, number % 10 === 9];
    const count = isNoisy ? 301 : number % 10 === 8 ? 300 : alerts;
    const kind = number % 4;
    const right = kind === 1 && number % 3 === 2 && count > 0 ? 1 : 0;
    const created: string[] = [];
    const stored = (id: string, hours: number, others: object) =>
      tenant.objects("customDetectionAlerts").set(id, {
        ...{ id, title: "Encoded PowerShell on pc1", detectionSource: "customDetection", status: "new" },
        ...{ createdDateTime: at(hours), lastUpdateDateTime: at(hours), comments: [] },
        ...{
          detectorId: number % 3 === 0 ? "a GUID" : "fabrikam-security-office",
          evidence: [{ deviceDnsName: "pc1" }],
        },
        ...others,
      });
    for (let index = 0; index < count; index++) {
      // Ten in each 24 hours, and one more among the last.
      const hours = index === 300 ? 0.5 : 719 - index * 2.4;
      created.push(at(hours));
      const isClosed = index % 2 === 0;
      stored(`a${index}`, hours, {
        classification: isClosed ? (index < right ? "truePositive" : classifications[kind]) : null,
        ...(isClosed
          ? {
              ...{ status: "resolved", resolvedDateTime: at(hours - 5), lastUpdateDateTime: at(hours - 6) },
              comments: [{ createdDateTime: at(hours - 2 - (index % 4)) }],
            }
          : {}),
      });
    }
    // Outside of the span, and of somebody else.
    stored("old", 31 * 24, {});
    stored("other", 24, { title: "Other", detectorId: "other" });
    const closed = Math.ceil(count / 2);
    const middle = [...Array(closed).keys()].map((each) => 2 + ((each * 2) % 4)).sort();
    const median = (middle[(closed - 1) >> 1]! + middle[closed >> 1]!) / 2;
    const last = created.sort().at(-1);
    const onlyFalse = kind === 1 && closed >= 3 && right === 0;
    return {
      rule: "office",
      ...(count === 0 ? {} : { by: number % 3 === 0 ? ("title" as const) : ("id" as const), lastAlertAt: last! }),
      ...{ alerts: count, open: count - closed },
      truePositives: kind === 0 ? closed : right,
      falsePositives: kind === 1 ? closed - right : 0,
      benign: kind === 2 ? closed : 0,
      ...(closed === 0 ? {} : { hoursToTouch: median, hoursToClose: 5 }),
      ...(kind === 1 && closed > right ? { device: "pc1" } : {}),
      exceptionsEnd: [],
      needs: [
        ...(isNoisy ? (["noisy"] as const) : []),
        ...(count === 0 ? (["silent"] as const) : []),
        ...(onlyFalse ? (["onlyFalsePositives"] as const) : []),
      ],
    };
  }

  const run = (...args: string[]) =>
    inSession(["detections", "health", ...args], { folder: project.folder, environment, now: () => now });
  const json = async (...args: string[]) => {
    const ended = await run("--json", ...args);
    return { ...ended, ...(JSON.parse(ended.stdout) as { customers: CustomerHealth[] }) };
  };

  it("gives the exact figures of 100 customers", async () => {
    const { customers, exitCode } = await json();
    assert.deepEqual([customers.length, exitCode], [100, 3]);
    isTrue(customers);
  });

  it("names a customer that a fault of 10 % left out, and gives its figures when it runs again", async () => {
    if (sandbox.faults) sandbox.faults.percent = 10;
    let stacks = numbers.slice(0, 20).map((number) => `customer${number}`);
    for (let runs = 1; stacks.length > 0; runs++) {
      assert.ok(runs < 5);
      const { customers } = await json("--stack", ...stacks);
      isTrue(customers.filter(({ problem }) => problem === undefined));
      stacks = customers.flatMap(({ stack, problem }) => (problem === undefined ? [] : stack));
    }
  });

  it("says as text what needs somebody, proposes an exception, and writes none", async () => {
    if (sandbox.faults) sandbox.faults.percent = 0;
    const before = await readFile(path.join(project.folder, "Pulumi.customer13.yaml"), "utf8");
    const { stdout } = await run("--stack", "customer13", "customer8", "customer9");
    assert.match(stdout, /^customer13 +office +5 +0 +3 +0 +2 +2 +5 +\d{4}-\d\d-\d\d +only false positives$/m);
    assert.match(stdout, /^customer9 +office +301 +0 +151 .* noisy, only false positives, by title$/m);
    assert.match(stdout, /^customer8 +quiet +0 .* – +silent$/m);
    assert.match(
      stdout,
      /^Pulumi\.customer13\.yaml, .*\n\+ - \{ "rule": "office", .* "filter": "DeviceName !~ \\"pc1\\"" \}$/m,
    );
    assert.equal(await readFile(path.join(project.folder, "Pulumi.customer13.yaml"), "utf8"), before);
  });

  it("is judged alike by mssp status, which says what it may not read", async () => {
    const resources = ["office", "quiet"].map((name) => {
      const title = name === "office" ? "Encoded PowerShell on {{DeviceName}}" : name;
      const id = `fabrikam-security-${name}`;
      const outputs = { ruleId: id, displayName: name, detectionAction: { alertTemplate: { title } } };
      return { type: dynamic("DetectionRule"), id, inputs: {}, outputs };
    });
    const read = async (number: number, limit?: { readonly alertsPerDay: number }) => {
      const stack = `customer${number}`;
      const written = await readStackSettingsOffline(stack, project.folder);
      const settings = { ...written, detections: { ...written.detections!, ...limit } };
      const place = { environment: environmentOf({ environment }), folder: project.folder, now };
      return readDetectionRules({ stack, settings, deployment: { resources } as unknown as Deployment }, place);
    };
    const asked: string[] = [];
    for (const number of [1, 8, 9, 13, 16]) {
      const inTenant = await read(number);
      const { health, unread, unreadAlerts } = inTenant;
      const { exceptionsEnd, ...office } = truth.get(`customer${number}`)!;
      assert.deepEqual([health[0], unread, unreadAlerts, exceptionsEnd], [office, undefined, undefined, []]);
      asked.push(...ruleHealth(facts({ detections: inTenant })).map(({ title }) => `${number}: ${title}`));
    }
    assert.deepEqual(asked, [
      "8: 1 detection rule: silent",
      ...["9: 1 detection rule: noisy", "9: 1 detection rule: only false positives"],
      "13: 1 detection rule: only false positives",
      "16: 2 detection rules: silent",
    ]);
    const unlimited = ruleHealth(facts({ detections: await read(9, { alertsPerDay: 11 }) })).map(({ title }) => title);
    assert.deepEqual(unlimited, ["1 detection rule: only false positives"]);
    const permissions = { [microsoftGraph.appId]: ["CustomDetection.Read.All"] };
    sandbox.cloud.describedTenant({ tenantId: tenantOf(201), domain: "customer201.example", permissions });
    await project.customer("customer201", { sets: ["base"] }, tenantOf(201));
    const unreadAlerts = "not permitted: requires SecurityAlert.Read.All";
    assert.deepEqual(await read(201), { alertsPerDay: 10, turnedOff: [], health: [], unreadAlerts });
  });

  it("a rule of any age is noisy by its loudest day, or by the days that it exists", () => {
    const needsOf = (age: number, noisy: number, days: readonly number[]) => {
      const at = (ago: number) => new Date(now.getTime() - ago * 24 * hourMs).toISOString();
      const live = { id: "r", status: "enabled", createdDateTime: at(age) } as DetectionRuleObject;
      const raised = days.map(
        (day) => ({ detectorId: "r", createdDateTime: at(day), comments: [] }) as unknown as SecurityAlert,
      );
      return healthOf({ name: "r", id: "r", title: "R", live }, raised, { since: 30, noisy, now }).needs;
    };
    const drawn = fc.record({
      age: fc.double({ min: 0.1, max: 90, noNaN: true }),
      limit: fc.integer({ min: 1, max: 20 }),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    assertProperty(100, drawn, ({ age, limit, at }) => {
      const span = Math.min(age, 30);
      const dayLong = Math.min(1, span) * 0.99;
      const flood = Array.from({ length: limit + 1 }, (_, index) => at * (span - dayLong) + (dayLong * index) / limit);
      assert.deepEqual(needsOf(age, limit, flood), ["noisy"]);
      const steady = Array.from(
        { length: Math.floor((span * limit) / 1.001) },
        (_, index) => ((index + at) * 1.001) / limit,
      );
      assert.deepEqual(needsOf(age, limit, steady), []);
    });
    const uneven = [0, 0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2];
    assert.deepEqual([needsOf(1.5, 10, uneven), needsOf(1.7, 10, uneven)], [["noisy"], []]);
  });

  it("names who has turned a rule off, exceptions that end, and a customer whose alerts it may not read", async () => {
    const rules = (number: number) => sandbox.cloud.tenant(tenantOf(number)).objects("detectionRules");
    const rule = (number: number, changes: object) =>
      Object.assign(rules(number).get("fabrikam-security-quiet") as object, changes);
    rule(1, { status: "disabled", description: "(off until 2999-01-01, by Ana)" });
    rule(2, { status: "autoDisabled", lastRunDetails: { errorCode: "queryTimeout" } });
    rule(3, { status: "disabled" });
    rules(4).delete("fabrikam-security-quiet");
    const until = new Date(now.getTime() + 5 * 24 * hourMs).toISOString().slice(0, 10);
    const exception = { rule: "quiet", reason: "x", owner: "Ana", until, filter: "DeviceName != 'a'" };
    await project.customer("customer6", { sets: ["base"], except: [exception] }, tenantOf(6));
    sandbox.cloud.describedTenant({ tenantId: tenantOf(200), domain: "customer200.example" });
    await project.customer("customer200", { sets: ["base"] }, tenantOf(200));
    const { customers, exitCode } = await json("--stack", ...[1, 2, 3, 4, 6, 200].map((each) => `customer${each}`));
    assertEach(customers, ({ rules: [, quiet], problem }) => problem ?? [quiet?.off, ...(quiet?.exceptionsEnd ?? [])], [
      ["until 2999-01-01, by Ana"],
      ["by Defender: queryTimeout"],
      ["by dana@customer.example"],
      ["not in the tenant"],
      [undefined, until],
      "not permitted: requires CustomDetection.Read.All, SecurityAlert.Read.All",
    ]);
    assert.equal(exitCode, 1);
    assert.match((await run("--stack", "customer200")).stdout, /^customer200: not permitted: requires /m);
  });

  function isTrue(customers: readonly CustomerHealth[]): void {
    for (const { stack, rules, problem } of customers) {
      assert.equal(problem, undefined, stack);
      const [office, quiet] = rules;
      assert.deepEqual(office, truth.get(stack), stack);
      assert.deepEqual(
        [quiet?.rule, quiet?.alerts, quiet?.needs],
        ["quiet", 0, Number(stack.slice("customer".length)) % 2 === 1 ? [] : ["silent"]],
      );
    }
  }
});
