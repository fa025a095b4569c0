import assert from "node:assert/strict";
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { AzureDelegation, type AzureDelegationArgs } from "../../../components/azure/azureDelegation";
import { msspTenantId, only, resolved, settled, startMocks, tenantId, type Recording } from "../mocks";

const subscriptionId = "c0570500-5ab5-4000-8000-00000000000a";
const args: AzureDelegationArgs = {
  subscriptionId,
  msspTenantId,
  msspName: "Fabrikam Security",
  groupObjectId: "group",
  groupName: "Sentinel Analysts",
  roles: ["Reader", "Microsoft Sentinel Responder"],
};

describe("components: AzureDelegation", () => {
  let recorded: Recording;
  beforeEach(async () => (recorded = await startMocks()));

  async function declare(changes: Partial<AzureDelegationArgs> = {}): Promise<AzureDelegation> {
    const provider = new Provider("customer", { tenantId, subscriptionId });
    const delegation = new AzureDelegation("delegation", { ...args, ...changes }, { provider });
    await settled();
    return delegation;
  }
  const ofAzure = () => recorded.resources.filter(({ type }) => type.startsWith("azure-native:"));

  it("delegates the subscription to the group with exactly the roles, by the given provider", async () => {
    const delegation = await declare();
    const definition = only("azure-native:managedservices:RegistrationDefinition").inputs;
    assert.equal(definition["scope"], `/subscriptions/${subscriptionId}`);
    assert.deepEqual(definition["properties"], {
      registrationDefinitionName: "Fabrikam Security Sentinel",
      description: "Fabrikam Security watches this Microsoft Sentinel workspace. Managed by Pulumi.",
      managedByTenantId: msspTenantId,
      authorizations: ["3e150937-b8fe-4cfb-8069-0eaf05ecd056", "acdd72a7-3385-48ef-bd42-f606fba81ae7"].map(
        (roleDefinitionId) => ({ principalId: "group", principalIdDisplayName: "Sentinel Analysts", roleDefinitionId }),
      ),
    });
    assert.deepEqual(only("azure-native:managedservices:RegistrationAssignment").inputs["properties"], {
      registrationDefinitionId: "delegation-definition-id",
    });
    for (const { provider } of ofAzure()) assert.match(provider, /pulumi:providers:azure-native::customer::/);
    assert.deepEqual((await resolved(delegation.roles)).value, ["Microsoft Sentinel Responder", "Reader"]);
  });

  it("delegates only a named resource group; the definition is at the subscription", async () => {
    const delegation = await declare({ resourceGroupName: "sentinel" });
    const scope = `/subscriptions/${subscriptionId}/resourceGroups/sentinel`;
    assert.equal(only("azure-native:managedservices:RegistrationAssignment").inputs["scope"], scope);
    assert.equal(
      only("azure-native:managedservices:RegistrationDefinition").inputs["scope"],
      `/subscriptions/${subscriptionId}`,
    );
    assert.equal((await resolved(delegation.scope)).value, scope);
  });

  for (const roles of [["Owner"], ["Reader", "Key Vault Secrets User"], ["User Access Administrator"], []]) {
    it(`refuses ${JSON.stringify(roles)} and declares nothing`, async () => {
      await assert.rejects(
        declare({ roles }),
        (error) => pulumi.ResourceError.isInstance(error) && error.message.startsWith("roles: "),
      );
      assert.deepEqual(ofAzure(), []);
    });
  }
});
