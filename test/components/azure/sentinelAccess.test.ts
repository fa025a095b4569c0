import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { azureRoles, roleAssignmentName } from "@defender-mssp/microsoft";
import { Provider } from "@pulumi/azure-native/provider";
import { SentinelAccess, type SentinelAccessArgs } from "../../../components/azure/sentinelAccess";
import { azureRoleAssignment } from "../../../domain/resourceTypes";
import { resolved, settled, startMocks, tenantId, type Recording } from "../mocks";

const subscriptionId = "c0570500-5ab5-4000-8000-00000000000a";
const scope = `/subscriptions/${subscriptionId}/resourceGroups/sentinel`;
const tier1 = "11111111-0000-4000-8000-000000000001";
const roleId = (role: keyof typeof azureRoles) =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles[role]}`;
const args: SentinelAccessArgs = {
  ...{ subscriptionId, resourceGroup: "sentinel", workspaceName: "soc", msspName: "Fabrikam" },
  grants: [
    { group: "tier1", objectId: tier1, roles: ["Microsoft Sentinel Reader", "Workbook Contributor"] },
    { group: "approvers", objectId: "approvers", roles: [] },
  ],
};

describe("components: SentinelAccess", () => {
  let recorded: Recording;

  async function declare(changes: Partial<SentinelAccessArgs> = {}): Promise<SentinelAccess> {
    recorded = await startMocks();
    const provider = new Provider("customer", { tenantId, subscriptionId });
    const access = new SentinelAccess("sentinel", { ...args, ...changes }, { provider });
    await settled();
    return access;
  }
  const assignments = () => recorded.resources.filter(({ type }) => type === azureRoleAssignment);

  it("assigns exactly the roles, by names that follow from scope, role and group", async () => {
    const access = await declare();
    const description = "Fabrikam watches this Microsoft Sentinel workspace. Managed by Pulumi.";
    assert.deepEqual(
      assignments().map(({ name, inputs }) => ({ name, inputs })),
      (["Microsoft Sentinel Reader", "Workbook Contributor"] as const).map((role) => ({
        name: `sentinel-tier1-${role === "Workbook Contributor" ? "workbook-contributor" : "reader"}`,
        inputs: {
          ...{ scope, principalId: tier1, principalType: "Group", roleDefinitionId: roleId(role), description },
          roleAssignmentName: roleAssignmentName({ scope, roleDefinitionId: azureRoles[role], principalId: tier1 }),
        },
      })),
    );
    for (const { provider } of assignments()) assert.match(provider, /pulumi:providers:azure-native::customer::/);
    assert.deepEqual((await resolved(access.roles)).value, {
      tier1: ["Microsoft Sentinel Reader", "Workbook Contributor"],
      approvers: [],
    });
    assert.equal((await resolved(access.scope)).value, scope);
  });

  it("declares no assignment that another party's stands for", async () => {
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/22222222-0000-4000-8000-000000000002`;
    await declare({ existing: { "tier1-reader": { id, state: "left" } } });
    assertEach(assignments(), ({ name }) => name, ["sentinel-tier1-workbook-contributor"]);
  });

  it("keeps the name and the text of an assignment that it took over", async () => {
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/22222222-0000-4000-8000-000000000002`;
    await declare({ existing: { "tier1-reader": { id, state: "adopted" } } });
    const [reader] = assignments();
    assert.equal(reader?.inputs["roleAssignmentName"], "22222222-0000-4000-8000-000000000002");
    assert.deepEqual(reader.ignoreChanges, ["description", "condition", "conditionVersion"]);
  });
});
