/** `mssp verify` and `mssp status --show secrets` on stacks that something is wrong with. */
import assert from "node:assert/strict";
import { appendFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { clouds, putNotificationRule, requestToken } from "@defender-mssp/microsoft";
import { addDaemon, contoso, daemonId, graphId, fixture } from "@defender-mssp/testkit";
import type { Check } from "@defender-mssp/siem/verify/check";
import { alertExporterHosts } from "@defender-mssp/siem/connector/hosts";
import { expiring } from "../../../../cli/customer/secrets/expiringSecrets";
import { inSession as runMssp } from "../../testSession";
import { secret, StackProject } from "../../pulumiStack";
import { requiredSettings } from "../../../settings/required";

const endpoints = { cloud: "public", loginEndpoint: "", graphEndpoint: "", resourceManagerEndpoint: "" } as const;

describe("mssp verify, and mssp status --show secrets", function () {
  const project = fixture(() => StackProject.create({ engine: "stand-in" }));

  before(async () => {
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
    const rotating = { credentialExpiresOn: "2099-01-01T00:00:00Z", renewsOn: "2098-12-20T00:00:00Z" };
    await project.addStack("rotating", {
      ...outputs,
      connector: { ...outputs.connector, ...rotating, overlapEndsOn: "2098-01-08" },
    });
    await project.addStack("certificate", {
      ...outputs,
      clientSecret: undefined,
      clientSecretExpiresOn: undefined,
      connector: { ...outputs.connector, credential: "certificate", credentialExpiresOn: "2099-02-01T00:00:00Z" },
    });
    await project.addStack("mssp-certificate", {
      ...outputs,
      connector: { kind: "msspApp", credential: "certificate", alertApis: ["graph"] },
    });
    await project.addStack("nothing");
  });

  const mssp = (...args: string[]) => runMssp(args, { folder: project.folder, environment: project.environment });
  const secretsOn = (day: string, ...args: string[]) => {
    const { folder, environment } = project;
    return runMssp(["status", "--show", "secrets", ...args], { folder, environment, now: () => new Date(day) });
  };

  async function checks(stack: string) {
    const { exitCode, stdout } = await mssp("verify", "--stack", stack, "--json");
    const { checks: list } = JSON.parse(stdout) as { checks: Check[] };
    return { exitCode, list, states: Object.fromEntries(list.map(({ name, state }) => [name, state])), stdout };
  }

  it("verify: checks only the APIs and credentials of the connector", async () => {
    const { exitCode, states } = await checks("good");
    assert.deepEqual(states, {
      "alerts from Microsoft Graph": "passed",
      "refresh token": "notChecked",
      "alerts from the legacy API": "notChecked",
      "SIEM authorization": "notChecked",
      "credential expiry": "passed",
      consent: "passed",
      "redirect URI": "notChecked",
      "notification rules": "notChecked",
      "portal URL": "passed",
      retirements: "passed",
      "added to the application": "notChecked",
      "added to the service principal": "notChecked",
      "added consents": "notChecked",
      "added to the groups": "notChecked",
      "added to Defender roles": "notChecked",
      "changed detection rules": "notChecked",
      "added guests": "notChecked",
      "changed guests": "notChecked",
      "added to access packages": "notChecked",
      "added directory roles": "notChecked",
      "added eligibilities": "notChecked",
      "added memberships": "notChecked",
      "added app roles": "notChecked",
      "added Azure roles": "notChecked",
      "added Azure delegations": "notChecked",
      "added ownerships": "notChecked",
      "added to catalogs": "notChecked",
      "added connected organizations": "notChecked",
      "added applications of the MSSP": "notChecked",
      "added to the automation": "notChecked",
      "added trust of the MSSP": "notChecked",
      "governance relationship": "notChecked",
      leavers: "notChecked",
    });
    assert.equal(exitCode, 0);
  });

  it("verify: fails on a wrong or expired secret, a missing redirect URI or portal tenant, as a table", async () => {
    const { exitCode, states, list, stdout } = await checks("bad");
    assert.equal(exitCode, 1);
    const red = Object.keys(states).filter((name) => states[name] === "failed");
    assert.deepEqual(red, ["alerts from Microsoft Graph", "credential expiry", "redirect URI", "portal URL"]);
    assert.match(list[0]?.reason ?? "", /AADSTS7000215: .* The client secret is wrong/);
    assert.ok(!stdout.includes("not-the-secret"));
    const table = await mssp("verify", "--stack", "bad");
    assert.equal(table.exitCode, 1);
    assert.match(
      table.stdout,
      /^✗ {2}credential expiry +expired on 2020-01-01: npx pulumi up renews the client secret$/m,
    );
    assert.match(table.stdout, /^– {2}notification rules +check by hand in the portal: Severe$/m);
    const [rows = "", counts] = table.stdout.trim().split("\n\n");
    const applicable = list.filter(({ reason }) => !reason.startsWith("not applicable"));
    assert.ok(applicable.length < list.length);
    assert.equal(rows.split("\n").length, applicable.length + 1, "a line each, and one for the others");
    assert.match(counts ?? "", /^\d+ passed, 4 failed, \d+ not checked\.$/);
  });

  it("verify: several stacks are one table, with the end of each credential and what failed below it", async () => {
    const stacks = ["good", "bad", "nothing"].flatMap((stack) => ["--stack", stack]);
    const { exitCode, stdout, stderr } = await mssp("verify", ...stacks, "--checkpoints", "none", "--coverage");
    assert.equal(exitCode, 1, stderr);
    const [header, ...rows] = stdout.split("\n").map((line) => line.trim().split(/\s{2,}/));
    assert.deepEqual(header, ["customer", "consent", "expires", "last alert"]);
    assert.deepEqual(rows[0]?.slice(0, 3), ["✓", "good", "given"]);
    assert.match(rows[0][3] ?? "", /^2\d{4} days$/);
    // The automation sees the consent; the secret is another matter.
    assert.deepEqual(rows[1], ["✗", "bad", "given", "expired", "–"]);
    assert.deepEqual(rows[2], ["✗", "nothing", "–", "–", "–"]);
    assert.match(stdout, /\n✗ {2}bad +alerts from Microsoft Graph: .*AADSTS7000215/);
    assert.match(stdout, /\n✗ {2}nothing +stack: /);
    assert.match(stdout, /\n1 of 3 customers without a failed check\.$/);
    const { stdout: json } = await mssp("verify", ...stacks, "--checkpoints", "none", "--coverage", "--json");
    const { customers } = JSON.parse(json) as { customers: { stack: string; consent?: string; checks: Check[] }[] };
    const delivery = customers[0]?.checks.filter(({ name }) => ["delivery", "coverage"].includes(name)) ?? [];
    assert.equal(customers[0]?.consent, "given");
    assert.deepEqual(
      delivery.map(({ state, reason }) => [state, /none\/good\.graph\.json does not exist/.test(reason)]),
      [
        ["notChecked", true],
        ["notChecked", true],
      ],
    );
  });

  it("verify: reads the configured notification rules from the server", async () => {
    const before = await checks("rules");
    assert.equal(before.states["notification rules"], "failed");
    assert.match(before.stdout, /missing on the server: Severe: run npx pulumi up --refresh/);
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
      /^Severe: configured, confirmed by the server; check by hand in the portal: By hand$/,
    );
  });

  it("verify: uses the gateway of the settings if the environment names none", async () => {
    const ask = async () => {
      const environment = { ...project.environment, MSSP_DEFENDER_ENDPOINT: undefined };
      const { stdout } = await runMssp(["verify", "--stack", "rules"], { folder: project.folder, environment });
      return stdout;
    };
    assert.match(await ask(), /notification rules +Severe: configured at the last up;/);
    const settings = {
      ...requiredSettings,
      tenantId: contoso,
      analysts: [],
      defenderEndpoint: `${project.sandbox.origins.http}/`,
    };
    const config = Object.entries(settings).map(([key, value]) => `  defender-mssp:${key}: ${JSON.stringify(value)}\n`);
    await appendFile(path.join(project.folder, "Pulumi.rules.yaml"), `config:\n${config.join("")}`);
    assert.match(await ask(), /notification rules +Severe: configured, confirmed by the server;/);
  });

  it("verify: fails if the connector's credential is not available", async () => {
    const { exitCode, list } = await checks("federated");
    assert.equal(exitCode, 1);
    assert.match(list[0]?.reason ?? "", /^not possible: .*--federated-token-file or in MSSP_FEDERATED_TOKEN_FILE\.$/);
  });

  it("without credentials in the environment, reports administrators' checks as not checked", async () => {
    const environment = { ...project.environment, ARM_CLIENT_ID: undefined, ARM_CLIENT_SECRET: undefined };
    const { exitCode, stdout } = await runMssp(["verify", "--stack", "good"], { folder: project.folder, environment });
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^– {2}consent +not checked: No credentials in the environment/m);
    assert.match(stdout, /^✓ {2}alerts from Microsoft Graph/m);
  });

  it("verify: an error for an empty stack and for a missing one", async () => {
    for (const [stack, reason] of [
      ["nothing", /nothing is deployed/],
      ["none", /There is no stack "none"/],
    ] as const) {
      const { exitCode, stdout } = await mssp("verify", "--stack", stack, "--json");
      assert.equal(exitCode, 1);
      const { error } = JSON.parse(stdout) as { error: { message: string } };
      assert.match(error.message, reason);
      assert.match((await mssp("verify", "--stack", stack)).stdout, /^✗ {2}stack/);
    }
  });

  it("secrets: lists each stack of the project, also those without secrets", async () => {
    const { exitCode, stdout, stderr } = await mssp("status", "--show", "secrets");
    assert.equal(stderr, "");
    assert.equal(exitCode, 1);
    const lines = stdout.trim().split("\n");
    assert.deepEqual(
      lines.map((line) =>
        line
          .replace(/ {2,}/g, " | ")
          .replace(/in \d+ days/, "in N days")
          .trimStart(),
      ),
      [
        "stack | credential | expiry",
        "✗ | bad | client secret | expired on 2020-01-01: npx pulumi up renews it",
        "✓ | certificate | certificate | 2099-02-01, in N days",
        "– | federated | federated | a federated credential does not expire",
        "✓ | good | client secret | 2099-01-01, in N days",
        "– | mssp-certificate | certificate | of the MSSP's own application: see the MSSP's tenant",
        "– | nothing | nothing is deployed",
        "✓ | rotating | client secret | 2099-01-01, in N days",
        "✓ | rotating | previous secret | 2098-01-08, in N days: the SIEM needs the new one by then",
        "✓ | rules | client secret | 2099-01-01, in N days",
        "",
        "Stacks: 4 passed, 1 failed, 3 not checked.",
      ],
    );
    assert.equal((await mssp("status", "--show", "secrets", "--stack", "good", "nothing")).exitCode, 0);
    const unknown = await mssp("status", "--show", "secrets", "--stack", "none", "--json");
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stdout, /"unreadable": true/);
  });

  it("secrets: dates and remedies for both secrets of a rotation and for a certificate", async () => {
    const at = async (day: string, stack: string) => {
      const { exitCode, stdout } = await secretsOn(day, "--stack", stack);
      return [exitCode, ...(stdout.trim().split("\n\n")[0] ?? "").split("\n").slice(1)].map((line) =>
        String(line).replace(/ {2,}/g, " | "),
      );
    };
    assert.deepEqual(await at("2097-12-31", "rotating"), [
      "1",
      "✓ | rotating | client secret | 2099-01-01, in 366 days",
      "✗ | rotating | previous secret | 2098-01-08, in 8 days: the SIEM needs the new one by then",
    ]);
    assert.deepEqual(await at("2098-12-15", "rotating"), [
      "1",
      "✗ | rotating | client secret | 2099-01-01, in 17 days: npx pulumi up renews it from 2098-12-20 on",
      "✗ | rotating | previous secret | expired on 2098-01-08: the next npx pulumi up deletes it",
    ]);
    assert.match((await at("2098-12-21", "rotating"))[1] ?? "", /in 11 days: npx pulumi up renews it$/);
    assert.deepEqual(await at("2099-01-15", "certificate"), [
      "1",
      "✗ | certificate | certificate | 2099-02-01, in 17 days: set a new one in connector.credential",
    ]);
    assert.deepEqual(await at("2200-01-01", "federated"), [
      "0",
      "– | federated | federated | a federated credential does not expire",
    ]);
  });

  it("secrets: --json prints the same list", async () => {
    const { exitCode, stdout } = await secretsOn("2097-12-31", "--json", "--stack", "rotating", "federated");
    assert.equal(exitCode, 1);
    assert.deepEqual(JSON.parse(stdout), {
      msspSecrets: 1,
      stacks: [
        {
          stack: "rotating",
          state: "failed",
          credential: "secret",
          clientSecret: {
            expiresOn: "2099-01-01T00:00:00.000Z",
            daysLeft: 366,
            expired: false,
            state: "passed",
            renewsOn: "2098-12-20T00:00:00Z",
          },
          previousClientSecret: { expiresOn: "2098-01-08T00:00:00.000Z", daysLeft: 8, expired: false, state: "failed" },
        },
        {
          stack: "federated",
          state: "notChecked",
          credential: "federated",
          note: "a federated credential does not expire",
        },
      ],
    });
  });

  it("secrets: all customers are the stacks with a settings file; a note names the backend's others", async () => {
    await project.addStack("dev");
    await rm(path.join(project.folder, "Pulumi.good.yaml"));
    for (const file of ["Pulumi.later.yaml", "Pulumi.-v.yaml", "Pulumi.rules.yml"])
      await writeFile(path.join(project.folder, file), "# A stack of a test.\n");
    const { stdout, stderr } = await mssp("status", "--show", "secrets", "--json");
    const { stacks: list } = JSON.parse(stdout) as { stacks: { stack: string; state: string; note?: string }[] };
    assert.deepEqual(
      list.map(({ stack }) => stack),
      ["-v", "bad", "certificate", "federated", "later", "mssp-certificate", "nothing", "rotating", "rules"],
    );
    assert.equal(stderr, "mssp: good has no Pulumi.good.yaml; pass --stack to see it.");
    const note = (name: string) => list.find(({ stack }) => stack === name)?.note;
    assert.equal(note("later"), "nothing is deployed", "its stack is not created yet");
    assert.equal(note("-v"), "the name of its settings file is not a valid stack name");
    assert.equal((await mssp("status", "--show", "secrets", "--stack", "good")).stderr, "");
    await project.addStack("good-too");
    await rm(path.join(project.folder, "Pulumi.good-too.yaml"));
    assert.equal(
      (await mssp("status", "--show", "secrets")).stderr,
      "mssp: good has no Pulumi.good.yaml, good-too has no Pulumi.good-too.yaml; pass --stack to see them.",
    );
  });

  it("secrets: without the backend's list of stacks, a note says so", async () => {
    const environment = { ...project.environment, PULUMI_HOME: project.folder };
    const { exitCode, stderr } = await runMssp(["status", "--show", "secrets"], {
      folder: project.folder,
      environment,
    });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: Stacks without a settings file are not named: The Pulumi engine .* is not installed/);
  });

  it("secrets: counts whole days", () => {
    const now = new Date("2027-01-01T12:00:00Z");
    const state = (end: string, days = 30) => {
      const { daysLeft, expired, state: result } = expiring(new Date(end), days, now);
      return [daysLeft, expired, result];
    };
    assert.deepEqual(state("2027-02-01T12:00:00Z"), [31, false, "passed"]);
    assert.deepEqual(state("2027-01-31T12:00:00Z"), [30, false, "failed"]);
    assert.deepEqual(state("2027-01-01T12:00:01Z"), [0, false, "failed"]);
    assert.deepEqual(state("2027-01-01T12:00:00Z"), [0, true, "failed"]);
    assert.deepEqual(state("2026-12-31T12:00:00Z"), [-1, true, "failed"]);
    assert.deepEqual(state("2027-01-05T00:00:00Z", 3), [3, false, "failed"]);
  });

  it("verify: asks the legacy API in each region", () => {
    const hosts = alertExporterHosts({ ...endpoints, metadataHost: undefined }, undefined);
    assert.deepEqual(
      hosts.map((host) => new URL(host).hostname.split(".")[0]),
      ["wdatp-alertexporter-eu", "wdatp-alertexporter-uk", "wdatp-alertexporter-us"],
    );
    assert.equal(alertExporterHosts({ ...endpoints, metadataHost: undefined }, "uk").length, 1);
    assert.deepEqual(alertExporterHosts({ ...endpoints, metadataHost: "127.0.0.1:1" }, "uk"), ["https://127.0.0.1:1"]);
  });
});
