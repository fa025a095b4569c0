import assert from "node:assert/strict";
import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { microsoftGraph, type RequiredResourceAccess } from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { azScript } from "../../../../cli/customer/permissions/azScript";
import { requiredResourceAccess } from "../../../../cli/customer/permissions/manifest";
import { permissionsOf, type CustomerSettings, type Permissions } from "../../../../cli/access/permissions/needed";
import { permissionsMarkdown, permissionsText } from "../../../../cli/customer/permissions/text";
import { parseSettings } from "../../../../settings";
import { requiredSettings } from "../../../settings/required";

const ids = { automation: "11111111-0000-4000-8000-000000000001", preview: "11111111-0000-4000-8000-000000000002" };

function settingsOf(values: Readonly<Record<string, unknown>> = {}): CustomerSettings {
  return parseSettings(
    { ...requiredSettings, analysts: [], ...values },
    [],
    values["cloud"] === "gccHigh" ? { ARM_ENVIRONMENT: "usgovernmentl4" } : {},
  );
}

const customer = (values?: Readonly<Record<string, unknown>>, stack = "contoso") => ({
  stack,
  settings: settingsOf(values),
});
const names = (list: readonly { readonly permission: string }[]) => list.map(({ permission }) => permission);

describe("mssp permissions", () => {
  it("requests the directory role only for the model basic", () => {
    const of = (portalAccess: string) => names(permissionsOf([customer({ portalAccess })]).automation);
    assert.ok(of("basic").includes("RoleManagement.ReadWrite.Directory"));
    assert.ok(!of("rbac").includes("RoleManagement.ReadWrite.Directory"));
    assert.ok(of("rbac").includes("RoleManagement.ReadWrite.Defender"));
  });

  it("lists each permission of several customers once", () => {
    const { automation, customers } = permissionsOf([
      customer({ portalAccess: "basic" }),
      customer({ portalAccess: "rbac" }, "tailwind"),
    ]);
    assert.ok(names(automation).includes("RoleManagement.ReadWrite.Directory"));
    assert.ok(names(automation).includes("RoleManagement.ReadWrite.Defender"));
    assert.equal(new Set(names(automation)).size, automation.length);
    assertEach(customers, ({ stack }) => stack, ["contoso", "tailwind"]);
  });

  it("asks for the month's permissions with reportTimeZone, by the application of the pipelines, and offers them without", () => {
    const asked = (values: object) => permissionsOf([customer({ ...values })]);
    const month = ["SecurityAlert.Read.All", "SecurityIncident.Read.All", "ThreatHunting.Read.All"];
    const has = (list: Parameters<typeof names>[0]) => month.map((name) => names(list).includes(name));
    const [due, without] = [asked({ reportTimeZone: "Europe/Berlin" }), asked({})];
    assert.deepEqual(
      [has(due.preview), has(due.optional)],
      [
        [true, true, true],
        [false, false, false],
      ],
    );
    assert.deepEqual(
      [has(without.preview), has(without.optional)],
      [
        [false, false, false],
        [true, true, true],
      ],
    );
    assert.deepEqual(has(due.automation), [false, false, false]);
    const rules = asked({ reportTimeZone: "Europe/Berlin", detections: { sets: ["base"] } });
    assert.ok(names(rules.preview).includes("CustomDetection.Read.All"));
    const { purpose } = rules.optional.find(({ permission }) => permission === "SecurityAlert.Read.All") ?? {};
    assert.match(purpose ?? "", /^the health of the detection rules/);
  });

  it("gives the preview application only read permissions", () => {
    const justInTime = { model: "rbac", activation: "justInTime" };
    const groups = [{ objectId: ids.automation, name: "SOC", roles: ["Security Reader"] }];
    for (const values of [
      { portalAccess: "basic" },
      { portalAccess: "rbac" },
      { portalAccess: justInTime },
      { portalAccess: { model: "entitlement", approvers: ["it@contoso.com"] } },
      { portalAccess: { model: "governance", groups } },
      { crossTenantTrust: { mfa: true }, conditionalAccess: "report" },
    ]) {
      const { preview } = permissionsOf([customer(values)]);
      assert.ok(preview.length > 3, JSON.stringify(values));
      for (const name of names(preview)) assert.doesNotMatch(name, /Write|Create/, JSON.stringify(values));
    }
  });

  it("has an ID for each permission, and never the sandbox's own permission", () => {
    const gateway = { defenderEndpoint: "https://gateway.example" };
    const { automation, optional, preview, customers } = permissionsOf([customer(gateway)]);
    for (const { id, permission } of [...automation, ...optional, ...preview]) {
      assert.match(id, /^[0-9a-f-]{36}$/, permission);
      assert.notEqual(permission, "IntegrationConfiguration.ReadWrite");
    }
    assert.equal(customers[0]?.hasGateway, true);
    assert.match(permissionsText(permissionsOf([customer(gateway)])), /gateway \(defenderEndpoint\) may require/);
  });

  it("at 80 columns a permission is one word of the table, and the IDs are elsewhere; a pipe has them", () => {
    const permissions = permissionsOf([customer()]);
    const narrow = permissionsText(permissions, 80);
    for (const { permission, id } of [...permissions.automation, ...permissions.optional, ...permissions.preview]) {
      assert.match(narrow, new RegExp(`^ {2}${permission.replaceAll(".", "\\.")} `, "m"));
      assert.ok(!narrow.includes(id), id);
      assert.ok(permissionsText(permissions, Infinity).includes(id), id);
    }
    for (const line of narrow.split("\n")) assert.ok(line.length <= 80 || /https:/.test(line), line);
    assert.match(narrow, /IDs: --json/);
  });

  it("names the consent page of the customer's tenant, in the customer's cloud", () => {
    const url = (cloud?: string) =>
      permissionsOf([customer(cloud === undefined ? {} : { cloud })], ids).customers[0]?.consentUrls.automation;
    const { tenantId } = settingsOf();
    assert.equal(
      url(),
      `https://login.microsoftonline.com/${tenantId}/adminconsent?client_id=11111111-0000-4000-8000-000000000001`,
    );
    assert.match(url("gccHigh") ?? "", /^https:\/\/login\.microsoftonline\.us\//);
    assert.match(permissionsText(permissionsOf([customer({ cloud: "gccHigh" })])), /other IDs for some app roles/);
  });

  it("lists the connector's own roles for an msspApp, by its profile and until its last day", () => {
    const applicationId = "f00dcafe-0000-4000-8000-000000000001";
    const triage = { profile: "triage", approvedBy: "Eva", writesEndOn: "2026-12-31" };
    const of = (connector: object, now: string) =>
      permissionsOf([customer({ connector: { kind: "msspApp", applicationId, ...connector } })], {}, new Date(now));
    const [read] = of({}, "2026-12-31T12:00:00Z").connectors;
    assert.deepEqual(names(read?.permissions ?? []), ["SecurityAlert.Read.All"]);
    assert.ok(read?.consentUrl.includes(applicationId));
    const [before, after] = ["2026-12-31T12:00:00Z", "2027-01-01T00:00:00Z"].map(
      (now) => of(triage, now).connectors[0],
    );
    const change = "SecurityAlert.ReadWrite.All";
    assert.ok(names(before?.permissions ?? []).includes(change));
    assert.ok(!names(after?.permissions ?? []).includes(change));
    for (const { id, permission } of before?.permissions ?? []) assert.match(id, /^[0-9a-f-]{36}$/, permission);
    for (const text of [
      (one: Permissions) => permissionsText(one),
      (one: Permissions) => permissionsMarkdown(one, new Map()),
    ])
      assert.match(text(of({}, "2026-12-31T12:00:00Z")), /SecurityAlert\.Read\.All/);
    assert.deepEqual(permissionsOf([customer()]).connectors, []);
  });

  it("lists the roles in Azure that the handover needs", () => {
    const handover = { subscriptionId: "5ec0de00-5ab5-4000-8000-000000000001", location: "westeurope" };
    const { azureRoles } = permissionsOf([customer({ handover })]);
    assertEach(azureRoles, ({ application, role }) => `${application}: ${role}`, [
      "automation: Contributor",
      "preview: Reader",
    ]);
    assert.deepEqual(permissionsOf([customer()]).azureRoles, []);
  });

  it("writes the manifest's requiredResourceAccess", () => {
    const { automation } = permissionsOf([customer()]);
    const [graph, ...others]: readonly (RequiredResourceAccess | undefined)[] = requiredResourceAccess(automation);
    assert.equal(others.length, 0);
    assert.ok(graph);
    assert.equal(graph.resourceAppId, microsoftGraph.appId);
    assert.deepEqual(
      graph.resourceAccess.find(({ id }) => id === microsoftGraph.appRoles["Application.ReadWrite.OwnedBy"]),
      { id: microsoftGraph.appRoles["Application.ReadWrite.OwnedBy"], type: "Role" },
    );
  });

  it("escapes a customer's name in Markdown", () => {
    const text = permissionsMarkdown(
      permissionsOf([customer({ customerName: "[x](https://evil.example) <b>" })], ids),
      new Map(),
    );
    assert.match(text, /\\\[x\\\]\(https|\\\[x\\\]\\\(https/);
    assert.doesNotMatch(text, /[^\\]<b>/);
  });

  it("never has a URL without an application ID: the settings name it, or there is none", () => {
    const none = permissionsOf([customer()]);
    assert.deepEqual(none.customers[0]?.consentUrls, {});
    assert.doesNotMatch(permissionsText(none), /adminconsent|application ID>/);
    assert.match(permissionsText(none), /No consent URL for .*msspApplications/s);
    const msspApplications = { automation: { id: ids.automation.toUpperCase(), name: "Automation" } };
    const set = permissionsOf([customer({ msspApplications })]);
    assert.match(set.customers[0]?.consentUrls.automation ?? "", new RegExp(`client_id=${ids.automation}$`));
    assert.equal(set.customers[0]?.consentUrls.preview, undefined);
    assert.doesNotMatch(permissionsMarkdown(set, new Map()), /preview application|undefined/i);
  });

  it("a keeper has its own permissions, consent URL and roles in Azure, in each format", () => {
    const keeper = { id: "33333333-0000-4000-8000-000000000003", name: "Fabrikam Keeper" };
    const msspApplications = { automation: { id: ids.automation }, keeper };
    const handover = { subscriptionId: "44444444-0000-4000-8000-000000000004", location: "westeurope" };
    const permissions = permissionsOf([customer({ msspApplications, handover })]);
    const writing = permissions.keeper.map(({ permission }) => permission).filter((name) => !/\.Read\./.test(name));
    assert.deepEqual(writing, ["Application.ReadWrite.OwnedBy", "Group.Create", "User.Invite.All"]);
    assert.deepEqual(
      permissions.azureRoles.filter(({ application }) => application === "keeper").map(({ role }) => role),
      ["Reader", "Key Vault Contributor"],
    );
    for (const text of [permissionsText(permissions), permissionsMarkdown(permissions, new Map())])
      assert.match(text, new RegExp(`User\\.Invite\\.All[^]+client_id=${keeper.id}`));
    assert.match(azScript(permissions), /--display-name "MSSP keeper"/);
    assert.deepEqual(permissionsOf([customer()]).keeper, []);
  });

  it("the text for the customer says who asks, what the automation can do, how it ends, and what is created", () => {
    const msspContact = { name: "Fabrikam SOC", email: "soc@fabrikam.example" };
    const msspApplications = { automation: { id: ids.automation, name: "Fabrikam Automation" } };
    const permissions = permissionsOf([customer({ msspContact, msspApplications })]);
    const text = permissionsMarkdown(permissions, new Map([["contoso", [{ kind: "Guest user", names: ["Ana"] }]]]));
    const order = [
      /^# Access of .+ to your Microsoft Defender/,
      /Questions: Fabrikam SOC, <soc@fabrikam\.example>/,
      /Name: Fabrikam Automation\. Application ID: `11111111-0000/,
      /AppRoleAssignment\.ReadWrite\.All` it can also give itself every other permission/,
      /az ad sp delete --id/,
      /\| Manage apps that this app creates or owns \| `Application\.ReadWrite\.OwnedBy` \|/,
      /"Unverified" means/,
      /- Guest user: Ana/,
    ].map((part) => text.search(part));
    assert.ok(!order.includes(-1), `${order.join()}\n${text}`);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  });

  it("refuses a script for customers of two MSSP tenants", () => {
    const other = customer({ msspTenantId: "99999999-0000-4000-8000-000000000009" }, "tailwind");
    assert.throws(() => azScript(permissionsOf([customer(), other])), /different values of msspTenantId/);
  });
});

describe("the az script, with a stand-in for az", () => {
  const folder = newFolder();
  /** Writes each call, a line each, with the JSON of its `@file` arguments. */
  async function runScript(
    existing: string,
    tenant: string,
  ): Promise<{ calls: string[]; exitCode?: number; said: string }> {
    const log = path.join(folder, "calls");
    await writeFile(log, "");
    const az = `#!/bin/sh
line="$*"
for one in "$@"; do case "$one" in @*) line="$line $(tr -d '\\n' < "\${one#@}")";; esac; done
printf '%s\\n' "$line" >> '${log}'
case "$1 $2 $3" in
  "account show "*) echo "${tenant}";;
  "ad app list") echo "${existing}";;
  "ad app create") echo new-application;;
  "ad app show") echo object-id;;
esac
`;
    await writeFile(path.join(folder, "az"), az);
    await writeFile(path.join(folder, "gh"), "#!/bin/sh\necho 4711\n");
    for (const name of ["az", "gh"]) await chmod(path.join(folder, name), 0o755);
    const script = path.join(folder, "script.sh");
    await writeFile(script, azScript(permissionsOf([customer()]), "acme/customers"));
    const { exitCode, stdout, stderr } = await execa("sh", [script], {
      env: { PATH: `${folder}:${process.env["PATH"]}`, REDIRECT_URI: "https://acme.example/consented" },
      reject: false,
    });
    const calls = (await readFile(log, "utf8")).split("\n").filter((line) => line !== "");
    return { calls, exitCode, said: `${stdout}\n${stderr}` };
  }

  const tenant = settingsOf().msspTenantId;

  it("registers two multitenant applications with their permissions, and four federated credentials", async () => {
    const { calls, exitCode, said } = await runScript("", tenant);
    assert.equal(exitCode, 0, said);
    const created = calls.filter((call) => call.startsWith("ad app create"));
    assert.equal(created.length, 2);
    for (const call of created) assert.match(call, /AzureADMultipleOrgs .*"resourceAppId": "00000003-0000-0000-c000/);
    assert.doesNotMatch(created[1] ?? "", new RegExp(microsoftGraph.appRoles["Application.ReadWrite.OwnedBy"]));
    const credentials = calls.filter((call) => call.startsWith("rest --method POST"));
    assert.equal(credentials.length, 4);
    for (const call of credentials) {
      const { claimsMatchingExpression } = JSON.parse(call.slice(call.indexOf("{"), call.lastIndexOf("}") + 1)) as {
        claimsMatchingExpression: { value: string };
      };
      assert.match(claimsMatchingExpression.value, /repo:acme\/customers:environment:.*repository_id'\] eq '4711'$/);
    }
    assert.match(
      credentials[0] ?? "",
      /environment:customer-\*' and claims\['job_workflow_ref'\] .*@refs\/heads\/main/,
    );
    assert.match(said, /MSSP_CLIENT_ID=new-application/);
  });

  it("registers no application twice", async () => {
    const { calls, exitCode, said } = await runScript("there-already", tenant);
    assert.equal(exitCode, 0, said);
    assert.equal(calls.filter((call) => call.startsWith("ad app create")).length, 0);
    assert.equal(calls.filter((call) => call.startsWith("ad app update --id there-already")).length, 2);
  });

  it("does nothing in another tenant", async () => {
    const { calls, exitCode, said } = await runScript("", "another-tenant");
    assert.equal(exitCode, 1);
    assert.match(said, /Signed in to another-tenant/);
    assert.equal(calls.length, 1);
  });
});
