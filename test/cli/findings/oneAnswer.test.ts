/** `mssp status` and `mssp report` of one customer at the same minute: states by a stand-in of the engine. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import type { Check } from "@defender-mssp/siem/verify/check";
import type { FleetReport } from "../../../cli/customer/report/fleet";
import type { AccessReport } from "../../../cli/findings/accessReport";
import type { StatusReport } from "../../../cli/customer/status/customerStatus";
import { connectorOutputs, StackProject } from "../pulumiStack";
import { inSession } from "../testSession";
import { fixture } from "@defender-mssp/testkit/fixture";
import { settingsOf, settingsText, stateText } from "../customer/report/states";

const now = () => new Date("2026-11-28T12:00:00Z");

describe("what needs somebody now", () => {
  const project = fixture(() => StackProject.create({ engine: "stand-in" }));
  before(async () => {
    for (const stack of ["joined", "left", "cut"]) {
      const outputs = { ...connectorOutputs("secret"), tenantId: settingsOf("basic").tenantId };
      await project.addStack(stack, outputs);
    }
  });

  async function deploy(stack: string, { analysts = 2, isCut = false }): Promise<void> {
    const { config } = parse(settingsText("basic")) as { config: Record<string, unknown[]> };
    config["defender-mssp:analysts"] = config["defender-mssp:analysts"]!.slice(0, analysts);
    await writeFile(path.join(project.folder, `Pulumi.${stack}.yaml`), stringify({ config }));
    const state = JSON.parse(stateText("basic")) as { deployment: { resources: object[] } };
    const pending = isCut ? [{ type: "creating", resource: state.deployment.resources[0] }] : [];
    const deployment = { ...state.deployment, pending_operations: pending };
    const file = path.join(project.environment["PULUMI_HOME"] ?? "", "stacks", `${stack}.state.json`);
    await writeFile(file, JSON.stringify({ ...state, deployment }));
  }

  const json = async <T>(...args: readonly string[]) => {
    const { folder, environment } = project;
    return JSON.parse((await inSession([...args, "--json"], { folder, environment, now })).stdout) as T;
  };

  it("is of the same customers, in the same words, whichever command says it", async () => {
    await deploy("joined", {});
    await deploy("left", { analysts: 1 });
    await deploy("cut", { isCut: true });
    const status = await json<StatusReport>("status");
    const fleet = await json<FleetReport>("report", "--all");
    const byStatus = (stack: string) =>
      status.customers.find((customer) => customer.stack === stack)!.needs.filter(({ urgency }) => urgency === "now");
    for (const { stack, failed } of fleet.customers) {
      const needs = byStatus(stack);
      const { attention } = await json<AccessReport>("report", "--stack", stack);
      assert.equal(failed, needs.length, stack);
      assert.deepEqual(
        attention.filter(({ state }) => state === "failed").map(({ title, remedy }) => [title, remedy]),
        needs.map(({ text, next }) => [text, next]),
        stack,
      );
      const leavers = needs.filter(({ topic }) => topic === "leaver");
      const live = await json<AccessReport>("report", "--stack", stack, "--live");
      assert.deepEqual(
        live.attention.flatMap(({ topic, title }) => (topic === "leaver" ? [title] : [])),
        leavers.map(({ text }) => text),
        stack,
      );
      const { checks } = await json<{ readonly checks: readonly Check[] }>("verify", "--stack", stack);
      const check = checks.find(({ name }) => name === "leavers");
      assert.equal(check?.state, leavers.length === 0 ? "passed" : "failed", stack);
      for (const { text, next } of leavers) assert.equal(check.reason, `${text}: ${next}`);
    }
    assert.deepEqual(
      ["joined", "left", "cut"].map((stack) => byStatus(stack).map(({ topic }) => topic)),
      [[], ["leaver"], ["interrupted"]],
    );
  });
});
