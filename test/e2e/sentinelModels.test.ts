/** The roles on a Microsoft Sentinel workspace with each model of access, from nothing to gone. */
import assert from "node:assert/strict";
import { azureRoles } from "@defender-mssp/microsoft";
import { azureResources, type SandboxProject, type StoredObject, subscriptionIdOf } from "@defender-mssp/testkit";
import { ana, ben, createProject, customer, dumpOfTenant, objectsOf, tenantIdOf } from "./support";

const people = [ana, { ...ben, tier: "tier2" }];
const reader = "Microsoft Sentinel Reader";
const responder = "Microsoft Sentinel Responder";
const justInTime = "justInTime";
const governingTenantId = "5ec0de00-5ea1-4000-8000-000000000001";
/** A group of the MSSP's own tenant. */
const objectId = "0a0b0c0d-0000-4000-8000-000000000001";
const remote = (...roles: string[]) => ({ unverifiedRemoteGroups: [{ objectId, roles }] });

/** What the settings say, and by which groups people reach the workspace: the role of each. */
const models = {
  basic: {
    settings: { analysts: people, portalAccess: "basic" },
    given: { "Fabrikam Security MSSP Analysts": [reader] },
    changedAccess: { roles: { analysts: [responder] } },
    changed: { "Fabrikam Security MSSP Analysts": [responder] },
  },
  "basic, just in time": {
    settings: { analysts: people, portalAccess: { model: "basic", activation: justInTime } },
    given: { "Fabrikam Security MSSP Analysts": [reader] },
    changedAccess: { roles: { analysts: [responder] } },
    changed: { "Fabrikam Security MSSP Analysts": [responder] },
  },
  "rbac, just in time": {
    settings: { analysts: people, portalAccess: { model: "rbac", activation: justInTime } },
    given: { "Tier 1 Analyst": [reader], "Tier 2 Analyst": [responder] },
    changedAccess: { roles: { tier1: [reader, responder], tier2: [] } },
    changed: { "Tier 1 Analyst": [reader, responder] },
  },
  entitlement: {
    settings: { analysts: [], portalAccess: { model: "entitlement", approvers: ["security.admin@contoso.example"] } },
    given: { "Tier 1 Analyst": [reader], "Tier 2 Analyst": [responder] },
    changedAccess: { roles: { tier1: [], tier2: [reader] } },
    changed: { "Tier 2 Analyst": [reader] },
  },
  "governance, remote groups": {
    settings: {
      analysts: [],
      portalAccess: { model: "governance", groups: [{ objectId, name: "SOC Tier 1", roles: ["Security Reader"] }] },
    },
    access: remote(reader),
    given: { [objectId]: [reader] },
    changedAccess: remote(reader, responder),
    changed: { [objectId]: [reader, responder] },
  },
} satisfies Record<string, Model>;

interface Model {
  readonly settings: object;
  /** Keys of `sentinelAccess` beside the place. Default: none. */
  readonly access?: object;
  readonly given: object;
  readonly changedAccess: object;
  readonly changed: object;
}

describe("access to Microsoft Sentinel by each model, on the real engine", function () {
  let project: SandboxProject;

  before(async () => {
    project = await createProject();
  });
  after(() => project.dispose());

  /** As people of both tenants do: governance.test.ts. */
  function establishRelationship(governedTenantId: string): void {
    const { cloud } = project.sandbox;
    const relationship = { id: `${governedTenantId}.1`, status: "active", governedTenantId, governingTenantId };
    cloud.tenant(governedTenantId).objects("governanceRelationships").set(relationship.id, relationship);
    cloud.tenant(governingTenantId).objects("groups").set(objectId, { id: objectId, displayName: "SOC Tier 1" });
  }

  for (const [index, [name, model]] of Object.entries<Model>(models).entries())
    it(name, async () => {
      const { settings, access = {}, given, changedAccess, changed } = model;
      const number = 120 + index;
      const stack = `customer${number}`;
      const tenantId = tenantIdOf(number);
      const place = {
        subscriptionId: subscriptionIdOf(tenantId),
        resourceGroup: "sentinel",
        workspaceName: "sentinel",
      };
      const scope = `/subscriptions/${place.subscriptionId}/resourceGroups/sentinel`;
      const configure = (sentinelAccess: object) =>
        project.writeSettings(
          stack,
          customer(number, { ...settings, customerDomain: "contoso.example", sentinelAccess }),
        );
      const up = (...flags: string[]) => project.succeed(["up", "--stack", stack, "--yes", "--skip-preview", ...flags]);
      const unchanged = () => project.succeed(["preview", "--stack", stack, "--expect-no-changes", "--refresh"]);
      const objects = () => project.sandbox.cloud.tenant(tenantId).objects(azureResources);
      const assignments = (): StoredObject[] =>
        [...objects().values()].filter(({ id }) => id.startsWith(`${scope}/providers/Microsoft.Authorization/`));
      /** The roles of each group on the resource group, by the group's name. */
      const roles = (): Record<string, string[]> => {
        const { groups } = objectsOf(project, tenantId);
        const byGroup: Record<string, string[]> = {};
        for (const assignment of assignments()) {
          const { principalId = "", roleDefinitionId = "" } = assignment["properties"] as Record<string, string>;
          const role = Object.entries(azureRoles).find(([, id]) => roleDefinitionId.endsWith(id))?.[0] ?? "";
          const displayName = groups[principalId]?.["displayName"];
          const group = typeof displayName === "string" ? displayName : principalId;
          byGroup[group] = [...(byGroup[group] ?? []), role].sort();
        }
        return byGroup;
      };

      project.sandbox.cloud.describedTenant({ tenantId, domain: "contoso.example" });
      establishRelationship(tenantId);
      await configure({ ...place, ...access });
      await project.addStack(stack);
      const asBefore = dumpOfTenant(project, tenantId);

      await up();
      assert.deepEqual(roles(), given);
      await unchanged();

      const [taken] = assignments();
      assert.ok(taken);
      objects().delete(taken.id.toLowerCase());
      await up("--refresh");
      assert.deepEqual(roles(), given);

      await configure({ ...place, ...changedAccess });
      await up();
      assert.deepEqual(roles(), changed);
      await unchanged();

      await project.succeed(["destroy", "--stack", stack, "--yes", "--skip-preview"]);
      assert.deepEqual(assignments(), []);
      assert.equal(dumpOfTenant(project, tenantId), asBefore);
    });
});
