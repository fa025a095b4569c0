import assert from "node:assert/strict";
import { microsoftGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";
import {
  addApplication,
  assignAppRole,
  automationApplicationId,
  msspTenantId,
  type PermissionsByResource,
  portalSettingsRole,
  fixture,
} from "@defender-mssp/testkit";
import { readStackSettings } from "../../settings/fromFile";
import { neededPermissions, permissionsToPreview, type NeededPermission } from "../../domain/prerequisites";
import { inSession as mssp } from "../cli/testSession";
import { writingPermissions } from "../../domain/writingPermissions";
import { ana, ben, byResource, createProject, customer, dumpOfTenant, tenantIdOf } from "./support";

const rule = { name: "SOC", severities: ["High"], recipients: ["soc@fabrikam-security.example"] };
const approvers = ["security.admin@customer.example"];

const groupId = "77777777-8888-9999-0000-111111111111";
/** A model that declares nothing: what the stack needs, its other settings need. */
const governance = {
  portalAccess: { model: "governance", groups: [{ objectId: groupId, name: "SOC", roles: ["Security Reader"] }] },
  analysts: [],
} as const;
const approved = { approvedBy: "Dana Reyes", writesEndOn: "2999-12-31" };
const msspApplicationId = "5ec0de00-a441-4000-8000-0000000000aa";

/** Settings of a stack for each set of permissions, and a change of it. */
const stacks = {
  basic: [
    { portalAccess: "basic", notificationRules: [rule] },
    { portalAccess: { model: "basic", role: "Security Operator" }, analysts: [ana] },
  ],
  "basic for each guest": [
    { portalAccess: { model: "basic", assignTo: "guests" }, analysts: [ana] },
    { portalAccess: { model: "basic", assignTo: "guests" }, analysts: [ben] },
  ],
  rbac: [
    { portalAccess: "rbac", notificationRules: [rule] },
    {
      portalAccess: "rbac",
      analysts: [{ ...ana, tier: "tier2" }, ben],
      notificationRules: [{ ...rule, severities: ["Low"] }],
    },
  ],
  "rbac, just in time": [
    { portalAccess: { model: "rbac", activation: "justInTime" } },
    {
      portalAccess: { model: "rbac", activation: { hours: 2, tier2Approval: "approvers" } },
      analysts: [{ ...ana, accessEndsOn: "2099-03-31" }, ben],
    },
  ],
  entitlement: [
    { portalAccess: { model: "entitlement", approvers }, analysts: [] },
    { portalAccess: { model: "entitlement", approvers, expiresAfterDays: 90 }, analysts: [] },
  ],
  governance: [
    { ...governance, connector: { alertApis: ["graph"] } },
    { ...governance, connector: { alertApis: ["graph"], profile: "hunt" } },
  ],
  "a connector that responds": [
    { ...governance, connector: { alertApis: ["graph"], profile: "respond", actions: ["isolate"], ...approved } },
    { ...governance, connector: { alertApis: ["graph"], profile: "triage", ...approved } },
  ],
  "a connector to which the customer's administrator grants": [
    { ...governance, connector: { consent: "administrator" } },
    { ...governance, connector: { consent: "administrator", profile: "hunt" } },
  ],
  "a connector of the MSSP's application": [
    { ...governance, connector: { kind: "msspApp", applicationId: msspApplicationId, alertApis: ["graph"] } },
    {
      ...governance,
      connector: { kind: "msspApp", applicationId: msspApplicationId, alertApis: ["graph"], profile: "hunt" },
    },
  ],
  "cross-tenant trust": [
    { ...governance, connector: { alertApis: ["graph"] }, crossTenantTrust: { mfa: true, limitToGroup: groupId } },
    { ...governance, connector: { alertApis: ["graph"] }, crossTenantTrust: { mfa: true, automaticConsent: true } },
  ],
  "Conditional Access": [
    { ...governance, connector: { alertApis: ["graph"] }, conditionalAccess: { mode: "report" } },
    {
      ...governance,
      connector: { alertApis: ["graph"] },
      conditionalAccess: { mode: "report", signInFrequencyHours: 8 },
    },
  ],
} as const;

type StackName = keyof typeof stacks;

/** Stacks that need what another one needs, by the same requests, and more. */
const bases: Readonly<Partial<Record<StackName, StackName>>> = {
  "rbac, just in time": "rbac",
  "cross-tenant trust": "governance",
  "Conditional Access": "governance",
};

/** With `domain/prerequisites.ts`, of which `mssp doctor` and the README's table tell the user, and nothing else. */
describe("the permissions that a stack needs", function () {
  const project = fixture(createProject);
  let tenants = 100;

  before(() => {
    addApplication(project.sandbox.cloud.tenant(msspTenantId), {
      applicationId: msspApplicationId,
      displayName: "Fabrikam SIEM",
      signInAudience: "AzureADMultipleOrgs",
    });
  });

  /** A tenant in which the automation has `permissions`, and a stack for it. */
  async function start(
    settings: object,
    permissions: (needed: readonly NeededPermission[]) => readonly NeededPermission[],
  ) {
    const number = tenants++;
    const [tenantId, stack] = [tenantIdOf(number), `customer${number}`];
    const configure = (changed: object) => project.writeSettings(stack, customer(number, { ...changed }));
    // Before its settings are there: a command beside this one makes the tenant of each stack's file.
    project.sandbox.cloud.describedTenant({ tenantId, domain: "customer.example", permissions: {} });
    await configure(settings);
    const granted = byResource(permissions(neededPermissions(await read(stack))));
    grantOnly(tenantId, granted);
    await project.addStack(stack);
    return { tenantId, stack, configure, granted };
  }

  for (const name of Object.keys(stacks) as StackName[]) {
    const [settings, changed] = stacks[name];

    it(`${name}: are enough for \`up\`, \`refresh\`, a change and \`destroy\`, the reading ones for a preview --refresh of it`, async () => {
      const { tenantId, stack, configure, granted } = await start(settings, (needed) => needed);
      const before = dumpOfTenant(project, tenantId);
      await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
      await project.succeed(["preview", "--stack", stack, "--refresh", "--expect-no-changes"]);
      const unusedAtFirst = unusedIn(tenantId);

      const reading = permissionsToPreview(await read(stack));
      assert.ok(reading.every((permission) => /\.Read\./.test(permission)));
      grantOnly(tenantId, { [microsoftGraph.appId]: reading, [windowsDefenderAtp.appId]: [portalSettingsRole] });
      await configure(changed);
      project.sandbox.permissionUse.forget(tenantId);
      await project.succeed(["preview", "--stack", stack, "--refresh"]);
      assert.deepEqual(unusedIn(tenantId), [], "the table asks for permissions that no preview needs");

      grantOnly(tenantId, granted);
      project.sandbox.permissionUse.forget(tenantId);
      await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
      await project.succeed(["destroy", "--stack", stack, "--refresh", "--yes", "--skip-preview"]);
      assert.equal(dumpOfTenant(project, tenantId), before);
      const unused = unusedIn(tenantId).filter((permission) => unusedAtFirst.includes(permission));
      assert.deepEqual(unused, [], "the table asks for permissions that no request needs");
    });
  }

  // To each guest or to the group is the same for the permissions.
  for (const name of (Object.keys(stacks) as StackName[]).filter((key) => key !== "basic for each guest")) {
    const [settings] = stacks[name];

    it(`${name}: are needed, each of them, and \`up\` says which is missing`, async () => {
      const base: StackName | undefined = bases[name];
      const others = base === undefined ? [] : neededPermissions(await settingsOf(stacks[base][0]));
      const names = others.map(({ permission }) => permission);
      const tried = neededPermissions(await settingsOf(settings)).flatMap(({ permission }, index) =>
        names.includes(permission) ? [] : [index],
      );
      assert.ok(tried.length > 0);
      for (const some of inGroups(tried, 2)) await Promise.all(some.map((index) => refusedWithout(settings, index)));
    });
  }

  it("an automation that owns nothing: `doctor` prints what makes it an owner, and then it can change and remove", async () => {
    const [settings, changed] = stacks.governance;
    const wide = "Application.ReadWrite.All";
    const { tenantId, stack, configure, granted } = await start(settings, (needed) => [
      ...needed,
      ...writingPermissions.filter(({ permission }) => permission === wide),
    ]);
    const before = dumpOfTenant(project, tenantId);
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    const doctor = () => mssp(["doctor", "--stack", stack], project);
    assert.doesNotMatch((await doctor()).stdout, /owner/);
    const { [microsoftGraph.appId]: all = [], ...others } = granted;
    grantOnly(tenantId, { ...others, [microsoftGraph.appId]: all.filter((name) => name !== wide) });
    await configure(changed);
    const { exitCode, stdout } = await doctor();
    assert.equal(exitCode, 1, stdout);
    const [, id = "", owner = ""] =
      /az ad app owner add --id '?([\w-]+)'? --owner-object-id '?([\w-]+)/.exec(stdout) ?? [];
    assert.notEqual((await project.run(["up", "--stack", stack, "--yes", "--skip-preview"])).exitCode, 0);
    project.sandbox.cloud.tenant(tenantId).links("applications.owners").set(id, [owner]);
    assert.equal((await doctor()).exitCode, 0);
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    await project.succeed(["destroy", "--stack", stack, "--yes", "--skip-preview"]);
    grantOnly(tenantId, granted);
    assert.equal(dumpOfTenant(project, tenantId), before);
  });

  /** Takes everything from the automation, in a tenant, but what is named. */
  function grantOnly(tenantId: string, permissions: PermissionsByResource): void {
    const tenant = project.sandbox.cloud.tenant(tenantId);
    const principals = [...tenant.objects("servicePrincipals").values()];
    const automation = principals.find(({ appId }) => appId === automationApplicationId)!;
    for (const { id, principalId } of [...tenant.objects("appRoleAssignments").values()]) {
      if (principalId === automation.id) tenant.objects("appRoleAssignments").delete(id);
    }
    for (const [appId, roles] of Object.entries(permissions)) {
      for (const role of roles) assignAppRole(tenant, automation, appId, role);
    }
  }

  /** Permissions of the automation in a tenant without which every request would have passed. */
  function unusedIn(tenantId: string): string[] {
    const uses = project.sandbox.permissionUse.of(tenantId);
    const automation = uses.find(({ applicationId }) => applicationId === automationApplicationId);
    assert.ok(automation !== undefined && automation.permissions.some(({ used }) => used));
    return automation.permissions.filter(({ used }) => !used).map(({ permission }) => permission);
  }

  const read = (stack: string) =>
    readStackSettings(stack, { folder: project.folder, environment: project.environment });

  async function settingsOf(settings: object) {
    await project.writeSettings("look", customer(99, { ...settings }));
    return read("look");
  }

  async function refusedWithout(settings: object, index: number): Promise<void> {
    let missing: NeededPermission | undefined;
    const { stack } = await start(settings, (needed) => {
      missing = needed[index];
      return needed.filter((one) => one !== missing);
    });
    const { exitCode, stdout, stderr } = await project.run(["up", "--stack", stack, "--yes", "--skip-preview"]);
    const permission = missing?.permission ?? "";
    assert.notEqual(exitCode, 0, `\`up\` succeeds without ${permission}:\n${stdout}\n${stderr}`);
    assert.ok((stdout + stderr).includes(permission), `${permission} isn't named:\n${stdout}\n${stderr}`);
  }
});

function inGroups<T>(all: readonly T[], size: number): T[][] {
  return all.flatMap((_, index) => (index % size === 0 ? [all.slice(index, index + size)] : []));
}
