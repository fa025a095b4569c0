/** Who may do what in Azure, and an application that only reads. */
import { azureRoles, microsoftGraph } from "@defender-mssp/microsoft";
import {
  addConsentedServicePrincipal,
  derivedId,
  jsonText,
  type StoredObject,
  type Tenant,
} from "@defender-mssp/sandbox/internals";

/** At each scope where somebody has a role in Azure, the principal gets this one. */
export function assignInAzure(tenant: Tenant, principalId: string, role: "Owner" | "Reader"): void {
  for (const assignment of [...tenant.objects("azureResources").values()]) {
    if (!/roleAssignments$/.test(jsonText(assignment["type"]))) continue;
    const before = assignment["properties"] as { readonly roleDefinitionId: string };
    const id = assignment.id.replace(/[^/]+$/, (name) => derivedId(tenant.id, `${role}/${principalId}/${name}`));
    const roleDefinitionId = before.roleDefinitionId.replace(/[^/]+$/, azureRoles[role]);
    const properties = { ...before, principalId, roleDefinitionId };
    tenant.objects("azureResources").set(id.toLowerCase(), { ...assignment, id, properties });
  }
}

/**
 * The tenant consents to an application that reads Graph with these permissions, and Azure.
 * @returns its service principal
 */
export function permitReader(
  tenant: Tenant,
  application: Parameters<typeof addConsentedServicePrincipal>[1],
  permissions: readonly string[],
): StoredObject {
  const principal = addConsentedServicePrincipal(tenant, application, { [microsoftGraph.appId]: permissions });
  assignInAzure(tenant, principal.id, "Reader");
  return principal;
}
