/** What `mssp sandbox dump --permissions` shows: of each tenant, who has used which of the granted permissions. */
import { textOf } from "@defender-mssp/errors/json";
import type { EmulatedCloud } from "../cloud/cloud";
import type { StoredObject, Tenant } from "../cloud/model";
import type { PermissionGrant, IdentityUse, PermissionUse } from "../cloud/permissionUse";
import { roleAssignmentsOf } from "../azure/access";
import { objectName } from "./names";

export interface ReportedIdentity extends IdentityUse {
  /** Display name of the application; empty if the tenant does not have it any more. */
  readonly displayName: string;
}

export interface PermissionReport {
  readonly tenants: readonly {
    readonly tenantId: string;
    readonly displayName: string;
    readonly identities: readonly ReportedIdentity[];
  }[];
}

/** The report of all tenants, or of one; tenants without any permission are omitted. */
export function permissionReport(cloud: EmulatedCloud, use: PermissionUse, tenantId?: string): PermissionReport {
  const records = cloud.records().filter(({ id }) => tenantId === undefined || id === tenantId);
  const tenants = records.map((tenant) => ({
    tenantId: tenant.id,
    displayName: objectName(tenant.objects("organization").get(tenant.id)),
    identities: use.of(tenant.id, grantsOf(tenant)).map((identity) => ({
      ...identity,
      displayName: objectName(principalOf(tenant, identity.applicationId)),
    })),
  }));
  return { tenants: tenants.filter(({ identities }) => identities.length > 0) };
}

/** The app roles and Azure roles that applications have now. */
function grantsOf(tenant: Tenant): PermissionGrant[] {
  const principals = tenant.objects("servicePrincipals");
  const roles = [...tenant.objects("appRoleAssignments").values()].flatMap((assignment): PermissionGrant[] => {
    const application = principals.get(textOf(assignment["principalId"]))?.["appId"];
    const api = principals.get(textOf(assignment["resourceId"]));
    const permission = appRolesOf(api).find(({ id }) => id === assignment["appRoleId"])?.value;
    if (typeof application !== "string" || permission === undefined) return [];
    return [{ applicationId: application, api: objectName(api), permission }];
  });
  const ofAzure = roleAssignmentsOf(tenant).flatMap(({ principalId, role, at }): PermissionGrant[] => {
    const application = principals.get(principalId)?.["appId"];
    return typeof application === "string"
      ? [{ applicationId: application, api: "Azure", permission: `${role} at ${at}` }]
      : [];
  });
  return [...roles, ...ofAzure];
}

function appRolesOf(api: StoredObject | undefined): readonly { readonly id: string; readonly value: string }[] {
  return (api?.["appRoles"] ?? []) as unknown as readonly { readonly id: string; readonly value: string }[];
}

function principalOf(tenant: Tenant, applicationId: string): StoredObject | undefined {
  return [...tenant.objects("servicePrincipals").values()].find(({ appId }) => appId === applicationId);
}
