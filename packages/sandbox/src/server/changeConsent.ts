/** What a customer's administrator does with an application under Enterprise applications. */
import { VisibleError } from "@defender-mssp/errors";
import type { EmulatedCloud } from "../cloud/cloud";
import { assignKeeperRoles } from "../azure/subscriptions";
import { automationApplicationId, msspTenantId } from "../cloud/identity";
import type { StoredObject, Tenant } from "../cloud/model";
import type { PermissionsByResource } from "../cloud/tenantMaker";
import { remove } from "../graph/directory";
import { addApplication, addConsentedServicePrincipal, assignAppRole } from "../graph/newDirectory";
import { listOf, propertyOf, propertyText, servicePrincipalOf } from "../entra/signInDirectory";

export type ConsentAct = "give" | "remove" | "enable" | "disable";

export interface ConsentChange {
  readonly tenantId: string;
  /** @default that of the MSSP's automation */
  readonly applicationId?: string | undefined;
  readonly act: ConsentAct;
  /** With `give`: name of a keeper, which is registered in the MSSP's tenant where it is not, with its roles in Azure. */
  readonly displayName?: string | undefined;
  /** What the page of `give` asks for; what the application has already stays. */
  readonly permissions: PermissionsByResource;
}

export interface ChangedConsent {
  readonly tenantId: string;
  readonly applicationId: string;
  readonly displayName: string;
  readonly state: "enabled" | "disabled" | "removed";
  /** Names of the application permissions that it has now. */
  readonly permissions: readonly string[];
}

/** @throws VisibleError where the tenant does not have the application */
export function changeConsent(cloud: EmulatedCloud, change: ConsentChange): ChangedConsent {
  const { tenantId, act } = change;
  const tenant = cloud.tenant(tenantId);
  const applicationId = (change.applicationId ?? automationApplicationId).toLowerCase();
  const present = servicePrincipalOf(tenant, applicationId);
  const application = act === "give" ? given(cloud, present, { ...change, applicationId }) : present;
  if (application === undefined)
    throw new VisibleError(`The tenant ${tenantId} has no application ${applicationId} under Enterprise applications.`);
  if (act === "remove") remove(cloud, tenant, "servicePrincipals", application);
  if (act === "enable" || act === "disable") application["accountEnabled"] = act === "enable";
  cloud.changed();
  return {
    tenantId,
    applicationId,
    displayName: propertyText(application["displayName"]),
    state: act === "remove" ? "removed" : application["accountEnabled"] === false ? "disabled" : "enabled",
    permissions: act === "remove" ? [] : roleNames(tenant, application.id),
  };
}

/** Only the automation is known without a registration: others consent at their address. */
function given(
  cloud: EmulatedCloud,
  present: StoredObject | undefined,
  { tenantId, applicationId, displayName, permissions }: ConsentChange & { readonly applicationId: string },
): StoredObject {
  const tenant = cloud.tenant(tenantId);
  if (present === undefined && applicationId !== automationApplicationId && displayName === undefined)
    throw new VisibleError(
      `Consent to ${applicationId} at its address, /${tenant.id}/adminconsent?client_id=${applicationId}: the sandbox knows what the MSSP's automation asks for, and of no other application.`,
    );
  const description = {
    applicationId,
    displayName: displayName ?? "MSSP Onboarding Automation",
    signInAudience: "AzureADMultipleOrgs",
    homeTenantId: msspTenantId,
  } as const;
  const home = cloud.tenant(msspTenantId);
  if (displayName !== undefined && servicePrincipalOf(home, applicationId) === undefined) {
    addApplication(home, description);
    assignKeeperRoles(home, addConsentedServicePrincipal(home, description, {}).id);
  }
  if (present === undefined) {
    const made = addConsentedServicePrincipal(tenant, description, permissions);
    if (displayName !== undefined) assignKeeperRoles(tenant, made.id);
    return made;
  }
  for (const [resource, roles] of Object.entries(permissions))
    for (const role of roles) assignAppRole(tenant, present, resource, role);
  return present;
}

function roleNames(tenant: Tenant, principalId: string): readonly string[] {
  const servicePrincipals = tenant.objects("servicePrincipals");
  return [...tenant.objects("appRoleAssignments").values()]
    .filter((assignment) => assignment["principalId"] === principalId)
    .map((assignment) => {
      const roles = listOf(servicePrincipals.get(propertyText(assignment["resourceId"]))?.["appRoles"]);
      return propertyText(
        propertyOf(
          roles.find((role) => propertyOf(role, "id") === assignment["appRoleId"]),
          "value",
        ),
      );
    })
    .sort();
}
