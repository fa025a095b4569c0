/** The life of a customer with 30 detection rules, from nothing to gone. */
import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { type StoredObject, fixture } from "@defender-mssp/testkit";
import type { StatusReport } from "../../cli/customer/status/customerStatus";
import type { DetectionsDiff } from "../../cli/detections/diff/diffDetections";
import { inSession } from "../cli/testSession";
import { ana, createProject, customer, dumpOfTenant, TenantHands, tenantIdOf } from "./support";

const number = 61;
const tenantId = tenantIdOf(number);
const route = "/beta/security/rules/detectionRules";
const approval = { actions: ["isolateDevices"], approvedBy: "Dana Reyes", until: "2999-12-31" };

interface RuleText {
  readonly title?: string;
  readonly status?: string;
  readonly details?: string;
  readonly actions?: string;
  readonly query?: string;
}

function ruleText(
  name: string,
  { title = name, status = "enabled", details = "", actions = "", query }: RuleText = {},
) {
  return `displayName: Rule ${title}
description: What ${name} finds.
status: ${status}
queryText: |
  ${query ?? "DeviceProcessEvents"}
  | where ProcessCommandLine has "${name}"
  | project Timestamp, ReportId, DeviceId, DeviceName, SHA1
schedule: { frequency: PT1H }
alertTemplate:
  title: Title ${title}
  severity: medium
  tactics: [{ tactic: Execution, techniques: [{ technique: T1059, subTechniques: [T1059.001] }] }]
  ${details}
  entityMappings: { hosts: [{ deviceIdColumn: DeviceId }] }
${actions}
`;
}

