/**
 * Addresses of objects in Microsoft's portals.
 *
 * Microsoft documents the address of a tenant's admin center, and that of Defender's roles. For a
 * single object it documents none: the part after `#` is what Microsoft's own Zero Trust Assessment
 * (github.com/microsoft/zerotrustassessment, users and applications) and other public code link to.
 */
import { defenderRolesUrl, entraAdminCenterUrl, portalUrl, type CloudName } from "@defender-mssp/microsoft";

export interface LinkPlace {
  readonly cloud: CloudName;
  readonly tenantId: string;
}

interface LinkTarget {
  readonly objectId: string;
  readonly appId: string;
}

export type ObjectLink = (place: LinkPlace, target: LinkTarget) => string | undefined;

export const adminCenter: ObjectLink = ({ cloud, tenantId }) => entraAdminCenterUrl(cloud, tenantId);
export const defenderPortal: ObjectLink = ({ cloud, tenantId }) => portalUrl(cloud, tenantId);
export const defenderRoles: ObjectLink = ({ cloud, tenantId }) => defenderRolesUrl(cloud, tenantId);
export const none: ObjectLink = () => undefined;
export const credentials: ObjectLink = (place, { appId }) =>
  appId === ""
    ? undefined
    : view(place, `Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/${appId}`);
export const enterpriseApplication: ObjectLink = (place, { objectId, appId }) =>
  view(place, `Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/${objectId}/appId/${appId}`);

export function view({ cloud, tenantId }: LinkPlace, address: string): string {
  return `${entraAdminCenterUrl(cloud, tenantId)}#view/${address}`;
}
