/** `mssp verify` and `mssp secrets` on stacks that something is wrong with. */
import assert from "node:assert/strict";
import { clouds, putNotificationRule, requestToken } from "@defender-mssp/microsoft";
import type { Check } from "../../cli/verify/check";
import { alertExporterHosts } from "../../cli/verify/hosts";
import { ending } from "../../cli/secrets";
import { addDaemon, contoso, daemonId, graphId } from "../tools/sandbox/server/support";
import { mssp as runMssp } from "./mssp";
import { secret, StackProject } from "./pulumiStack";

const endpoints = { cloud: "public", loginEndpoint: "", graphEndpoint: "", resourceManagerEndpoint: "" } as const;

describe("mssp verify and mssp secrets", function () {
  this.timeout(60_000);
  let project: StackProject;

  before(async () => {
    project = await StackProject.create();
    const { secret: clientSecret } = addDaemon(project.sandbox.cloud, { [graphId]: ["SecurityAlert.Read.All"] });
    const outputs = {
      tenantId: contoso,
      clientId: daemonId,
      clientSecret: secret(clientSecret),
      clientSecretExpiresOn: "2099-01-01T00:00:00Z",
      portalUrl: `https://security.microsoft.com?tid=${contoso}`,
      connector: { kind: "customerApp", credential: "secret", alertApis: ["graph"] },
    };
    await project.addStack("good", outputs);
    await project.addStack("bad", {
      ...outputs,
      clientSecret: secret("not-the-secret"),
      clientSecretExpiresOn: "2020-01-01T00:00:00Z",
      portalUrl: "https://security.microsoft.com",
      redirectUri: "https://contoso.com/SiemMsspConnector",
      notificationRules: { Severe: "manual" },
    });
    await project.addStack("rules", { ...outputs, notificationRules: { Severe: "configured", "By hand": "manual" } });
    await project.addStack("federated", {
      ...outputs,
      connector: { kind: "msspApp", credential: "federated", alertApis: ["graph"] },
    });
    await project.addStack("nothing");
  });
  after(() => project.dispose());

  const mssp = (...args: string[]) => runMssp(args, { folder: project.folder, environment: project.environment });

  async function checks(stack: string) {
    const { exitCode, stdout } = await mssp("verify", "--stack", stack, "--json");
    const { checks: list } = JSON.parse(stdout) as { checks: Check[] };
    return { exitCode, list, states: Object.fromEntries(list.map(({ name, state }) => [name, state])), stdout };
  }

  it("looks only at what the connector has", async () => {
    const { exitCode, states } = await checks("good");
    assert.deepEqual(states, {
      "alerts from Microsoft Graph": "ok",
      "refresh token": "skipped",
      "alerts from the legacy API": "skipped",
      "SIEM authorization": "skipped",
      "credential's end": "ok",
      consent: "ok",
      "redirect URI": "skipped",
      "notification rules": "skipped",
      "portal URL": "ok",
    });
    assert.equal(exitCode, 0);
  });

  it("is red where a secret is wrong or over, a redirect URI or the portal's tenant is missing; and says it in a table", async () => {
    const { exitCode, states, list, stdout } = await checks("bad");
    assert.equal(exitCode, 1);
    const red = Object.keys(states).filter((name) => states[name] === "failed");
    assert.deepEqual(red, ["alerts from Microsoft Graph", "credential's end", "redirect URI", "portal URL"]);
    assert.match(list[0]?.reason ?? "", /AADSTS7000215: .* The client secret is wrong/);
    assert.ok(!stdout.includes("not-the-secret"));
    const table = await mssp("verify", "--stack", "bad");
    assert.equal(table.exitCode, 1);
    assert.match(table.stdout, /^✗ credential's end +over since 2020-01-01: pulumi up renews the client secret$/m);
    assert.match(table.stdout, /^– notification rules +only a person can see these in the portal: Severe$/m);
    assert.equal(table.stdout.trim().split("\n").length, list.length, "a line each");
  });

  it("asks the server for the notification rules that it is said to have", async () => {
    const before = await checks("rules");
    assert.equal(before.states["notification rules"], "failed");
    assert.match(before.stdout, /the server doesn't have Severe: pulumi up --refresh/);
    const rule = { recipients: ["soc@fabrikam-security.example"], deviceGroups: null };
    const included = { includeOrganizationName: true, includeTenantPortalLink: true, includeDeviceInformation: true };
    const { accessToken } = await requestToken({
      tenantId: contoso,
      audience: clouds.public.defenderResource,
      environment: project.environment,
      endpoints: { ...endpoints, metadataHost: "127.0.0.1", loginEndpoint: project.sandbox.origins.http },
    });
    await putNotificationRule({ endpoint: project.sandbox.origins.http, token: accessToken }, "Severe", {
      ...rule,
      ...included,
      severities: ["High"],
      managedBy: "test",
    });
    const after = await checks("rules");
    assert.equal(after.exitCode, 0);
    assert.match(
      after.list.find(({ name }) => name === "notification rules")?.reason ?? "",
      /^Severe: configured, says the server; only a person can see these in the portal: By hand$/,
    );
  });

  it("proves nothing that it can't try: a credential that isn't here is red", async () => {
    const { exitCode, list } = await checks("federated");
    assert.equal(exitCode, 1);
    assert.match(list[0]?.reason ?? "", /^not tried: .*--federated-token-file <file>\.$/);
  });

  it("without credentials of its own it leaves out what only an administrator sees", async () => {
    const environment = { ...project.environment, ARM_CLIENT_ID: undefined, ARM_CLIENT_SECRET: undefined };
    const { exitCode, stdout } = await runMssp(["verify", "--stack", "good"], { folder: project.folder, environment });
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^– consent +not looked at: No credentials in the environment/m);
    assert.match(stdout, /^✓ alerts from Microsoft Graph/m);
  });

  it("is one red line for a stack with nothing deployed, and for one that isn't there", async () => {
    for (const stack of ["nothing", "none"]) {
      const { exitCode, list } = await checks(stack);
      assert.equal(exitCode, 1);
      assert.deepEqual(
        list.map(({ name, state }) => [name, state]),
        [["stack", "failed"]],
      );
    }
  });

  it("secrets lists every stack of the project, those without secrets as well", async () => {
    const { exitCode, stdout, stderr } = await mssp("secrets");
    assert.equal(stderr, "");
    assert.equal(exitCode, 1);
    const lines = stdout.trim().split("\n");
    assert.match(lines[0] ?? "", /^stack +client secret +refresh token$/);
    assert.match(lines[1] ?? "", /^bad +✗ over since 2020-01-01: pulumi up renews it +none$/);
    assert.match(lines[2] ?? "", /^federated +credential: federated +none$/);
    assert.match(lines[3] ?? "", /^good +✓ 2099-01-01, in \d+ days +none$/);
    assert.match(lines[4] ?? "", /^nothing +nothing is deployed +none$/);
    assert.equal(lines.length, 6);
    assert.equal((await mssp("secrets", "--stack", "good", "nothing")).exitCode, 0);
    const unknown = await mssp("secrets", "--stack", "none", "--json");
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stdout, /"unreadable": true/);
  });

  it("counts whole days, and what is near to the day", () => {
    const now = new Date("2027-01-01T12:00:00Z");
    const state = (end: string, days = 30) => {
      const { daysLeft, state: stands } = ending(new Date(end), days, now);
      return [daysLeft, stands];
    };
    assert.deepEqual(state("2027-02-01T12:00:00Z"), [31, "ok"]);
    assert.deepEqual(state("2027-01-31T12:00:00Z"), [30, "soon"]);
    assert.deepEqual(state("2027-01-01T12:00:01Z"), [0, "soon"]);
    assert.deepEqual(state("2027-01-01T12:00:00Z"), [0, "over"]);
    assert.deepEqual(state("2026-12-31T12:00:00Z"), [-1, "over"]);
    assert.deepEqual(state("2027-01-05T00:00:00Z", 3), [3, "soon"]);
  });

  it("asks the legacy API where the customer's data may be", () => {
    const hosts = alertExporterHosts({ ...endpoints, metadataHost: undefined }, undefined);
    assert.deepEqual(
      hosts.map((host) => new URL(host).hostname.split(".")[0]),
      ["wdatp-alertexporter-eu", "wdatp-alertexporter-uk", "wdatp-alertexporter-us"],
    );
    assert.equal(alertExporterHosts({ ...endpoints, metadataHost: undefined }, "uk").length, 1);
    assert.deepEqual(alertExporterHosts({ ...endpoints, metadataHost: "127.0.0.1:1" }, "uk"), ["https://127.0.0.1:1"]);
  });
});
