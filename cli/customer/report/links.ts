/**
 * Addresses of objects in Microsoft's portals.
 *
 * Microsoft documents the address of a tenant's admin center, and that of Defender's roles. For a
 * single object it documents none: the part after `#` is what Microsoft's own Zero Trust Assessment
 * (github.com/microsoft/zerotrustassessment, users and applications) and other public code link to.
 */
import { defenderRolesUrl, entraAdminCenterUrl, portalUrl, type CloudName } from "@defender-mssp/microsoft";
import type { ObjectKind } from "./model";

export interface LinkPlace {
  readonly cloud: CloudName;
  readonly tenantId: string;
}

/** @param appId for an application, its client ID. */
export function linkTo(
  kind: ObjectKind,
  { cloud, tenantId }: LinkPlace,
  objectId: string,
  appId = "",
): string | undefined {
  const entra = (view: string) => `${entraAdminCenterUrl(cloud, tenantId)}#view/${view}`;
  if (objectId === "" && appId === "") return undefined;
  switch (kind) {
    case "guest":
      return entra(`Microsoft_AAD_UsersAndTenants/UserProfileMenuBlade/~/overview/userId/${objectId}`);
    case "group":
      return entra(`Microsoft_AAD_IAM/GroupDetailsMenuBlade/~/Overview/groupId/${objectId}`);
    case "application":
      return entra(`Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/${appId}`);
    case "clientSecret":
    case "certificate":
    case "federatedCredential":
      return appId === ""
        ? undefined
        : entra(`Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/${appId}`);
    case "servicePrincipal":
    case "permission":
      return entra(`Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/${objectId}/appId/${appId}`);
    case "defenderRole":
      return defenderRolesUrl(cloud, tenantId);
    case "notificationRule":
    case "siemAuthorization":
      return portalUrl(cloud, tenantId);
    case "directoryRole":
    case "connectedOrganization":
    case "accessPackage":
    case "governanceGroup":
    case "governanceRole":
    case "tenantTrust":
    case "conditionalAccessPolicy":
      return entraAdminCenterUrl(cloud, tenantId);
    case "delegation":
    case "vaultSecret":
      return undefined;
  }
}
