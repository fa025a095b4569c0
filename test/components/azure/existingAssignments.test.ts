import assert from "node:assert/strict";
import {
  azureRoles,
  mostRoleAssignments,
  roleAssignmentName,
  roleAssignmentPath,
  type ResourceManagerCall,
  type AzureRoleAssignment,
} from "@defender-mssp/microsoft";
import {
  existingAssignments,
  requireWorkspace,
  type PlannedGrant,
} from "../../../components/azure/existingAssignments";
import { azureRoleAssignment, dynamic } from "../../../domain/resourceTypes";
import type { DeployedResources } from "../../../components/tenant/deployedResources";
import { startMocks, tenantId } from "../mocks";

const subscriptionId = "c0570500-5ab5-4000-8000-00000000000a";
const place = { subscriptionId, resourceGroup: "sentinel", workspaceName: "soc" };
const scope = `/subscriptions/${subscriptionId}/resourceGroups/sentinel`;
const objectId = "11111111-0000-4000-8000-000000000001";
const grant: PlannedGrant = { group: "tier1", roles: ["Microsoft Sentinel Reader"], objectId, isAdopted: false };
const role = azureRoles["Microsoft Sentinel Reader"];
const ownName = roleAssignmentName({ scope, roleDefinitionId: role, principalId: objectId });
const stackId = "0123456789abcdef";

function assignment(
  changes: Partial<AzureRoleAssignment["properties"]> = {},
  name = "22222222-0000-4000-8000-000000000002",
) {
  const properties = { principalId: objectId, roleDefinitionId: `/x/roleDefinitions/${role}`, scope, ...changes };
  return { id: roleAssignmentPath(properties.scope, name), name, properties };
}

const answering =
  (body: unknown, status = 200): ResourceManagerCall =>
  () =>
    Promise.resolve({ status, body, headers: new Headers() } as Awaited<ReturnType<ResourceManagerCall>>);

function look(
  all: readonly AzureRoleAssignment[],
  changes: Partial<PlannedGrant> = {},
  deployed: DeployedResources = {},
) {
  return existingAssignments(answering({ value: all }), {
    ...{ name: "sentinel", place, grants: [{ ...grant, ...changes }], deployed },
  });
}

const identity: DeployedResources = {
  "urn:pulumi:a::b::x::stack-identity": { type: dynamic("StackIdentity"), outputs: { stackId } },
};
const deployedAs = (name: string): DeployedResources => ({
  "urn:pulumi:a::b::c$azure-native:authorization:RoleAssignment::sentinel-tier1-reader": {
    type: azureRoleAssignment,
    outputs: { name, scope, principalId: objectId },
  },
});

describe("components: existing role assignments", () => {
  before(() => startMocks());

  it("leaves another party's assignment of the same role to the same group", async () => {
    const twin = assignment();
    assert.deepEqual(await look([twin]), { "tier1-reader": { id: twin.id, state: "left" } });
  });

  it("takes it over where the group is adopted", async () => {
    const twin = assignment();
    assert.deepEqual(await look([twin], { isAdopted: true }), { "tier1-reader": { id: twin.id, state: "import" } });
  });

  it("keeps one that it took over, under its name", async () => {
    const twin = assignment();
    assert.deepEqual(await look([twin], {}, deployedAs(twin.name)), {
      "tier1-reader": { id: twin.id, state: "adopted" },
    });
    assert.deepEqual(await look([], {}, deployedAs(ownName)), {});
  });

  it("leaves one that took the name of its assignment for another role", async () => {
    const taken = assignment({ roleDefinitionId: `/x/roleDefinitions/${azureRoles.Owner}` }, ownName);
    assert.deepEqual(await look([taken]), { "tier1-reader": { id: taken.id, state: "left" } });
    assert.deepEqual(await look([taken], { isAdopted: true }), { "tier1-reader": { id: taken.id, state: "left" } });
  });

  it("does not leave what an interrupted up of this stack made", async () => {
    const description = `Fabrikam watches this Microsoft Sentinel workspace. Managed by Pulumi (b/a#${stackId}, MSSP tenant x).`;
    assert.deepEqual(await look([assignment({ description }, ownName)], {}, identity), {});
    const forged = assignment({ description: description.replace(stackId, "f".repeat(16)) });
    assert.deepEqual(await look([forged], {}, identity), { "tier1-reader": { id: forged.id, state: "left" } });
  });

  it("does not compare other scopes, groups and roles, and knows no group before the first up", async () => {
    const others = [
      assignment({ scope: `/subscriptions/${subscriptionId}` }),
      assignment({ principalId: "33333333-0000-4000-8000-000000000003" }),
      assignment({ roleDefinitionId: `/x/roleDefinitions/${azureRoles["Microsoft Sentinel Responder"]}` }),
    ];
    assert.deepEqual(await look(others), {});
    assert.deepEqual(await look([assignment()], { objectId: undefined }), {});
  });

  it("refuses a subscription without room for the assignments", async () => {
    const all = Array.from({ length: mostRoleAssignments }, (_, index) =>
      assignment({ principalId: `${index}` }, `${index}`),
    );
    await assert.rejects(look(all), /has 4000 role assignments, and this stack needs 1 more; Azure allows 4000/);
    assert.deepEqual(await look(all.slice(1)), {});
    assert.deepEqual(await look(all, {}, deployedAs(ownName)), {});
  });
});

describe("components: the workspace of sentinelAccess", () => {
  const faults: readonly (readonly [number, string, RegExp])[] = [
    [404, "SubscriptionNotFound", /^sentinelAccess\.subscriptionId: .* has no subscription/],
    [404, "ResourceGroupNotFound", /^sentinelAccess\.resourceGroup: .* has no resource group sentinel/],
    [404, "ResourceNotFound", /^sentinelAccess\.workspaceName: .* has no Log Analytics workspace soc/],
    [401, "InvalidAuthenticationTokenTenant", /^sentinelAccess\.subscriptionId: .* belongs to another tenant/],
    [403, "AuthorizationFailed", /^sentinelAccess\.subscriptionId: the automation may not read/],
  ];
  for (const [status, code, said] of faults) {
    it(`says what is wrong after ${status} ${code}`, () =>
      assert.rejects(requireWorkspace(answering({ error: { code } }, status), place, tenantId), (error: Error) => {
        assert.match(error.message, said);
        assert.match(error.message, /Nothing was changed\.$/);
        return true;
      }));
  }

  it("tells a workspace without Microsoft Sentinel", async () => {
    const call: ResourceManagerCall = (path, options) =>
      path.includes("onboardingStates")
        ? answering({ error: { code: "ResourceNotFound" } }, 404)(path, options)
        : answering({})(path, options);
    await assert.rejects(requireWorkspace(call, place, tenantId), /soc does not have Microsoft Sentinel/);
    await requireWorkspace(answering({}), place, tenantId);
  });
});
