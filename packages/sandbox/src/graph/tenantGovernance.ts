/**
 * What a governance relationship provisions in the governed tenant, and its removal:
 * https://learn.microsoft.com/entra/id-governance/tenant-governance/how-to-terminate-governance-relationship
 */
import type { Cloud, Json, StoredObject, Tenant } from "../cloud/model";
import { find, remove } from "./directory";
import { innerOf, objectsIn, jsonText } from "./json";
import { addConsentedServicePrincipal, assignAppRole } from "./newDirectory";
import { complete } from "./objects";

/**
 * Roles of the governing tenant's groups in this tenant. The service keeps them as granular delegated
 * admin privileges, which none of this tenant's role assignments shows; this collection is the
 * sandbox's own, for its dump.
 */
const delegatedRoles = "delegatedAdministrationRoles";
/** The governed tenant's configurations of other tenants. */
const partners = "crossTenantAccessPartners";
/** Service principals that came with a relationship, by the sandbox's own mark. */
const provisioned = "provisionedServicePrincipals";

/** Gives the governed tenant what the policy says, in place of what an earlier one said. */
export function setProvisioned(cloud: Cloud, governed: Tenant, governing: Tenant, policy: Json): void {
  removeRolesAndApplications(cloud, governed, governing.id);
  const assignments = objectsIn(innerOf(policy, "delegatedAdministrationRoleAssignments"));
  if (assignments.length > 0 && !governed.objects(partners).has(governing.id)) {
    const partner = complete(partners, { id: governing.id, tenantId: governing.id });
    governed.objects(partners).set(partner.id, partner);
  }
  for (const assignment of assignments) {
    const id = `${governing.id}/${jsonText(assignment["groupId"])}`;
    const roleTemplateIds = objectsIn(assignment["roleTemplates"]).map((role) => role["id"] ?? null);
    governed.objects(delegatedRoles).set(id, { id, ...assignment, governingTenantId: governing.id, roleTemplateIds });
  }
  for (const application of objectsIn(innerOf(policy, "multiTenantApplicationsToProvision"))) {
    provision(governed, governing, application);
  }
  cloud.changed();
}

/**
 * Removes roles, service principals and the partner's configuration. Of the last the page says that
 * it is removed, whoever made it; a service principal that existed before the relationship stays.
 */
export function removeProvisioned(cloud: Cloud, governed: Tenant, governingTenantId: string): void {
  governed.objects(partners).delete(governingTenantId);
  removeRolesAndApplications(cloud, governed, governingTenantId);
}

function removeRolesAndApplications(cloud: Cloud, governed: Tenant, governingTenantId: string): void {
  for (const collection of [delegatedRoles, provisioned]) {
    for (const object of [...governed.objects(collection).values()]) {
      if (object["governingTenantId"] !== governingTenantId) continue;
      governed.objects(collection).delete(object.id);
      const principal = collection === provisioned ? find(governed, "servicePrincipals", object.id) : undefined;
      if (principal !== undefined) remove(cloud, governed, "servicePrincipals", principal);
    }
  }
  cloud.changed();
}

function provision(governed: Tenant, governing: Tenant, application: Readonly<Record<string, Json>>): void {
  const appId = jsonText(application["appId"]);
  const principal =
    find(governed, "servicePrincipals", `(appId='${appId}')`) ?? added(governed, governing, application);
  for (const access of objectsIn(application["requiredResourceAccesses"])) {
    const resourceAppId = jsonText(access["resourceAppId"]);
    const roles = objectsIn(access["permissions"]).filter(({ type }) => type === "role");
    for (const { id } of roles) grant(governed, principal, resourceAppId, jsonText(id));
  }
}

function added(governed: Tenant, governing: Tenant, application: Readonly<Record<string, Json>>): StoredObject {
  const description = {
    applicationId: jsonText(application["appId"]),
    displayName: jsonText(application["displayName"]),
    signInAudience: "AzureADMultipleOrgs",
    homeTenantId: governing.id,
  } as const;
  const principal = addConsentedServicePrincipal(governed, description, {});
  governed.objects(provisioned).set(principal.id, { id: principal.id, governingTenantId: governing.id });
  return principal;
}

function grant(governed: Tenant, principal: StoredObject, resourceAppId: string, roleId: string): void {
  const resource = find(governed, "servicePrincipals", `(appId='${resourceAppId}')`);
  const role = objectsIn(resource?.["appRoles"]).find(({ id }) => id === roleId);
  if (role !== undefined) assignAppRole(governed, principal, resourceAppId, jsonText(role["value"]));
}
