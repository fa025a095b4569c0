/** A change of a detection rule over a fleet of four: a canary that fails, all customers, the former commit. */
import assert from "node:assert/strict";
import { watch } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fixture } from "@defender-mssp/testkit";
import type { RunReport } from "../../cli/fleet/runReport";
import { mssp } from "../cli/mssp";
import { createProject, customer, dumpOfTenant, tenantIdOf } from "./support";

const customers = [1, 2, 3, 4];
const stacks = customers.map((number) => `customer-${String(number).padStart(2, "0")}`);
const others = customers.slice(1);
const ruleId = "fabrikam-security-office";

function ruleText(title: string, file: string): string {
  return `displayName: ${title}
status: enabled
queryText: DeviceProcessEvents | where FileName =~ "${file}" | project Timestamp, ReportId, DeviceId
schedule: { frequency: PT1H }
alertTemplate:
  title: ${title}
  severity: medium
  tactics: [{ tactic: Execution }]
  entityMappings: { hosts: [{ deviceIdColumn: DeviceId }] }
`;
}

describe("mssp fleet, four customers with detection rules", () => {
  const first = ruleText("Office", "winword.exe");
  const second = ruleText("Office programs", "excel.exe");
  const project = fixture(createProject);
  /** Standard error of the last run. */
  let notes = "";

  before(async () => {
    await mkdir(path.join(project.folder, "detections", "office"), { recursive: true });
    await writeRule(first);
    for (const [index, stack] of stacks.entries()) {
      const connector = { alertApis: ["graph"] };
      const settings = customer(index + 1, { analysts: [], connector, detections: { sets: ["office"] } });
      await project.writeSettings(stack, settings);
    }
    await project.verifyDomains();
  });

  const writeRule = (text: string) => writeFile(path.join(project.folder, "detections", "office", "office.yaml"), text);
  const rules = (number: number) => project.sandbox.cloud.tenant(tenantIdOf(number)).objects("detectionRules");
  const rule = (number: number) => rules(number).get(ruleId);
  const names = () => customers.map((number) => rule(number)?.["displayName"]);
  const dumps = (numbers: readonly number[]) => numbers.map((number) => dumpOfTenant(project, tenantIdOf(number)));

  async function up(...args: readonly string[]): Promise<RunReport> {
    const { stdout, stderr } = await mssp(["fleet", "up", "--yes", ...args], {
      folder: project.folder,
      environment: { ...project.environment, NO_COLOR: "1", CI: "true" },
    });
    notes = stderr;
    const journals = path.join(project.folder, ".mssp", "fleet");
    const [last] = (await readdir(journals)).sort().reverse();
    assert.ok(last !== undefined, stdout + stderr);
    return JSON.parse(await readFile(path.join(journals, last, "report.json"), "utf8")) as RunReport;
  }

  it("deploys the rule to all, with its query judged once", async () => {
    const verdicts = path.join(project.folder, ".mssp", "detections");
    await mkdir(verdicts, { recursive: true });
    // A judge's verdicts are written beside the file, and replace it.
    const written = new Set<string>();
    const watcher = watch(verdicts, (_, name) => {
      if (name?.startsWith("verdicts.json.")) written.add(name);
    });
    try {
      const { counts } = await up("--init", "--parallel", "4");
      assert.equal(counts.changed, 4, JSON.stringify(counts));
    } finally {
      watcher.close();
    }
    assert.deepEqual(new Set(names()), new Set(["Office"]));
    assert.equal(written.size, 1);
    assert.match(notes, /^mssp fleet: judging 1 query of the detection rules\.$/m);
  });

  it("a canary that fails leaves the three others untouched, and the rule of the canary as it was", async () => {
    const own = { ...rule(1), id: "customers-own", displayName: "Office programs", description: "The customer's own" };
    rules(1).set(own.id, own);
    await writeRule(second);
    const before = dumps(customers);
    const { counts, stacks: outcomes } = await up("--canary", "1");
    assert.deepEqual([counts.failed, counts.leftOut, counts.changed], [1, 3, 0], JSON.stringify(outcomes));
    const [failed] = outcomes.filter(({ state }) => state === "failed");
    assert.equal(failed?.stack, "customer-01");
    assert.match(
      failed.messages.join("\n").replaceAll(/\s+/g, " "),
      /detections\/office\/office\.yaml: the tenant has the rule customers-own \("Office programs"\) with the same name/,
    );
    assert.deepEqual(dumps(customers), before);
  });

  it("after the correction the canary and then the others get the change", async () => {
    rules(1).delete("customers-own");
    const { counts } = await up("--canary", "1");
    assert.equal(counts.changed, 4, JSON.stringify(counts));
    assert.deepEqual(new Set(names()), new Set(["Office programs"]));
  });

  it("the former commit brings the former rule back to all; a second run changes nothing", async () => {
    await writeRule(first);
    assert.equal((await up()).counts.changed, 4);
    assert.deepEqual(new Set(names()), new Set(["Office"]));
    const before = dumps(others);
    assert.equal((await up("--stack", "customer-03", "customer-04")).counts.unchanged, 2);
    assert.deepEqual(dumps(others), before);
  });
});
