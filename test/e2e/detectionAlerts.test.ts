/** A detection rule from its file to a line in the SIEM, and from the off-boarding to an empty list. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertRequests, fixture } from "@defender-mssp/testkit";
import type { Certificate } from "../../cli/customer/offboard/certificate";
import { inSession, type TestSessionOptions } from "../cli/testSession";
import type { Ended } from "../cli/mssp";
import { ana, createProject, customer, TenantHands, tenantIdOf } from "./support";

const number = 62;
const tenantId = tenantIdOf(number);
const route = "/beta/security/rules/detectionRules";
const ruleId = "fabrikam-security-encoded-powershell";

const encodedPowerShell = `displayName: Encoded PowerShell from Office
description: An Office program starts PowerShell with an encoded command.
status: enabled
queryText: |
  DeviceProcessEvents
  | where InitiatingProcessFileName in~ ("winword.exe", "excel.exe")
  | where FileName =~ "powershell.exe" and ProcessCommandLine has "-enc"
  | project Timestamp, ReportId, DeviceId, DeviceName, ProcessCommandLine
schedule: { frequency: PT1H }
alertTemplate:
  title: Encoded PowerShell on {{DeviceName}}
  severity: high
  tactics: [{ tactic: Execution, techniques: [{ technique: T1059, subTechniques: [T1059.001] }] }]
  customDetails: { CommandLine: ProcessCommandLine }
  entityMappings: { hosts: [{ deviceIdColumn: DeviceId, nameColumn: DeviceName }] }
`;

describe("a detection rule from its file to the SIEM", function () {
  const project = fixture(createProject);

  before(async () => {
    project.sandbox.cloud.describedTenant({ tenantId, domain: `contoso${number}.example` });
    const folder = path.join(project.folder, "detections", "office");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "encoded-powershell.yaml"), encodedPowerShell);
    const second = encodedPowerShell.replaceAll("Encoded PowerShell", "Second").replace('"-enc"', '"-second"');
    await writeFile(path.join(folder, "second.yaml"), second);
    const connector = { alertApis: ["graph"], incidents: true };
    await project.writeSettings(
      "contoso",
      customer(number, { analysts: [ana], connector, detections: { sets: ["office"] } }),
    );
    await project.addStack("contoso");
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
  });

  const mssp = (args: readonly string[], options: TestSessionOptions = {}): Promise<Ended> =>
    inSession(args, { folder: project.folder, environment: project.environment, ...options });
  const done = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await mssp(args);
    assert.equal(exitCode ?? 0, 0, stdout + stderr);
    return stdout;
  };
  const rules = () => project.sandbox.cloud.tenant(tenantId).objects("detectionRules");
  const hands = () => new TenantHands(project, tenantId);
  const inFolder = (name: string) => path.join(project.folder, name);

  function event(reportId: number, commandLine: string) {
    const time = new Date(project.sandbox.cloud.now().getTime() - 5 * 60_000).toISOString();
    return {
      ...{ Timestamp: time, ReportId: reportId, DeviceId: "d1", DeviceName: "pc1.contoso.example" },
      ...{ InitiatingProcessFileName: "WINWORD.EXE", FileName: "powershell.exe", ProcessCommandLine: commandLine },
    };
  }

  async function putEvents(...events: readonly object[]): Promise<string> {
    await writeFile(inFolder("events.json"), JSON.stringify({ DeviceProcessEvents: events }));
    return done("sandbox", "events", "events.json");
  }

  it("an event makes an alert, and a near miss makes none", async () => {
    const output = await putEvents(event(1, "powershell -enc AAA="), event(2, "powershell -File a.ps1"));
    const [summary, ...runs] = output.trim().split("\n");
    assert.equal(summary, `2 events added to ${tenantId}. 2 rules ran:`);
    assert.deepEqual(runs.sort(), [`${ruleId}: 1 new alert`, "fabrikam-security-second: 0 new alerts"]);
  });

  it("`mssp alerts` and `mssp incidents` have the alert with the rule's ID", async () => {
    const lines = (await done("alerts", "--stack", "contoso", "--since", "24h", "--quiet")).split("\n");
    const alerts = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const own = alerts.filter(({ detectorId }) => detectorId === ruleId);
    assertEach(own, ({ title, severity, detectionSource }) => [title, severity, detectionSource], [
      ["Encoded PowerShell on pc1.contoso.example", "high", "customDetection"],
    ]);
    const incidents = (await done("incidents", "--stack", "contoso", "--since", "24h", "--quiet")).split("\n");
    assert.equal(incidents.filter((line) => line.includes(`"detectorId":"${ruleId}"`)).length, 1);
  });

  it("delivers the alert as one CEF line of a file, once", async () => {
    const toFile = ["alerts", "--stack", "contoso", "--format", "cef", "--file", "siem.cef", "--checkpoint", "place"];
    for (let time = 0; time < 2; time++) await done(...toFile, "--since", "24h", "--quiet");
    const lines = (await readFile(inFolder("siem.cef"), "utf8")).split("\n").filter((line) => line.includes(ruleId));
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(
      lines[0] ?? "",
      new RegExp(`CEF:0\\|Microsoft\\|[^|]+\\|[^|]*\\|${ruleId}\\|Encoded PowerShell on pc1\\.contoso\\.example\\|`),
    );
  });

  const offboard = async (...flags: readonly string[]) => {
    const now = () => project.sandbox.cloud.now();
    const args = ["offboard", "--stack", "contoso", "--yes", "--without", "evidence", "--json", ...flags];
    const { exitCode, stdout, stderr } = await mssp(args, { now });
    assert.equal(exitCode, 3, stdout + stderr);
    const certificate = JSON.parse(stdout) as Certificate;
    assert.deepEqual([certificate.state, certificate.left], ["toConfirm", []]);
    return { certificate, page: await readFile(path.join(inFolder("offboard-contoso"), "certificate.html"), "utf8") };
  };
  const proved = ({ removed }: Certificate) => removed.filter(({ kind }) => kind === "detectionRule");
  const customersOwn = "customers-own";

  it("off-boards: the service answers a DELETE of each rule with 404, and the certificate says that lists show it", async () => {
    await hands().graph("POST", route, {
      ...{ id: customersOwn, displayName: "Own", status: "enabled" },
      queryCondition: { queryText: "DeviceInfo | project Timestamp, ReportId, DeviceId" },
      schedule: { frequency: "PT1H" },
      detectionAction: {
        alertTemplate: { title: "Own", severity: "low", entityMappings: { hosts: [{ deviceIdColumn: "DeviceId" }] } },
      },
    });
    const { certificate, page } = await offboard();
    assert.deepEqual(
      proved(certificate)
        .map(({ id, state }) => [id, state])
        .sort(),
      [
        [ruleId, "deletedButListed"],
        ["fabrikam-security-second", "deletedButListed"],
      ],
    );
    assert.match(page, /lists can show a deleted detection rule for some hours/);
    const stays = certificate.stays.find(({ what }) => what === "2 deleted detection rules");
    assert.match(stays?.step ?? "", /npx mssp offboard --stack contoso --prove again/);
    const check = certificate.checks.find(({ command }) => command.includes(ruleId));
    assert.equal(check?.expected, "404, the next day");
    assert.deepEqual([...rules().keys()], [customersOwn], "the customer's own rule stays");
    assert.ok(!JSON.stringify(certificate).includes(customersOwn), "it is not counted as the stack's");
  });

  it("--prove again leaves a rule that the customer has made with the ID of a removed one", async () => {
    const body = rules().get(customersOwn);
    assert.ok(body);
    rules().set(ruleId, { ...body, id: ruleId, createdDateTime: project.sandbox.cloud.now().toISOString() });
    const { certificate } = await offboard("--prove", "again");
    assert.ok(rules().has(ruleId), "it was deleted");
    assert.deepEqual(
      proved(certificate)
        .map(({ id, state }) => [id, state])
        .sort(),
      [
        [ruleId, "gone"],
        ["fabrikam-security-second", "deletedButListed"],
      ],
    );
    rules().delete(ruleId);
  });

  it("--prove again, the next day: the list is empty but for the customer's own rule, and the certificate says so", async () => {
    project.sandbox.cloud.clock.advance(24 * hour);
    const { certificate, page } = await offboard("--prove", "again");
    assertEach(proved(certificate), ({ state }) => state, ["gone", "gone"]);
    assert.match(page, new RegExp(ruleId));
    assert.ok(!certificate.stays.some(({ what }) => what.includes("detection rule")));
    assert.equal(certificate.checks.find(({ command }) => command.includes(ruleId))?.expected, "404");
    const { value } = await hands().graph<{ value: { id: string }[] }>("GET", route);
    assertEach(value, ({ id }) => id, [customersOwn]);
  });

  it("sends the requests of the ledger", () => assertRequests("a customer's life", project.sandbox, __filename));
});
