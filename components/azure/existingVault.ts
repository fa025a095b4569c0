import { messageOf, vaultOfResourceId } from "@defender-mssp/microsoft";
import { getVault } from "@pulumi/azure-native/keyvault/getVault";
import type { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";

/**
 * Refuses an existing vault for the client secret, before the first declaration and in a preview,
 * too, if it does not grant access by Azure RBAC alone or belongs to another tenant: an access
 * policy of the vault would let its holders read the secret.
 *
 * @throws pulumi.RunError that says what to change.
 *
 * ## Least privileges
 * `Microsoft.KeyVault/vaults/read` on the vault, which `Key Vault Contributor` includes.
 */
export async function requireSafeVault(
  vaultId: string,
  { tenantId, provider }: { readonly tenantId: string; readonly provider: Provider },
): Promise<void> {
  const place = vaultOfResourceId(vaultId);
  if (place === undefined) return; // The component refuses it.
  const { resourceGroupName, vaultName } = place;
  const found = await getVault({ resourceGroupName, vaultName }, { provider }).catch((error: unknown) => {
    const reason = messageOf(error);
    throw new pulumi.RunError(
      `handover.vaultId: the vault ${vaultName} can't be read. Nothing was changed.\n${reason}`,
    );
  });
  const { enableRbacAuthorization, tenantId: vaultTenant } = found.properties;
  if (vaultTenant.toLowerCase() !== tenantId.toLowerCase()) {
    throw new pulumi.RunError(
      `handover.vaultId: the vault ${vaultName} accepts identities of tenant ${vaultTenant}, not of ${tenantId} (msspTenantId). ` +
        "Nothing was changed. Name a vault of the MSSP.",
    );
  }
  if (enableRbacAuthorization === true) return;
  throw new pulumi.RunError(
    `handover.vaultId: the permission model of the vault ${vaultName} is access policies, not Azure RBAC. Nothing was changed. ` +
      "Change it in the Azure portal (Access configuration), name another vault, or leave out vaultId for a new one.",
  );
}
