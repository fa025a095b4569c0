import { addressesToInvite, readTenantFeatures, type CallContext } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import type { DeployedResource, DeployedResources } from "./deployedResources";
import { missingFeatures, type TenantNeeds } from "../../domain/tenantNeeds";

/**
 * Refuses settings that the customer's tenant has no licence for or that its policies forbid,
 * before the first declaration and in a preview, too. It does not check what is deployed: a licence
 * that has ended or a new policy is no reason to stop the rest. What this identity may not read is
 * left to the call that needs it.
 *
 * @param needs what the settings require of the tenant.
 * @param deployed the stack's resources: `await deployedResources()`.
 * @throws pulumi.RunError that lists everything that is missing, each with what to do.
 *
 * ## Least privileges
 * None. With `Organization.Read.All` and `Policy.Read.All` on Microsoft Graph it finds what is
 * missing before the first change.
 */
export async function requireTenantFeatures(
  tenantId: string,
  needs: TenantNeeds,
  deployed: DeployedResources,
  context: CallContext = {},
): Promise<void> {
  const open = withoutDeployed(needs, Object.values(deployed));
  if (Object.values(open).every((need) => need === undefined)) return;
  const features = await readTenantFeatures(tenantId, context);
  const uninvited =
    features.invitations === false && open.guests !== undefined
      ? await addressesToInvite(tenantId, open.guests, context)
      : [];
  const missing = missingFeatures({ ...open, guests: uninvited }, features);
  if (missing.length === 0) return;
  throw new pulumi.RunError(
    `The customer's tenant ${tenantId} does not allow these settings. Nothing was changed.\n${missing.map((line) => `- ${line}`).join("\n")}`,
  );
}

/** The needs that no deployed resource meets. */
function withoutDeployed(needs: TenantNeeds, deployed: readonly DeployedResource[]): TenantNeeds {
  const has = (type: string, matches: (outputs: DeployedResource["outputs"]) => boolean = () => true) =>
    deployed.some((resource) => resource.type.endsWith(type) && matches(resource.outputs));
  const guests = needs.guests?.filter((email) => !has(":Guest", (guest) => guest["email"] === email)) ?? [];
  const settingTypes: Readonly<Record<string, string>> = {
    crossTenantTrust: ":CrossTenantPartner",
    conditionalAccess: ":ConditionalAccessPolicy",
  };
  const premium = needs.premiumSettings?.filter((setting) => !has(settingTypes[setting] ?? setting)) ?? [];
  const isAssignable = (group: DeployedResource["outputs"]) => group["assignableToRole"] === true;
  return {
    roleAssignableGroup: needs.roleAssignableGroup && !has(":Group", isAssignable) ? true : undefined,
    entitlementManagement: needs.entitlementManagement && !has(":AccessPackageCatalog") ? true : undefined,
    justInTime: needs.justInTime && !has(":EligibleMembers") ? true : undefined,
    guests: guests.length > 0 ? guests : undefined,
    premiumSettings: premium.length > 0 ? premium : undefined,
    clientSecretDays: has(":ApplicationPassword") ? undefined : needs.clientSecretDays,
  };
}