describe("detection rules on the real engine", function () {
  const requests: string[] = [];
  const project = fixture(() => createProject({ log: (line) => requests.push(line) }));
  let hands: TenantHands;
  let asBefore: string;

  before(async () => {
    hands = new TenantHands(project, tenantId);
    project.sandbox.cloud.describedTenant({ tenantId, domain: "customer.example" });
    await configure();
    await project.addStack("customer");
    for (let index = 0; index < 29; index++) await write("base", `rule-${index}`);
    await write("base", "isolating", { actions: isolating });
    await write("servers", "server-rule");
    asBefore = dumpOfTenant(project, tenantId);
  });
  beforeEach(() => (requests.length = 0));

  const isolating = "automatedActions: { isolateDevices: [{ deviceIdColumn: DeviceId, isolationType: full }] }";
  const configure = (detections: object | undefined = {}) =>
    project.writeSettings(
      "customer",
      customer(number, { analysts: [ana], detections: { sets: ["base"], ...approval, ...detections } }),
    );
  const file = (set: string, name: string) => path.join(project.folder, "detections", set, `${name}.yaml`);
  async function write(set: string, name: string, text: RuleText = {}): Promise<void> {
    await mkdir(path.dirname(file(set, name)), { recursive: true });
    await writeFile(file(set, name), ruleText(name, text));
  }
  const stack = ["--stack", "customer"];
  const up = (...flags: string[]) => project.succeed(["up", ...stack, "--yes", "--skip-preview", ...flags]);
  const preview = (...flags: string[]) => project.succeed(["preview", ...stack, ...flags]);
  const rules = () => project.sandbox.cloud.tenant(tenantId).objects("detectionRules");
  const rule = (name: string): StoredObject => {
    const found = rules().get(`fabrikam-security-${name}`);
    assert.ok(found, name);
    return found;
  };
  const calls = (pattern: RegExp) => requests.filter((line) => line.includes(route) && pattern.test(line)).length;
  const byHand = (name: string, body: object) => {
    project.sandbox.cloud.clock.advance(60_000);
    return hands.graph("PATCH", `${route}/fabrikam-security-${name}`, body).then(() => {
      // As a person: the calls above are by the automation.
      rule(name)["lastModifiedBy"] = "dana.reyes@customer.example";
    });
  };

  it("reports all mistakes of files and settings together, and declares nothing", async () => {
    await writeFile(file("base", "broken"), "displayName: Broken\nstatus: on\n");
    await writeFile(file("base", "twice"), ruleText("twice", { title: "rule-1" }));
    await writeFile(file("base", "unbound"), ruleText("unbound").replace("where Process", "where Proces"));
    const exception = { reason: "Test", owner: "Ana", until: "2999-01-01" };
    const except = [
      { ...exception, rule: "rule-x", off: true },
      { ...exception, rule: "rule-2", filter: "NoSuchColumn != 'a'" },
    ];
    await configure({ except });
    const { stdout, exitCode } = await project.run(["preview", ...stack]);
    assert.notEqual(exitCode, 0);
    for (const text of [
      /detections\/base\/broken\.yaml:2:\d+ status/,
      /detections\/base\/twice\.yaml:1:\d+ displayName: .* has the same name/,
      /detections\.except\[0\]\.rule: no rule of the customer's sets is named "rule-x"/,
      /detections\/base\/unbound\.yaml:6:11: The name 'ProcesCommandLine' .* \(KS142\)\. Write ProcessCommandLine\./,
      /Pulumi\.customer\.yaml:\d+:\d+ detections\.except\[1\]\.filter: The name 'NoSuchColumn' .* \(KS142\)/,
      /9 problems in detection rules; nothing was changed/,
    ]) {
      assert.match(stdout, text);
    }
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
    for (const name of ["broken", "twice", "unbound"]) await rm(file("base", name));
    await configure();
  });

  it("says first what acts by itself, then how rules are created, and creates 30 of them", async () => {
    const output = await preview();
    assert.match(
      output,
      /"Rule isolating" acts by itself on each row: it isolates devices \(isolateDevices\); approved by Dana Reyes/,
    );
    assert.match(output, /Created disabled, then enabled by a second call: isolating, rule-0, .* and 20 more/);
    assert.ok(output.indexOf("acts by itself") < output.indexOf("Created disabled"));
    assert.equal(rules().size, 0);
    requests.length = 0;
    await up();
    assert.equal(rules().size, 30);
    assert.ok([...rules().values()].every(({ status }) => status === "enabled"));
    assert.equal(calls(/^POST /), 30);
    assert.match(
      rule("rule-7")["description"] as string,
      /^What rule-7 finds\. \(managed by .*\/customer#[0-9a-f]{16}\/detections-rule-7\)$/,
    );
  });

  it("makes one list call for 30 unchanged rules, and no other", async () => {
    await project.succeed(["up", ...stack, "--yes", "--skip-preview", "--expect-no-changes"]);
    assert.deepEqual([calls(/^GET /), calls(/^(POST|PATCH|DELETE) /)], [1, 0]);
    const output = await preview("--expect-no-changes", "--refresh");
    assert.match(output, /unchanged/);
  });

  it("shows by mssp detections diff what the next up changes, by customer and by rule", async () => {
    await write("base", "rule-8", { query: "DeviceEvents", actions: isolating });
    await write("base", "rule-new");
    await rm(file("base", "rule-9"));
    const inFolder = { folder: project.folder, environment: project.environment };
    const diff = async (...args: string[]) =>
      (await inSession(["detections", "diff", "--stack", "customer", ...args], inFolder)).stdout;
    const { customers } = JSON.parse(await diff("--json")) as DetectionsDiff;
    assertEach(
      customers,
      ({ unchanged, changes }) => [
        unchanged,
        ...changes.map(({ rule: name, change, differences, addedActions }) => [
          ...[name, change, differences.map(({ path: changed }) => changed).join(", ")],
          addedActions.join(", "),
        ]),
      ],
      [
        [
          28,
          ["rule-8", "update", "detectionAction.automatedActions, queryCondition.queryText", "isolateDevices"],
          ["rule-new", "create", "", ""],
          ["fabrikam-security-rule-9", "delete", "", ""],
        ],
      ],
    );
    assert.match(await diff(), /1 created, 1 changed, 1 deleted, 28 unchanged/);
    assert.match(
      await diff("--format", "markdown"),
      /\*\*<code>rule-8<\/code> acts by itself in <code>customer<\/code>\*\*: isolateDevices/,
    );
    await write("base", "rule-8");
    await write("base", "rule-9");
    await rm(file("base", "rule-new"));
    assert.match(await diff(), /no changes, 30 unchanged/);
  });

  it("keeps what somebody in the tenant changed, and says who, what and how to go on", async () => {
    await byHand("rule-1", { detectionAction: { alertTemplate: { severity: "low" } } });
    await write("base", "rule-1", { status: "disabled" });
    const output = await preview("--expect-no-changes");
    assert.match(
      output,
      /dana\.reyes@customer\.example changed the detection rule "Rule rule-1" \(fabrikam-security-rule-1\) in the tenant on .*severity "medium" → "low"/,
    );
    assert.match(output, /Take the change into detections\/base\/rule-1\.yaml, or overwrite it by the setting/);
    await up("--expect-no-changes");
    await up("--refresh");
    assert.equal(rule("rule-1")["status"], "enabled");
    const editedUntil = project.sandbox.cloud.now().toISOString().slice(0, 10);
    await configure({ overwrite: [{ rule: "rule-1", editedUntil }] });
    assert.match(await preview(), /`up` overwrites that/);
    await up();
    assert.equal(rule("rule-1")["status"], "disabled");
    await configure();
    await write("base", "rule-1");
    await up();
    await up("--expect-no-changes");
  });

  it("takes an edit that the repository has taken, without a write", async () => {
    await byHand("rule-2", { displayName: "Rule renamed" });
    await write("base", "rule-2", { title: "rule-2" });
    const text = ruleText("rule-2").replace("displayName: Rule rule-2", "displayName: Rule renamed");
    await writeFile(file("base", "rule-2"), text);
    requests.length = 0;
    await up();
    assert.equal(calls(/^(POST|PATCH|DELETE) /), 0);
    await up("--expect-no-changes");
  });

  it("tells of a rule that Defender has turned off, with the reason, and leaves it", async () => {
    rule("rule-3")["status"] = "autoDisabled";
    rule("rule-3")["lastRunDetails"] = { status: "failed", failureReason: "", errorCode: "queryTimeout" };
    const output = await preview("--expect-no-changes");
    assert.match(output, /Defender has turned off the detection rule "Rule rule-3" .*: queryTimeout/);
    const inFolder = { folder: project.folder, environment: project.environment };
    const status = async (...args: string[]) =>
      (await inSession(["status", "--stack", "customer", "--json", ...args], inFolder)).stdout;
    const turnedOff = (document: string) =>
      (JSON.parse(document) as StatusReport).customers.flatMap(({ needs }) =>
        needs.flatMap(({ topic, text }) => (topic === "turnedOffRules" ? [text] : [])),
      );
    assert.deepEqual(turnedOff(await status()), [
      'Defender has turned off 1 detection rule, which raises no alerts: "Rule rule-3" (queryTimeout)',
    ]);
    assert.deepEqual(turnedOff(await status("--offline")), []);
    const notChecked = (JSON.parse(await status()) as StatusReport).customers.flatMap((each) => each.notChecked);
    assertEach(notChecked, ({ reason }) => reason, ["not permitted: requires SecurityAlert.Read.All"]);
    await write("base", "rule-3", { query: "DeviceEvents" });
    await up();
    assert.equal(rule("rule-3")["status"], "enabled");
  });

  it("keeps a rule off that mssp detections off has turned off, says so, and turns it on after the last day", async () => {
    const inFolder = { folder: project.folder, environment: project.environment };
    const mssp = async (...args: string[]) => (await inSession([...args, ...stack], inFolder)).stdout;
    const off = ["detections", "off", "rule-10", "--until", "2999-03-31", "--reason", "Floods", "--owner", "Ana Silva"];
    const needs = async () =>
      (JSON.parse(await mssp("status", "--json")) as StatusReport).customers.flatMap((each) =>
        each.needs.flatMap(({ topic, title }) => (topic === "turnedOffRules" ? [title] : [])),
      );
    assert.match(await mssp(...off), /1 customer turned off/);
    const exception = { rule: "rule-10", reason: "Floods", owner: "Ana Silva", until: "2999-03-31", disabled: true };
    const settings = path.join(project.folder, "Pulumi.customer.yaml");
    assert.match(await readFile(settings, "utf8"), /rule-10.*"disabled": true/);
    requests.length = 0;
    const merged = await preview("--diff");
    assert.match(merged, /~ 1 to update/);
    await preview("--refresh", "--expect-no-changes");
    await configure();
    assert.match(
      await preview("--refresh", "--expect-no-changes"),
      /`up` keeps the detection rule "Rule rule-10" \(fabrikam-security-rule-10\) off, which Ana Silva has turned off in the tenant until 2999-03-31/,
    );
    await write("base", "rule-10", { query: "DeviceEvents" });
    await up();
    assert.equal(rule("rule-10")["status"], "disabled");
    assert.match(JSON.stringify(rule("rule-10")["queryCondition"]), /DeviceEvents/);
    assert.deepEqual(await needs(), ["Rule rule-10: off, not merged"]);
    await configure({ except: [exception] });
    await up("--expect-no-changes");
    assert.deepEqual(await needs(), []);
    await configure();
    rule("rule-10")["description"] = (rule("rule-10")["description"] as string).replace("2999-03-31", "2020-03-31");
    assert.deepEqual(await needs(), ["Rule rule-10: due to be on again"]);
    assert.match(await preview(), /was off until 2020-03-31, by Ana Silva: `up` turns it on/);
    await up();
    assert.equal(rule("rule-10")["status"], "enabled");
    assert.doesNotMatch(rule("rule-10")["description"] as string, /off until/);
    await up("--expect-no-changes");
  });

  it("creates a rule again that somebody deleted, and replaces one that loses a custom detail", async () => {
    await write("base", "rule-4", { details: "customDetails: { Hash: SHA1 }" });
    await up();
    rules().delete("fabrikam-security-rule-5");
    assert.match(await preview(), /"Rule rule-5" .* is not in the tenant: `up` creates it again/);
    await write("base", "rule-4");
    // The name of the deleted rule stays taken for 45 seconds of the sandbox's clock.
    const ticking = setInterval(() => project.sandbox.cloud.clock.advance(20_000), 1000);
    await up().finally(() => clearInterval(ticking));
    const { customDetails } = (rule("rule-4")["detectionAction"] as { alertTemplate: { customDetails: unknown } })
      .alertTemplate;
    assert.equal(customDetails, null);
    rule("rule-5");
  });

  it("deploys a rule without its actions when the approval has ended, and without an exception that has ended", async () => {
    const past = "2020-01-01";
    const except = [
      { rule: "rule-6", reason: "Packaging", owner: "Ana Silva", until: past, filter: 'DeviceName != "x"' },
      { rule: "rule-7", reason: "Packaging", owner: "Ana Silva", until: "2999-01-01", filter: 'DeviceName != "x"' },
    ];
    await configure({ until: past, except });
    const output = await preview();
    assert.match(output, /isolating is deployed without isolateDevices: its approval has ended/);
    assert.match(output, /exception of Ana Silva from the detection rule rule-6 has ended on 2020-01-01/);
    await up();
    const { automatedActions } = rule("isolating")["detectionAction"] as {
      automatedActions: Record<string, unknown[]>;
    };
    assert.deepEqual(automatedActions["isolateDevices"], []);
    const queryOf = (name: string) => (rule(name)["queryCondition"] as { queryText: string }).queryText;
    assert.doesNotMatch(queryOf("rule-6"), /DeviceName !=/);
    assert.match(queryOf("rule-7"), /DeviceName != "x"/);
  });

  it("refuses a name that a rule of the customer's own has, before anything is changed", async () => {
    await hands.graph("POST", route, {
      ...{ id: "customers-own", displayName: "Rule server-rule", status: "enabled" },
      queryCondition: { queryText: "DeviceInfo" },
      schedule: { frequency: "PT1H" },
      detectionAction: {
        alertTemplate: { title: "Own", severity: "low", entityMappings: { hosts: [{ deviceIdColumn: "DeviceId" }] } },
      },
    });
    await configure({ sets: ["base", "servers"] });
    const { stdout, exitCode } = await project.run(["preview", ...stack]);
    assert.notEqual(exitCode, 0);
    assert.match(
      stdout,
      /detections\/servers\/server-rule\.yaml: the tenant has the rule customers-own \("Rule server-rule"\) with the same name/,
    );
    rules().delete("customers-own");
  });

  it("switches sets: only the rules of the new one remain, and the former commit brings the others back", async () => {
    await configure({ sets: ["servers"], actions: undefined, approvedBy: undefined, until: undefined });
    await up();
    assert.deepEqual([...rules().keys()], ["fabrikam-security-server-rule"]);
    project.sandbox.cloud.clock.advance(hour);
    await configure();
    await up();
    assert.equal(rules().size, 30);
  });

  it("destroy: the service answers a DELETE of each rule with 404, and its lists are empty the next day", async () => {
    requests.length = 0;
    await project.succeed(["destroy", ...stack, "--yes", "--skip-preview"]);
    assert.equal(rules().size, 0);
    assert.equal(calls(/^DELETE .* 204/), 30);
    assert.equal(calls(/^DELETE .* 404/), 30);
    hands = new TenantHands(project, tenantId);
    const listed = async () => (await hands.graph<{ value: unknown[] }>("GET", route)).value.length;
    assert.ok((await listed()) > 0, "reads go on with deleted rules");
    project.sandbox.cloud.clock.advance(24 * hour);
    hands = new TenantHands(project, tenantId);
    assert.equal(await listed(), 0);
  });
});
