/** The roles of the analysts' groups on a Microsoft Sentinel workspace, from nothing to gone. */
import assert from "node:assert/strict";
import { azureRoles, roleAssignmentName, type AzureRoleName } from "@defender-mssp/microsoft";
import { azureResources, type StoredObject, subscriptionIdOf, fixture } from "@defender-mssp/testkit";
import { ana, ben, createProject, customer, dumpOfTenant, objectsOf, tenantIdOf } from "./support";

const number = 41;
const tenantId = tenantIdOf(number);
const subscriptionId = subscriptionIdOf(tenantId);
const scope = `/subscriptions/${subscriptionId}/resourceGroups/sentinel`;
const place = { subscriptionId, resourceGroup: "sentinel", workspaceName: "sentinel" };

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

describe("access to Microsoft Sentinel on the real engine", function () {
  const requests: string[] = [];
  const project = fixture(() => createProject({ log: (line) => requests.push(line) }));
  let asBefore: string;

  before(async () => {
    project.sandbox.cloud.describedTenant({ tenantId, domain: "customer.example" });
    await configure({ sentinelAccess: place });
    await project.addStack("customer");
    asBefore = dumpOfTenant(project, tenantId);
  });

  const configure = (changes: object) =>
    project.writeSettings(
      "customer",
      customer(number, { analysts: [ana, { ...ben, tier: "tier2" }], portalAccess: "rbac", ...changes }),
    );
  const stack = ["--stack", "customer"];
  const up = (...flags: string[]) => project.succeed(["up", ...stack, "--yes", "--skip-preview", ...flags]);
  const unchanged = (...flags: string[]) =>
    project.succeed(["preview", ...stack, "--expect-no-changes", "--refresh", ...flags]);
  const objects = () => project.sandbox.cloud.tenant(tenantId).objects(azureResources);
  const assignments = (): StoredObject[] =>
    [...objects().values()].filter(({ id }) => id.startsWith(`${scope}/providers/Microsoft.Authorization/`));
  const propertiesOf = (one: StoredObject) => one["properties"] as Record<string, string>;
  const groups = async () => (await project.outputs("customer"))["groups"] as Record<string, string>;

  /** Group and role of each assignment on the resource group, sorted. */
  async function given(): Promise<string[]> {
    const byId = new Map(Object.entries(await groups()).map(([tier, id]) => [id, tier]));
    return assignments()
      .map((one) => {
        const { principalId = "", roleDefinitionId = "" } = propertiesOf(one);
        const role = Object.entries(azureRoles).find(([, id]) => roleDefinitionId.endsWith(id))?.[0];
        return `${byId.get(principalId) ?? principalId}: ${role}`;
      })
      .sort();
  }

  /** An assignment that another party makes, under a name of its own. */
  function assignByHand(role: AzureRoleName, principalId: string, principalType = "Group"): string {
    const name = "11111111-0000-4000-8000-000000000001";
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
    const roleDefinitionId = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles[role]}`;
    const properties = { principalId, principalType, roleDefinitionId, scope, description: null };
    objects().set(id.toLowerCase(), { id, name, type: "Microsoft.Authorization/roleAssignments", properties });
    return id;
  }

  it("stops before the first change if the workspace does not exist", async () => {
    for (const [changes, said] of [
      [{ workspaceName: "nothing" }, /sentinelAccess\.workspaceName: .* has no Log Analytics workspace nothing/],
      [{ resourceGroup: "nothing" }, /sentinelAccess\.resourceGroup: .* has no resource group nothing/],
    ] as const) {
      await configure({ sentinelAccess: { ...place, ...changes } });
      const { stdout: output, exitCode: code } = await project.run(["preview", ...stack]);
      assert.notEqual(code, 0);
      assert.match(output, said);
      assert.match(output, /Nothing was changed/);
    }
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
    await configure({ sentinelAccess: place });
  });

  it("gives each tier its role, although Azure does not know the new groups at first", async () => {
    await configure({ sentinelAccess: place });
    // With a preview, which knows no group yet.
    await project.succeed(["up", ...stack, "--yes"]);
    assert.deepEqual(await given(), ["tier1: Microsoft Sentinel Reader", "tier2: Microsoft Sentinel Responder"]);
    for (const one of assignments()) {
      const { principalId = "", roleDefinitionId = "", principalType, description = "" } = propertiesOf(one);
      assert.equal(one["name"], roleAssignmentName({ scope, roleDefinitionId, principalId }));
      assert.equal(principalType, "Group");
      assert.match(description, /#[0-9a-f]{16}, MSSP tenant 5ec0de00/);
    }
    const refused = requests.filter((line) => /PUT .*roleAssignments.* 400/.test(line));
    assert.equal(refused.length, 2, requests.filter((line) => line.includes("roleAssignments")).join("\n"));
  });

  it("changes nothing in a second run, and says what people do", async () => {
    await unchanged();
    const { nextSteps, sentinelAccess } = await project.outputs("customer");
    assert.match(String(nextSteps), /Connect the workspace sentinel to the Defender portal/);
    assert.match(String(nextSteps), /mto\.security\.microsoft\.com/);
    assert.deepEqual(sentinelAccess, {
      scope,
      workspaceName: "sentinel",
      roles: { tier1: ["Microsoft Sentinel Reader"], tier2: ["Microsoft Sentinel Responder"] },
    });
  });

  it("gives back what somebody took", async () => {
    const [one] = assignments();
    assert.ok(one);
    objects().delete(one.id.toLowerCase());
    await up("--refresh");
    assert.deepEqual(await given(), ["tier1: Microsoft Sentinel Reader", "tier2: Microsoft Sentinel Responder"]);
    await unchanged();
  });

  it("takes a role back that the settings no longer name, and gives another", async () => {
    const roles = { tier1: ["Microsoft Sentinel Responder", "Microsoft Sentinel Playbook Operator"], tier2: [] };
    await configure({ sentinelAccess: { ...place, roles } });
    await up();
    assert.deepEqual(await given(), [
      "tier1: Microsoft Sentinel Playbook Operator",
      "tier1: Microsoft Sentinel Responder",
    ]);
    await unchanged();
  });

  it("names and leaves another party's assignment of the same role to the same group", async () => {
    const { tier2 = "" } = await groups();
    const id = assignByHand("Microsoft Sentinel Responder", tier2);
    await configure({ sentinelAccess: place });
    const { stdout: output, exitCode: code } = await project.run(["up", ...stack, "--yes", "--skip-preview"]);
    assert.equal(code, 0, output);
    assert.ok(output.replace(/\s+/g, "").includes(id), output);
    assert.deepEqual(await given(), ["tier1: Microsoft Sentinel Reader", "tier2: Microsoft Sentinel Responder"]);
    assert.equal(assignments().filter((one) => propertiesOf(one)["principalId"] === tier2).length, 1);
    await unchanged();
    objects().delete(id.toLowerCase());
    await up();
    assert.equal((await given()).length, 2);
  });

  it("deletes the assignments before the groups, and leaves another MSSP's", async () => {
    const other = assignByHand("Microsoft Sentinel Contributor", "0f0f0f0f-0000-4000-8000-0000000000ff");
    requests.length = 0;
    await project.succeed(["destroy", ...stack, "--yes", "--skip-preview"]);
    const deletions = requests.filter((line) => line.includes("DELETE"));
    const last = deletions.findLastIndex((line) => line.includes("roleAssignments/") && line.includes(scope));
    const first = deletions.findIndex((line) => line.includes("/groups/"));
    assert.ok(last >= 0 && last < first, deletions.join("\n"));
    assert.ok(objects().delete(other.toLowerCase()));
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
  });

  describe("by each other model of access, from nothing to gone", () => {
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
        const up = () => project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
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

        await configure({ ...place, ...changedAccess });
        await up();
        assert.deepEqual(roles(), changed);
        await unchanged();

        await project.succeed(["destroy", "--stack", stack, "--yes", "--skip-preview"]);
        assert.deepEqual(assignments(), []);
        assert.equal(dumpOfTenant(project, tenantId), asBefore);
      });
  });
});
