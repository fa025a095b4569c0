import assert from "node:assert/strict";
import { microsoftGraph } from "@defender-mssp/microsoft";
import {
  addApplication,
  addConsentedServicePrincipal,
  assignAppRole,
  automationApplicationId,
  fixture,
  msspTenantId,
} from "@defender-mssp/testkit";
import { neededPermissions, permissionsToKeep } from "../../domain/prerequisites";
import { mssp } from "../cli/mssp";
import { readStackSettings } from "../../settings/fromFile";
import {
  ana,
  ben,
  byResource,
  cleo,
  createProject,
  customer,
  dumpOfTenant,
  linksOf,
  msspOn,
  objectsOf,
  tenantIdOf,
} from "./support";

const keeperId = "5ec0de00-a070-4000-8000-000000000002";
const secret = "secret-of-the-keeper";
const keeperVariables = { ARM_CLIENT_ID: keeperId, ARM_CLIENT_SECRET: secret };
const keeperApplication = {
  applicationId: keeperId,
  displayName: "MSSP Keeper",
  signInAudience: "AzureADMultipleOrgs",
} as const;
const rbac = { portalAccess: "rbac", connector: { alertApis: ["graph"] } };
const approvers = ["security.admin@customer.example"];
const msspApplications = {
  automation: { id: automationApplicationId, name: "Fabrikam Automation" },
  keeper: { id: keeperId },
};

