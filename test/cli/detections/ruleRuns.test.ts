/** What the rules of two customers make of the same events, run by run, in the sandbox. */
import assert from "node:assert/strict";
import { hourMs } from "@defender-mssp/errors/time";
import { createDetectionRule, updateDetectionRule, type GraphCall } from "@defender-mssp/microsoft";
import type { OwnSandbox } from "@defender-mssp/sandbox";
import { composedCustomers } from "../../../cli/detections/composedCustomers";
import { signInToTenant } from "../../../cli/tenant/signInToTenant";
import { readProject } from "../../../settings/project";
import { environmentOf } from "../mssp";
import { inSession } from "../testSession";
import { officeRule, RulesProject } from "./rulesProject";

const tenants = { contoso: "c0570500-0000-4000-8000-000000000001", northwind: "c0570500-0000-4000-8000-000000000002" };
type Stack = keyof typeof tenants;
const stacks = Object.keys(tenants) as Stack[];
const id = "fabrikam-security-office";

describe("the runs of a rule at two customers", () => {
  let project: RulesProject;
  let sandbox: OwnSandbox;
  let environment: Record<string, string | undefined>;
  const calls = new Map<Stack, GraphCall>();

  before(async () => {
    project = await RulesProject.create();
    ({ sandbox, environment } = await project.startSandbox());
    await project.write("detections/base/office.yaml", officeRule);
    const filter = "DeviceName != 'build'";
    const exception = { rule: "office", reason: "Builds", owner: "Ana", until: "2999-03-31", filter };
    for (const stack of stacks) {
      sandbox.cloud.describedTenant({ tenantId: tenants[stack], domain: `${stack}.example` });
      await project.customer(stack, { sets: ["base"], except: stack === "contoso" ? [exception] : [] }, tenants[stack]);
    }
    const { composed } = await composedCustomers(await readProject(project.folder), { now: sandbox.cloud.now() });
    for (const { customer, deployed } of composed) {
      const { call } = await signInToTenant(customer.settings, environmentOf({ environment }));
      calls.set(customer.stack as Stack, call);
      for (const { properties } of deployed) await createDetectionRule(call, { ...properties });
    }
  });
  after(() => sandbox.stop());

  /** Puts an event into a tenant, as a user does. @returns new alerts of the rule; undefined if it did not run */
  async function put(stack: Stack, ReportId: number, DeviceName: string, FileName = "powershell.exe") {
    const Timestamp = new Date(sandbox.cloud.now().getTime() - 60_000).toISOString();
    const process = { InitiatingProcessFileName: "winword.exe", FileName, ProcessCommandLine: "-enc" };
    const event = { Timestamp, ReportId, DeviceId: DeviceName, DeviceName, ...process };
    await project.write("events.json", JSON.stringify({ DeviceProcessEvents: [event] }));
    const args = ["sandbox", "events", "events.json", "--stack", stack, "--json"];
    const { stdout, stderr } = await inSession(args, { folder: project.folder, environment });
    assert.equal(stderr, "");
    return (JSON.parse(stdout) as { runs: { alerts: number }[] }).runs[0]?.alerts;
  }
  const hourLater = () => sandbox.cloud.clock.advance(hourMs + 60_000);

  it("excepts an event at the customer with the exception, and not at the other one", async () =>
    assert.deepEqual([await put("contoso", 1, "build"), await put("northwind", 1, "build")], [0, 1]));

  it("overlapping runs make no second alert of an event, and one of a new event with equal entities", async () => {
    hourLater();
    assert.equal(await put("northwind", 2, "other", "cmd.exe"), 0);
    hourLater();
    assert.equal(await put("northwind", 3, "build"), 1);
  });

  it("a rule that somebody edits in one tenant runs as edited, there alone", async () => {
    const queryText =
      officeRule.match(/queryText: \|\n([^]*?)schedule/)?.[1]?.replace("powershell.exe", "cmd.exe") ?? "";
    await updateDetectionRule(calls.get("northwind")!, id, { queryCondition: { queryText } });
    hourLater();
    assert.deepEqual([await put("northwind", 4, "pc4", "cmd.exe"), await put("contoso", 4, "pc4", "cmd.exe")], [2, 0]);
  });

  it("a rule that the service has turned off in one tenant does not run there, until somebody turns it on", async () => {
    const rule = sandbox.cloud.tenant(tenants.northwind).objects("detectionRules").get(id) as Record<string, unknown>;
    rule["status"] = "autoDisabled";
    hourLater();
    assert.deepEqual([await put("northwind", 5, "pc5", "cmd.exe"), await put("contoso", 5, "pc5")], [undefined, 1]);
    await updateDetectionRule(calls.get("northwind")!, id, { status: "enabled" });
    assert.equal(await put("northwind", 6, "pc6", "cmd.exe"), 2);
  });
});
