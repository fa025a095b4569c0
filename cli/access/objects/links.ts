/**
 * Addresses of objects in Microsoft's portals.
 *
 * Microsoft documents the address of a tenant's admin center, and that of Defender's roles. For a
 * single object it documents none: the part after `#` is what Microsoft's own Zero Trust Assessment
 * (github.com/microsoft/zerotrustassessment, users and applications) and other public code link to.
 */
import { defenderRolesUrl, entraAdminCenterUrl, portalUrl, type CloudName } from "@defender-mssp/microsoft";
import type { ObjectKind } from "./kindInReport";

export interface LinkPlace {
  readonly cloud: CloudName;
  readonly tenantId: string;
}

interface LinkTarget {
  readonly objectId: string;
  readonly appId: string;
}

type Link = (place: LinkPlace, target: LinkTarget) => string | undefined;

const adminCenter: Link = ({ cloud, tenantId }) => entraAdminCenterUrl(cloud, tenantId);
const defenderPortal: Link = ({ cloud, tenantId }) => portalUrl(cloud, tenantId);
const none: Link = () => undefined;
const credentials: Link = (place, { appId }) =>
  appId === ""
    ? undefined
    : view(place, `Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/${appId}`);
const enterpriseApplication: Link = (place, { objectId, appId }) =>
  view(place, `Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/${objectId}/appId/${appId}`);

const links: Readonly<Record<ObjectKind, Link>> = {
  guest: (place, { objectId }) =>
    view(place, `Microsoft_AAD_UsersAndTenants/UserProfileMenuBlade/~/overview/userId/${objectId}`),
  group: (place, { objectId }) => view(place, `Microsoft_AAD_IAM/GroupDetailsMenuBlade/~/Overview/groupId/${objectId}`),
  application: (place, { appId }) =>
    view(place, `Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/${appId}`),
  clientSecret: credentials,
  certificate: credentials,
  federatedCredential: credentials,
  servicePrincipal: enterpriseApplication,
  permission: enterpriseApplication,
  defenderRole: ({ cloud, tenantId }) => defenderRolesUrl(cloud, tenantId),
  defenderRoleAssignment: ({ cloud, tenantId }) => defenderRolesUrl(cloud, tenantId),
  notificationRule: defenderPortal,
  detectionRule: defenderPortal,
  siemAuthorization: defenderPortal,
  eligibility: adminCenter,
  directoryRole: adminCenter,
  connectedOrganization: adminCenter,
  accessPackageCatalog: adminCenter,
  catalogResource: adminCenter,
  accessPackage: adminCenter,
  accessPackageResource: adminCenter,
  assignmentPolicy: adminCenter,
  redirectUri: adminCenter,
  requestedPermission: adminCenter,
  governanceGroup: adminCenter,
  governanceRole: adminCenter,
  tenantTrust: adminCenter,
  conditionalAccessPolicy: adminCenter,
  delegation: none,
  lighthouseAssignment: none,
  sentinelRole: none,
  keyVault: none,
  vaultSecret: none,
  vaultReader: none,
  resourceGroup: none,
  unknown: none,
};

/** @param appId for an application, its client ID. */
export function linkTo(kind: ObjectKind, place: LinkPlace, objectId: string, appId = ""): string | undefined {
  return objectId === "" && appId === "" ? undefined : links[kind](place, { objectId, appId });
}

function view({ cloud, tenantId }: LinkPlace, address: string): string {
  return `${entraAdminCenterUrl(cloud, tenantId)}#view/${address}`;
}
