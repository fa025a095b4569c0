/**
 * An existing vault for the client secret whose access policies, or whose tenant, let others read
 * it: refused before the first declaration.
 */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { prepareHandover } from "../../../components/azure/prepare";
import { msspTenantId, startMocks, type Recording } from "../mocks";

const subscriptionId = "5ec0de00-5ab5-4000-8000-000000000001";
const vaultId = `/subscriptions/${subscriptionId}/resourceGroups/siem/providers/Microsoft.KeyVault/vaults/fabrikam-siem`;

describe("components/azure/existingVault: a client secret handed to an existing vault that others can read", () => {
  async function prepare(vault?: Record<string, unknown>): Promise<Recording> {
    const recording = await startMocks({ reached: msspTenantId, vault });
    await prepareHandover("handover", { tenantId: msspTenantId, subscriptionId, vaultId });
    return recording;
  }

  it("refuses a vault with access policies", async () => {
    await assert.rejects(
      prepare({ tenantId: msspTenantId, enableRbacAuthorization: false }),
      /permission model of the vault fabrikam-siem is access policies, not Azure RBAC\. Nothing was changed\./,
    );
    await assert.rejects(prepare({ tenantId: msspTenantId }), /not Azure RBAC/);
  });

  it("refuses a vault of another tenant, and one that can't be read", async () => {
    const other = "00000000-0000-4000-8000-00000000beef";
    await assert.rejects(
      prepare({ tenantId: other, enableRbacAuthorization: true }),
      /accepts identities of tenant 00000000-.*beef, not of 5ec0de00/,
    );
    await assert.rejects(prepare(), /the vault fabrikam-siem can't be read\. Nothing was changed\.\n.*not found/);
  });

  it("accepts a vault of the MSSP's tenant with Azure RBAC after one read", async () => {
    const { invocations } = await prepare({ tenantId: msspTenantId.toUpperCase(), enableRbacAuthorization: true });
    const looks = invocations.filter(({ token }) => token === "azure-native:keyvault:getVault");
    assertEach(looks, ({ inputs }) => inputs, [{ resourceGroupName: "siem", vaultName: "fabrikam-siem" }]);
  });
});
