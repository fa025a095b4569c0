/**
 * The permissions that kinds of access need, once each: what for, what else is enough, and who may do
 * the same by hand. Which stack needs which, the kinds say.
 */
import {
  microsoftGraph,
  windowsDefenderAtp,
  type AzureRoleName,
  type DirectoryRoleName,
  type GraphPermission,
} from "@defender-mssp/microsoft";

export type { GraphPermission } from "@defender-mssp/microsoft";

/** A permission of Microsoft Graph or of Defender's API, or a role of Azure. */
export type Permission = GraphPermission | "IntegrationConfiguration.ReadWrite" | AzureRoleName;

export interface NeededPermission {
  /** The API that has it: the display name of its application. */
  readonly api: string;
  /** Application ID of that API. */
  readonly apiAppId: string;
  /** Name of the app role: the least that is enough. */
  readonly permission: string;
  /** What it is for. */
  readonly purpose: string;
  /** App roles that include it. */
  readonly alsoEnough: readonly string[];
  /** Directory roles by which a signed-in user may do it. Empty: an application only. */
  readonly directoryRoles: readonly DirectoryRoleName[];
}

/** In the order in which they are listed for people. */
export const writingPermissions: readonly NeededPermission[] = [
  graph("Application.ReadWrite.OwnedBy", {
    purpose: "the SIEM connector's application and service principal: an application owns those that it creates",
    alsoEnough: ["Application.ReadWrite.All"],
    directoryRoles: ["Application Administrator", "Cloud Application Administrator"],
  }),
  graph("Application.Read.All", {
    purpose: "seeing that no other application has the name, and Microsoft's service principals",
    alsoEnough: ["Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    directoryRoles: [
      "Directory Readers",
      "Application Administrator",
      "Cloud Application Administrator",
      "Global Reader",
    ],
  }),
  graph("Application.ReadWrite.All", {
    purpose: "an application or service principal that the automation does not own, and another owner of one",
    directoryRoles: ["Application Administrator", "Cloud Application Administrator"],
  }),
  graph("AppRoleAssignment.ReadWrite.All", {
    purpose: "consent to the SIEM connector's application permissions",
    directoryRoles: ["Privileged Role Administrator"],
  }),
  graph("DelegatedPermissionGrant.ReadWrite.All", {
    purpose: "consent to reading alerts by the legacy alert API",
    alsoEnough: ["Directory.ReadWrite.All"],
    directoryRoles: ["Application Administrator", "Cloud Application Administrator"],
  }),
  // An identity that adds groups to a catalog needs it, whoever owns the groups: without it Graph
  // answers `CallerNotResourceOwner` (entitlementmanagement-post-resourcerequests).
  graph("Group.ReadWrite.All", {
    purpose: "the tiers' groups, and adding them to the catalog of the access packages",
    directoryRoles: ["Groups Administrator", "User Administrator"],
  }),
  graph("Group.Create", {
    purpose: "the groups of analysts and their members: an application owns the groups that it creates",
    alsoEnough: ["Group.ReadWrite.All"],
    directoryRoles: ["Groups Administrator", "User Administrator"],
  }),
  graph("Group.Read.All", {
    purpose: "seeing that no other group has the name",
    alsoEnough: ["Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    directoryRoles: ["Directory Readers", "Groups Administrator", "User Administrator", "Global Reader"],
  }),
  graph("EntitlementManagement.ReadWrite.All", {
    purpose: "the connected organization, the catalog and its access packages",
    directoryRoles: ["Identity Governance Administrator"],
  }),
  graph("User.Read.All", {
    purpose: "looking up the customer's approvers",
    alsoEnough: ["User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    directoryRoles: ["Directory Readers", "User Administrator", "Global Reader"],
  }),
  graph("User.ReadWrite.All", {
    purpose: "looking up, inviting, naming and deleting guests",
    directoryRoles: ["User Administrator"],
  }),
  graph("RoleManagement.ReadWrite.Directory", {
    purpose: "the directory role, and the group that may have it",
    directoryRoles: ["Privileged Role Administrator"],
  }),
  graph("PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup", {
    purpose: "the eligible members of the groups of analysts",
    directoryRoles: ["Privileged Role Administrator", "Groups Administrator"],
  }),
  graph("RoleManagementPolicy.ReadWrite.AzureADGroup", {
    purpose: "the policies by which eligible members activate",
    directoryRoles: ["Privileged Role Administrator", "Groups Administrator"],
  }),
  graph("RoleManagement.ReadWrite.Defender", {
    purpose: "the tiers' roles in Defender's unified RBAC",
    directoryRoles: ["Security Administrator"],
  }),
  graph("CustomDetection.ReadWrite.All", {
    purpose: "the custom detection rules",
    directoryRoles: ["Security Administrator"],
  }),
  graph("Policy.ReadWrite.CrossTenantAccess", {
    purpose: "the entry of the MSSP's tenant in the cross-tenant access policy",
    directoryRoles: ["Security Administrator"],
  }),
  graph("Policy.ReadWrite.ConditionalAccess", {
    purpose: "the Conditional Access policy for people of the MSSP's tenant",
    directoryRoles: ["Conditional Access Administrator", "Security Administrator"],
  }),
  graph("Policy.Read.All", {
    purpose: "writing a Conditional Access policy, which requires reading policies",
    directoryRoles: ["Conditional Access Administrator", "Security Administrator", "Security Reader", "Global Reader"],
  }),
  {
    api: windowsDefenderAtp.displayName,
    apiAppId: windowsDefenderAtp.appId,
    permission: "IntegrationConfiguration.ReadWrite",
    purpose: "authorizing the SIEM connector and keeping notification rules, at the endpoint",
    alsoEnough: [],
    directoryRoles: ["Security Administrator"],
  },
];

function graph(
  permission: GraphPermission,
  others: Pick<NeededPermission, "purpose" | "directoryRoles"> & Partial<Pick<NeededPermission, "alsoEnough">>,
): NeededPermission {
  const { displayName: api, appId: apiAppId } = microsoftGraph;
  return { api, apiAppId, permission, alsoEnough: [], ...others };
}
