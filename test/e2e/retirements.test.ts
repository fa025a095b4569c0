/**
 * A service that ends, before and after its day: every customer is told beforehand, and every failure says why. Pulumi
 * and the commands have the time of the sandbox's clock.
 */
import assert from "node:assert/strict";
import { dayMs as day } from "@defender-mssp/errors/time";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { Check } from "@defender-mssp/siem/verify/check";
import { clockFrom } from "@defender-mssp/microsoft";
import { commandEnvironment } from "@defender-mssp/sandbox";
import { setSwitches, fixture } from "@defender-mssp/testkit";
import type { Report } from "../../cli/access/examination/report";
import type { StatusReport } from "../../cli/customer/status/customerStatus";
import { inSession } from "../cli/testSession";
import { createProject, customer, tenantIdOf } from "./support";

const customers = [
  ["both", 0x71, ["legacySiem", "graph"]],
  ["legacy", 0x72, ["legacySiem"]],
] as const;
const firstDayOff = "2027-02-02";
/** When the customers are onboarded, by the sandbox's clock: a secret of that day is valid on all days of the test. */
const firstDay = "2026-12-01";

describe("a service that ends, on the real engine", function () {
  this.timeout(300_000);
  const project = fixture(createProject);

  before(async () => {
    moveTo(firstDay);
    for (const [stack, number, alertApis] of customers) {
      await project.writeSettings(stack, customer(number, { connector: { alertApis } }));
      await project.addStack(stack);
      await up(stack);
      setSwitches(project.sandbox.cloud.tenant(tenantIdOf(number)), { legacyAlertApi: firstDayOff });
    }
  });

  /** Moves the sandbox's clock to noon of a day; commands have its time. */
  function moveTo(date: string): void {
    const { clock } = project.sandbox.cloud;
    clock.move(Date.parse(`${date}T12:00:00Z`) - clock.now().getTime());
  }

  async function sandboxTime(): Promise<NodeJS.ProcessEnv> {
    return commandEnvironment(await project.sandbox.environment({ user: project.environment }), project.environment);
  }

  async function up(stack: string): Promise<void> {
    const { MSSP_CLOCK = "" } = await sandboxTime();
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"], { MSSP_CLOCK });
  }

  async function mssp(...args: string[]) {
    const environment = await sandboxTime();
    return inSession(args, { folder: project.folder, environment, now: clockFrom(environment) });
  }

  async function check(stack: string, name: string): Promise<Check> {
    const { stdout } = await mssp("verify", "--stack", stack, "--json");
    const { checks } = JSON.parse(stdout) as { checks: readonly Check[] };
    const named = checks.find((candidate) => candidate.name === name);
    assert.ok(named, stdout);
    return named;
  }

  it("before: doctor, verify and status warn every customer, and the legacy API answers", async () => {
    moveTo("2027-02-01");
    for (const [stack] of customers) {
      const doctor = await mssp("doctor", "--stack", stack, "--json");
      const { retirements, state } = JSON.parse(doctor.stdout) as Report;
      assertEach(retirements, ({ id, level }) => [id, level], [["mde-siem-api", "perhapsOver"]]);
      assert.deepEqual([doctor.exitCode, state], [0, "passed"]);
      const { state: row, isWarning, reason } = await check(stack, "retirements");
      assert.deepEqual([row, isWarning], ["passed", true]);
      assert.match(reason, /may be off since 2024-12-31\. .*Successor: Microsoft Graph alerts_v2/);
      const alerts = await mssp("alerts", "--stack", stack, "--api", "legacySiem", "--since", "P1D");
      assert.equal(alerts.exitCode ?? 0, 0, alerts.stderr);
    }
    const { stdout } = await mssp("status", "--json");
    const report = JSON.parse(stdout) as StatusReport;
    for (const [stack] of customers) {
      const status = report.customers.find((candidate) => candidate.stack === stack);
      assert.ok(
        status?.needs.some(({ key }) => key === "retirement mde-siem-api"),
        stack,
      );
    }
  });

  it("after: each failure names the retirement and its successor, and Microsoft Graph goes on", async () => {
    moveTo(firstDayOff);
    const explained =
      /The SIEM API of Defender for Endpoint .*may be off since 2024-12-31.*Successor: Microsoft Graph alerts_v2.*connector\.alertApis: \[graph\]/s;
    for (const [stack] of customers) {
      const alerts = await mssp("alerts", "--stack", stack, "--api", "legacySiem", "--since", "P1D");
      assert.notEqual(alerts.exitCode ?? 0, 0);
      assert.match(alerts.stderr.replaceAll(/\s+/g, " "), explained);
      const { state, reason } = await check(stack, "alerts from the legacy API");
      assert.equal(state, "failed");
      assert.match(reason, explained);
    }
    const graph = await mssp("alerts", "--stack", "both", "--since", "P1D");
    assert.equal(graph.exitCode ?? 0, 0, graph.stderr);
    const legacy = await mssp("alerts", "--stack", "legacy", "--since", "P1D");
    assert.match(legacy.stderr.replaceAll(/\s+/g, " "), explained);
  });

  it("the successor: with connector.alertApis graph nothing of the stack rests on what ends", async () => {
    await project.writeSettings("legacy", customer(0x72, { connector: { alertApis: ["graph"] } }));
    await up("legacy");
    const doctor = await mssp("doctor", "--stack", "legacy", "--json");
    assert.deepEqual((JSON.parse(doctor.stdout) as Report).retirements, []);
    const alerts = await mssp("alerts", "--stack", "legacy", "--since", "P1D");
    assert.equal(alerts.exitCode ?? 0, 0, alerts.stderr);
    assert.equal((await check("legacy", "retirements")).state, "passed");
  });

  it("the clock 350 days on: a preview renews a secret, and `mssp status --show secrets` reports it", async () => {
    const secrets = async () => {
      const { stdout } = await mssp("status", "--show", "secrets", "--stack", "both", "--json");
      return (JSON.parse(stdout) as { stacks: { state?: string }[] }).stacks[0]?.state;
    };
    assert.equal(await secrets(), "passed");
    const { clock } = project.sandbox.cloud;
    clock.move(Date.parse(`${firstDay}T12:00:00Z`) + 350 * day - clock.now().getTime());
    const { MSSP_CLOCK = "" } = await sandboxTime();
    assert.match(MSSP_CLOCK, /^\+\d+s$/);
    const preview = await project.succeed(["preview", "--stack", "both", "--json"], { MSSP_CLOCK });
    assert.match(preview, /"op": ?"create",\s+"urn": ?"[^"]*ApplicationPassword/);
    assert.equal(await secrets(), "failed");
  });

  it("a command keeps a moment that the user has set for it", async () => {
    const own = { ...project.environment, MSSP_CLOCK: "2030-01-01T00:00:00Z" };
    const { variables, removed } = await project.sandbox.environment({ user: own });
    assert.deepEqual([variables["MSSP_CLOCK"], removed.includes("MSSP_CLOCK")], [undefined, false]);
  });
});
