/** `mssp doctor` as people run it, on a sandbox. */
import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { pulumiEnvironment } from "@defender-mssp/plugins";
import { changeTenantConsent, startSandbox, type OwnSandbox } from "@defender-mssp/sandbox";
import { type PermissionsByResource, setSwitches, verifyDomain, newFolder, jsonText } from "@defender-mssp/testkit";
import { stringify } from "yaml";
import type { Report } from "../../../../cli/access/examination/report";
import { readStackSettings } from "../../../../settings/fromFile";
import { graphApplications, graphCall, graphList, microsoftGraph } from "@defender-mssp/microsoft";
import { neededPermissions } from "../../../../domain/prerequisites";
import { checkout, type Ended } from "../../mssp";
import { inSession as mssp } from "../../testSession";

const ana = { email: "ana@mssp.example", displayName: "Ana" };

describe("mssp doctor", function () {
  const folder = newFolder();
  let sandbox: OwnSandbox;
  let environment: Record<string, string | undefined>;
  let tenants = 0;

  before(async () => {
    await copyFile(path.join(checkout, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
    const home = path.join(folder, ".sandbox");
    sandbox = await startSandbox({ home });
    const { variables, removed } = await pulumiEnvironment(home, await sandbox.environment());
    environment = { ...Object.fromEntries(removed.map((name) => [name, undefined])), ...variables };
  });
  after(() => sandbox.stop());

  /** Runs it; whatever it says, no token and no secret is in it. */
  async function doctor(args: readonly string[], options: { folder?: string; changed?: object } = {}): Promise<Ended> {
    const ended = await mssp(["doctor", ...args], {
      folder: options.folder ?? folder,
      environment: { ...environment, ...options.changed },
    });
    const said = ended.stdout + ended.stderr;
    assert.doesNotMatch(said, /eyJ[\w-]{10}/, "a token");
    assert.ok(!said.includes(environment["ARM_CLIENT_SECRET"] ?? ""), "the client secret");
    assert.doesNotMatch(said, /^\s+at /m, "a stack trace");
    return ended;
  }

  async function report(stack: string): Promise<Report & { exitCode: number | undefined }> {
    const { exitCode, stdout } = await doctor(["--stack", stack, "--json"]);
    return { ...(JSON.parse(stdout) as Report), exitCode };
  }

  /** A customer with a stack of the same name. */
  async function customer(
    settings: object,
    permissions?: PermissionsByResource,
  ): Promise<{ stack: string; tenantId: string }> {
    const number = ++tenants;
    const tenantId = `c0570500-0000-4000-8000-0000000001${String(number).padStart(2, "0")}`;
    const domain = `customer${number}.example`;
    verifyDomain(sandbox.cloud.describedTenant({ tenantId, domain: "customer.example", permissions }), domain);
    await write(`customer${number}`, {
      customerName: "Customer",
      tenantId,
      customerDomain: domain,
      msspName: "MSSP",
      msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
      analysts: [ana],
      ...settings,
    });
    return { stack: `customer${number}`, tenantId };
  }

  async function write(stack: string, settings: object): Promise<void> {
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`defender-mssp:${key}`, value as unknown]),
    );
    await writeFile(path.join(folder, `Pulumi.${stack}.yaml`), stringify({ config }));
  }

  /** The sandbox's own stack, on a day before Microsoft Sentinel's end in the Azure portal is near. */
  const doctorOfDev = (...flags: string[]) =>
    doctor(["--stack", "dev", ...flags], { folder: checkout, changed: { MSSP_CLOCK: "2026-11-28T12:00:00Z" } });

  it("reports all checks as passed for the sandbox's own stack", async () => {
    const { exitCode, stdout } = await doctorOfDev("--json");
    const found = JSON.parse(stdout) as Report;
    assert.equal(exitCode, 0);
    assert.equal(found.state, "passed");
    assert.equal(found.tenantId, "c0570500-0000-4000-8000-00000000000a");
    assert.deepEqual([found.identity.kind, found.identity.clientId], ["application", environment["ARM_CLIENT_ID"]]);
    assert.ok(found.permissions.length > 5);
    assert.deepEqual([...new Set(found.permissions.map(({ state }) => state))], ["passed"]);
    assert.deepEqual(
      found.features.flatMap(({ feature, state }) => (state === "passed" ? [] : [`${feature} ${state}`])),
      ["signInMethods notChecked", "offboardingProof notChecked"],
    );
  });

  it("prints the same report as a table", async () => {
    const { exitCode, stdout } = await doctorOfDev();
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Stack dev: Contoso, tenant c0570500-0000-4000-8000-00000000000a$/m);
    assert.match(stdout, /^Signed in as the application .+, client ID [0-9a-f-]{36}$/m);
    assert.match(stdout, /^Microsoft Graph\n(?: {2}✓ .*\n)* {2}✓ {2}RoleManagement\.ReadWrite\.Defender +\S/m);
    assert.match(stdout, /^Tenant licences and policies\n(?: {2}✓ .*\n)* {2}✓ {2}guest invitations$/m);
    assert.match(
      stdout,
      /^No missing permissions, licences or policies found\. Items marked – could not be checked\. Warnings of what ends: 1, marked !\.\n\d+ passed, 2 not checked\.$/m,
    );
    assert.match(stdout, /^What ends, and when\n {2}! {2}The SIEM API .*\n/m);
    assert.match(stdout.replaceAll(/\s+/g, " "), /may be off since 2024-12-31\./);
  });

  it("says what ends: later as information, from 90 days on as a warning, and over as a failure", async () => {
    const azureDelegation = {
      subscriptionId: "ab5c0000-0000-4000-8000-000000000001",
      groupObjectId: "ab5c0000-0000-4000-8000-000000000002",
      groupName: "SOC",
      roles: ["Microsoft Sentinel Reader"],
    };
    const { stack } = await customer({ azureDelegation });
    const on = (day: string, ...flags: string[]) =>
      doctor(["--stack", stack, ...flags], { changed: { MSSP_CLOCK: `${day}T12:00:00Z` } });
    for (const [day, level, daysLeft, exitCode] of [
      ["2026-12-30", "later", 91, 0],
      ["2026-12-31", "soon", 90, 0],
      ["2027-03-31", "soon", 0, 0],
      ["2027-04-01", "over", -1, 1],
    ] as const) {
      const ended = await on(day, "--json");
      const { retirements, state } = JSON.parse(ended.stdout) as Report;
      assertEach(retirements, (ending) => [ending.id, ending.level, ending.daysLeft], [
        ["sentinel-azure-portal", level, daysLeft],
      ]);
      assert.deepEqual([ended.exitCode, state], [exitCode, exitCode === 0 ? "passed" : "failed"], day);
    }
    assert.match((await on("2026-12-30")).stdout, /^ {2}· {2}Microsoft Sentinel in the/m);
    assert.match((await on("2026-12-31")).stdout, /Warnings of what ends: 1, marked !\./);
    const { stdout } = await on("2027-04-01");
    assert.match(stdout, /^ {2}✗ {2}Microsoft Sentinel in the/m);
    assert.match(stdout, /1 failed, 2 not checked\.$/m);
  });

  it("passes with exactly the permissions that the settings need, and cannot check licences with these", async () => {
    const { stack } = await customer({});
    const needed = neededPermissions(await readStackSettings(stack, { folder, environment }));
    const granted: Record<string, string[]> = {};
    for (const { apiAppId, permission } of needed) (granted[apiAppId] ??= []).push(permission);
    const exact = await customer({}, granted);
    const found = await report(exact.stack);
    assert.deepEqual([found.exitCode, found.state], [0, "passed"]);
    // A domain's tenant is public.
    const [domain, ...licences] = found.features.filter(({ feature }) => feature !== "appInstanceLock");
    assert.deepEqual([domain?.feature, domain?.state], ["customerDomain", "passed"]);
    assert.deepEqual([...new Set(licences.map(({ state }) => state))], ["notChecked"]);
    const { stdout } = await doctor(["--stack", exact.stack]);
    assert.match(stdout, /^ {2}– {2}guest invitations +not checked: requires Policy\.Read\.All$/m);
    assert.match(
      stdout,
      /^No missing permissions, licences or policies found\. Items marked – could not be checked\.$/m,
    );
  });

  it("names what the customer's month lacks, which no `up` waits for", async () => {
    const { stack } = await customer({ reportTimeZone: "Europe/Berlin" });
    const { exitCode, stdout } = await doctor(["--stack", stack]);
    assert.equal(exitCode, 1);
    const text = stdout.replaceAll(/\s+/g, " ");
    assert.match(
      text,
      /✗ permissions for the customer's month \(reportTimeZone\) requires .*ThreatHunting\.Read\.All: /,
    );
    assert.doesNotMatch(text, /would fail/);
    const preview = await customer({
      reportTimeZone: "Europe/Berlin",
      msspApplications: {
        automation: { id: "11111111-0000-4000-8000-000000000001" },
        preview: { id: "11111111-0000-4000-8000-000000000002" },
      },
    });
    const { features } = await report(preview.stack);
    assert.equal(features.find(({ feature }) => feature === "month")?.state, "notChecked");
  });

  it("names an application of the MSSP's without App Instance Lock, with the command that sets it", async () => {
    const call = await graphCall("5ec0de00-5ea1-4000-8000-000000000001", { environment });
    const path = graphApplications.path;
    const [{ id = "" } = {}] = await graphList<{ id?: string }>(
      call,
      `${path}?$filter=appId eq '${environment["ARM_CLIENT_ID"]}'`,
    );
    const setLock = (isEnabled: boolean) =>
      call(graphApplications.item(id), { method: "PATCH", json: { servicePrincipalLockConfiguration: { isEnabled } } });
    const { stack } = await customer({});
    await setLock(false);
    const { notes, features, exitCode } = await report(stack);
    await setLock(true);
    assert.equal(exitCode, 0);
    assert.ok(!features.some(({ feature }) => feature === "appInstanceLock"));
    assert.match(notes.join("\n"), new RegExp(`az rest --method PATCH .*/applications/${id}.*"allProperties":true`));
    assert.doesNotMatch((await report(stack)).notes.join("\n"), /Instance Lock/);
  });

  it("names an analyst of the MSSP's tenant who has text messages alone, before Microsoft ends them", async () => {
    const mssp = sandbox.cloud.tenant("5ec0de00-5ea1-4000-8000-000000000001");
    const permissions = { [microsoftGraph.appId]: ["AuditLog.Read.All"] };
    await changeTenantConsent({ home: path.join(folder, ".sandbox") }, { tenantId: mssp.id, act: "give", permissions });
    const [member] = [...mssp.objects("users").values()].filter(({ userType }) => userType !== "Guest");
    const email = jsonText(member?.["userPrincipalName"]);
    const { stack } = await customer({ analysts: [ana, { ...ana, email }] });
    const on = (day: string) => ({ changed: { MSSP_CLOCK: `${day}T00:00:00Z` } });
    const said = async (day: string) => (await doctor(["--stack", stack], on(day))).stdout.replaceAll(/\s+/g, " ");
    assert.match(
      await said("2026-12-03"),
      /methods of sign-in in the MSSP's tenant not checked: 1 of 2 analysts are not users/,
    );
    setSwitches(mssp, { mfa: "sms" });
    const text = await said("2026-12-03");
    setSwitches(mssp, { mfa: "on" });
    assert.ok(
      text.includes(`No method of sign-in but text messages and voice calls: ${email}. Microsoft's own SMS`),
      text,
    );
    assert.doesNotMatch(await said("2026-10-01"), /methods of sign-in/);
  });

  it("names each missing permission and the page where an administrator consents", async () => {
    const { stack, tenantId } = await customer({ portalAccess: "basic" }, {});
    const found = await report(stack);
    assert.deepEqual([found.exitCode, found.state], [1, "failed"]);
    const needed = neededPermissions(await readStackSettings(stack, { folder, environment }));
    assert.deepEqual(
      found.permissions.filter(({ state }) => state === "failed").map(({ permission }) => permission),
      needed.map(({ permission }) => permission),
    );
    const consent = `https://login.microsoftonline.com/${tenantId}/adminconsent?client_id=${environment["ARM_CLIENT_ID"]}`;
    assert.equal(found.adminConsentUrl, consent);
    const { exitCode, stdout } = await doctor(["--stack", stack]);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^Microsoft Graph\n(?: {2}✗ .*\n)* {2}✗ {2}RoleManagement\.ReadWrite\.Directory/m);
    assert.match(stdout, /^`pulumi up` would fail\.$/m);
    assert.match(stdout, /^The application lacks .*Microsoft Graph RoleManagement\.ReadWrite\.Directory/m);
    assert.ok(stdout.includes(consent));
  });

  const lacking: readonly [string, object, Record<string, string>, RegExp][] = [
    ["roleAssignableGroups", { portalAccess: "basic" }, { entraLicence: "free" }, /Entra ID P1/],
    [
      "entitlementManagement",
      { analysts: [], portalAccess: { model: "entitlement", approvers: ["security.admin@customer.example"] } },
      { entraLicence: "p1" },
      /Entra ID P2 or ID Governance/,
    ],
    [
      "justInTime",
      { portalAccess: { model: "rbac", activation: "justInTime" } },
      { entraLicence: "p1" },
      /Entra ID P2/,
    ],
    ["invitations", {}, { b2bInvitations: "off" }, /ana@mssp\.example/],
    ["clientSecrets", {}, { clientSecrets: "90" }, /90 days at most/],
  ];
  for (const [feature, settings, switched, reason] of lacking) {
    it(`names the feature that the tenant lacks: ${feature}`, async () => {
      const { stack, tenantId } = await customer(settings);
      setSwitches(sandbox.cloud.tenant(tenantId), switched);
      const found = await report(stack);
      assert.deepEqual([found.exitCode, found.state], [1, "failed"]);
      const missing = found.features.filter(({ state }) => state === "failed");
      assertEach(missing, (one) => one.feature, [feature]);
      assert.match(missing[0]?.reason ?? "", reason);
      const isCharged = found.notes.some((note) => note.includes("by monthly active guest"));
      assert.equal(isCharged, feature === "entitlementManagement");
    });
  }

  it("explains why the sign-in to the tenant fails", async () => {
    const { stack, tenantId } = await customer({});
    const { exitCode, stdout, stderr } = await doctor(["--stack", stack, "--json"], {
      changed: { ARM_CLIENT_SECRET: "wrong" },
    });
    assert.equal(exitCode, 1);
    const { error } = JSON.parse(stdout) as { error: { message: string } };
    assert.equal(`mssp: ${error.message}`, stderr);
    assert.match(stderr, new RegExp(`^mssp: Can't read the customer's tenant ${tenantId}: .*AADSTS7000215`));
    assert.match(stderr, /^Check the setting tenantId, the credentials/m);
  });

  it("without credentials names the sandbox as a way to try the command", async () => {
    const { stack } = await customer({});
    const none = { ARM_METADATA_HOSTNAME: undefined, ARM_CLIENT_ID: undefined, ARM_CLIENT_SECRET: undefined };
    const { exitCode, stderr } = await doctor(["--stack", stack], { changed: { ...none, ARM_USE_CLI: "false" } });
    assert.equal(exitCode, 1);
    assert.ok(stderr.includes(`\`npx mssp sandbox run -- npx mssp doctor --stack ${stack}\``), stderr);
  });

  it("reports that the customer has not consented to the application, as in a wrong tenant", async () => {
    const { stack, tenantId } = await customer({});
    const principals = sandbox.cloud.tenant(tenantId).objects("servicePrincipals");
    const automation = [...principals.values()].find(({ appId }) => appId === environment["ARM_CLIENT_ID"])!;
    principals.delete(automation.id);
    const { exitCode, stderr } = await doctor(["--stack", stack]);
    assert.equal(exitCode, 1);
    assert.match(stderr, new RegExp(`^mssp: Can't read the customer's tenant ${tenantId}: .*AADSTS\\d+`));
    assert.match(stderr, /that the customer has consented to that application/);
  });

  it("notes whose access has ended, and what the engine does with keys without a prefix", async () => {
    const analysts = [ana, { email: "bob@mssp.example", displayName: "Bob", accessEndsOn: "2024-01-31" }];
    const { stack } = await customer({ analysts });
    assert.deepEqual((await report(stack)).notes.slice(-1), [
      "analysts[1] (Bob): access ended on 2024-01-31; the guest has no membership.",
    ]);
    const file = path.join(folder, `Pulumi.${stack}.yaml`);
    await writeFile(file, (await readFile(file, "utf8")).replaceAll("defender-mssp:", ""));
    const { notes } = await report(stack);
    assert.match(
      notes.join("\n"),
      /^Pulumi\.customer\d+\.yaml has 6 keys, such as customerName, without defender-mssp: in front\. .*`pulumi stack init`/m,
    );
  });

  it("lists the existing stacks if the named stack does not exist", async () => {
    const { exitCode, stderr } = await doctor(["--stack", "nobody"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: There is no Pulumi\.nobody\.yaml in .*customer1/);
  });

  it("reports all configuration errors, as `up` does", async () => {
    await write("wrong", { customerName: "Customer", portalAccess: { model: "basic", approvers: ["a@b.example"] } });
    const { exitCode, stderr } = await doctor(["--stack", "wrong"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: \d+ settings are wrong; nothing was changed\.$/m);
    assert.match(
      stderr,
      /^ {2}Pulumi\.wrong\.yaml:\d+:\d+ portalAccess\.approvers: .*\n {4}allowed: only with the model entitlement/m,
    );
  });
});
