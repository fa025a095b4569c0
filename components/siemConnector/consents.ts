/** Consents to application roles and delegated permissions: their resource names are in every state. */
import { azuread } from "../../domain/resourceTypes";
import { urnName } from "../../domain/urn";
import type { DeployedResources } from "../tenant/deployedResources";

/** The role of every connector that reads alerts by Microsoft Graph. */
export const alertRole = "SecurityAlert.Read.All";

/**
 * Resource name of the consent to a role. The name of the first one is older than the profiles.
 * @param prefix the connector's name and the API, such as `customer-siem-graph`.
 */
export function consentName(prefix: string, role: string): string {
  return role === alertRole ? `${prefix}-consent` : `${prefix}-consent-${role}`;
}

const consentTypes = [azuread("AppRoleAssignment"), azuread("ServicePrincipalDelegatedPermissionGrant")];

/**
 * Resource names of the consents that the stack has. With `consent: administrator` they stay, and are never deleted.
 * @param deployed the stack's resources: `await deployedResources()`.
 */
export function deployedConsents(deployed: DeployedResources): readonly string[] {
  return Object.entries(deployed).flatMap(([urn, { type }]) => (consentTypes.includes(type) ? [urnName(urn)] : []));
}