/** Two identities take turns: the automation is enabled for its own runs only. */
describe("the keeper", function () {
  this.timeout(600_000);
  const project = fixture(createProject);
  let tenants = 0x60;

  before(() => {
    addApplication(project.sandbox.cloud.tenant(msspTenantId), keeperApplication);
    project.sandbox.cloud.acceptPassingSecret(secret, keeperId);
  });

  /** A stack that the automation has made in a tenant of its own. */
  async function made(settings: object) {
    const number = tenants++;
    const [tenantId, stack] = [tenantIdOf(number), `customer${number}`];
    const configure = (changed: object) =>
      project.writeSettings(stack, customer(number, { msspApplications, ...settings, ...changed }));
    await configure({});
    const read = await readStackSettings(stack, { folder: project.folder, environment: project.environment });
    project.sandbox.cloud.describedTenant({
      tenantId,
      domain: "customer.example",
      permissions: byResource(neededPermissions(read)),
    });
    const { cloud } = project.sandbox;
    const tenant = cloud.tenant(tenantId);
    const keeper = addConsentedServicePrincipal(
      tenant,
      { ...keeperApplication, homeTenantId: msspTenantId },
      { [microsoftGraph.appId]: permissionsToKeep(read).map(({ permission }) => permission) },
    );
    const automation = [...tenant.objects("servicePrincipals").values()].find(
      ({ appId }) => appId === automationApplicationId,
    )!;
    await project.addStack(stack);
    const asKeeper = (args: readonly string[], environment = {}) =>
      project.run([...args, "--stack", stack], {
        ...keeperVariables,
        ...environment,
      });
    const asAutomation = async (...args: readonly string[]) => {
      automation["accountEnabled"] = true;
      const ended = await project.run([...args, "--stack", stack]);
      automation["accountEnabled"] = false;
      return ended;
    };
    automation["accountEnabled"] = false;
    const before = dumpOfTenant(project, tenantId);
    const up = await asAutomation("up", "--yes", "--skip-preview");
    assert.equal(up.exitCode, 0, up.stdout + up.stderr);
    return { tenantId, keeper, before, configure, asAutomation, asKeeper, stack };
  }

  it("rbac: it invites, sets members and rotates the secret; the automation removes all, with one plain destroy", async () => {
    const { tenantId, stack, keeper, before, configure, asAutomation, asKeeper } = await made(rbac);
    project.sandbox.permissionUse.forget(tenantId);
    for (const preview of [await asKeeper([...unchanged]), await asAutomation(...unchanged)])
      assert.equal(preview.exitCode, 0, preview.stdout + preview.stderr);

    await configure({ ...rbac, analysts: [ana, ben, cleo] });
    const joined = await asKeeper(["up", "--yes"]);
    assert.equal(joined.exitCode, 0, joined.stdout + joined.stderr);
    assert.equal(membersByGroup(tenantId).filter((members) => members.length === 3).length, 2);
    for (const preview of [await asKeeper([...unchanged]), await asAutomation(...unchanged)])
      assert.equal(preview.exitCode, 0, preview.stdout + preview.stderr);

    const later = { MSSP_CLOCK: new Date(Date.now() + 340 * 86_400_000).toISOString() };
    const rotated = await asKeeper(["up", "--yes"], later);
    assert.equal(rotated.exitCode, 0, rotated.stdout + rotated.stderr);
    const [application] = Object.values(objectsOf(project, tenantId).applications);
    assert.equal((application?.["passwordCredentials"] as unknown[]).length, 2);

    const uses = project.sandbox.permissionUse.of(tenantId).find(({ applicationId }) => applicationId === keeperId);
    const unused = uses?.permissions.filter(({ used }) => !used).map(({ permission }) => permission);
    assert.deepEqual(unused, [], "the keeper has permissions that no request needs");

    const doctor = () => msspOn(project, ["doctor", "--stack", stack], keeperVariables);
    assert.equal((await doctor()).exitCode, 0);
    const verified = await msspOn(project, ["verify", "--stack", stack], keeperVariables);
    assert.doesNotMatch(verified.stdout, /✗ {2}added/);
    const tenant = project.sandbox.cloud.tenant(tenantId);
    assignAppRole(tenant, keeper, microsoftGraph.appId, "User.ReadWrite.All");
    const { exitCode, stdout } = await doctor();
    assert.equal(exitCode, 1);
    assert.match(stdout, /The keeper has User\.ReadWrite\.All, which only the automation needs/);
    const tooMany = [...tenant.objects("appRoleAssignments").values()].at(-1)!;
    tenant.objects("appRoleAssignments").delete(tooMany.id);

    await configure({ ...rbac, analysts: [ana, cleo] });
    const left = await asKeeper(["up", "--yes"], later);
    assert.notEqual(left.exitCode, 0);
    assert.match(left.stdout, /User\.ReadWrite\.All/);
    assert.equal(membersByGroup(tenantId).filter((members) => members.length === 2).length, 2, "in no group any more");

    for (const args of [
      ["up", "--yes", "--skip-preview"],
      ["destroy", "--yes", "--skip-preview"],
    ]) {
      const ended = await asAutomation(...args);
      assert.equal(ended.exitCode, 0, ended.stdout + ended.stderr);
    }
    assert.equal(dumpOfTenant(project, tenantId), before);
  });

  it("what only the automation may do ends the run before the first change, all of it named; `fleet up --keep` does the rest", async () => {
    const { tenantId, stack, configure, asAutomation, asKeeper } = await made(rbac);
    await configure({
      portalAccess: "rbac",
      connector: { alertApis: ["graph"], profile: "hunt" },
      analysts: [ana, cleo],
    });
    const before = dumpOfTenant(project, tenantId);
    const { exitCode, stdout } = await asKeeper(["up", "--yes"]);
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /The keeper may not do this, the automation \(Fabrikam Automation, [\w-]+\) may:/);
    assert.match(stdout, /- update customer-siem-graph-access \(ApplicationApiAccess\)/);
    assert.match(stdout, /- create customer-siem-\S+ \(AppRoleAssignment\)/);
    assert.doesNotMatch(stdout, /\(Guest\)\n    -|- \S+ \S+ \(Guest\)/);
    assert.equal(dumpOfTenant(project, tenantId), before);

    const kept = await mssp(["fleet", "up", "--keep", "--yes", "--stack", stack], {
      folder: project.folder,
      environment: { ...project.environment, ...keeperVariables },
    });
    assert.equal(kept.exitCode, 0, kept.stdout + kept.stderr);
    assert.match(kept.stdout + kept.stderr, /Left to the automation: customer/);
    const idOf = (email: string) =>
      Object.values(objectsOf(project, tenantId).users).find(({ mail }) => mail === email)?.["id"] as string;
    const members = membersByGroup(tenantId).flat();
    assert.ok(members.includes(idOf(cleo.email)) && !members.includes(idOf(ben.email)));
    for (const preview of [await asAutomation("up", "--yes"), await asKeeper([...unchanged])])
      assert.equal(preview.exitCode, 0, preview.stdout + preview.stderr);
    assert.equal(idOf(ben.email), undefined);
  });

  it("a tenant without the keeper: nothing is changed, and its administrator is told where to consent", async () => {
    const { tenantId, keeper, configure, asAutomation } = await made(rbac);
    await configure({ ...rbac, analysts: [ana] });
    project.sandbox.cloud.tenant(tenantId).objects("servicePrincipals").delete(keeper.id);
    const before = dumpOfTenant(project, tenantId);
    const { exitCode, stdout } = await asAutomation("up", "--yes", "--skip-preview");
    assert.notEqual(exitCode, 0);
    assert.match(stdout, new RegExp(`no service principal of the application ${keeperId}[^]+client_id=${keeperId}`));
    assert.equal(dumpOfTenant(project, tenantId), before);
  });

  for (const [name, settings] of Object.entries({
    basic: { portalAccess: "basic" },
    entitlement: { portalAccess: { model: "entitlement", approvers }, analysts: [] },
    governance: {
      portalAccess: {
        model: "governance",
        groups: [{ objectId: tenantIdOf(1), name: "SOC", roles: ["Security Reader"] }],
      },
      analysts: [],
    },
  })) {
    it(`${name}: refreshes and previews without a change`, async () => {
      const { asKeeper } = await made({ ...settings, connector: { alertApis: ["graph"] } });
      for (const args of [["refresh", "--yes"], unchanged]) {
        const ended = await asKeeper([...args]);
        assert.equal(ended.exitCode, 0, ended.stdout + ended.stderr);
      }
    });
  }

  function membersByGroup(tenantId: string): string[][] {
    return Object.values(linksOf(project, tenantId)["groups.members"] ?? {});
  }
});

const unchanged = ["preview", "--refresh", "--expect-no-changes"] as const;
