/**
 * What `pulumi up`, `refresh` and `destroy` of a stack need, by its settings: the application permissions, and what the customer must have
 * licensed. One list, for `mssp doctor`, the README's table and the tests that run a stack with nothing but these.
 */
import { microsoftGraph, windowsDefenderAtp, type DirectoryRoleName } from "@defender-mssp/microsoft";
import type { Settings } from "./settings";

/** An application permission that a stack needs. */
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

/** A licence or a tenant policy that a stack needs. */
export type NeededFeature = "roleAssignableGroups" | "entitlementManagement" | "invitations" | "clientSecrets";

/** What decides which permissions are needed. */
export type PermissionSettings = Pick<Settings, "analysts" | "portalAccess" | "defenderCalls"> & {
  readonly connector?: {
    readonly kind: "customerApp" | "msspApp";
    readonly alertApis: readonly string[];
    readonly credential: { readonly type: string };
  };
};

/** The permissions that a stack with these settings needs, each once. */
export function neededPermissions(settings: PermissionSettings): readonly NeededPermission[] {
  const { portalAccess, defenderCalls, connector } = settings;
  const needsRoleOfDirectory = portalAccess.model === "basic";
  const apis = connector?.alertApis ?? ["legacySiem", "graph"];
  return [
    graph("Application.ReadWrite.All", "the SIEM connector's application and service principal", {
      directoryRoles: ["Application Administrator", "Cloud Application Administrator"],
    }),
    ...(apis.includes("graph")
      ? [
          graph("AppRoleAssignment.ReadWrite.All", "consent to reading alerts by Microsoft Graph", {
            directoryRoles: ["Privileged Role Administrator"],
          }),
        ]
      : []),
    ...(apis.includes("legacySiem") && connector?.kind !== "msspApp"
      ? [
          graph("DelegatedPermissionGrant.ReadWrite.All", "consent to reading alerts by the legacy alert API", {
            alsoEnough: ["Directory.ReadWrite.All"],
            directoryRoles: ["Application Administrator", "Cloud Application Administrator"],
          }),
        ]
      : []),
    graph("Group.ReadWrite.All", "the groups of analysts and their members", {
      alsoEnough: ["Directory.ReadWrite.All"],
      directoryRoles: ["Groups Administrator", "User Administrator"],
    }),
    ...(portalAccess.model === "entitlement"
      ? [
          graph(
            "EntitlementManagement.ReadWrite.All",
            "the connected organization, the catalog and its access packages",
            {
              directoryRoles: ["Identity Governance Administrator"],
            },
          ),
          graph("User.Read.All", "looking up the customer's approvers", {
            alsoEnough: ["User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
            directoryRoles: ["Directory Readers", "User Administrator", "Global Reader"],
          }),
        ]
      : [
          graph("User.ReadWrite.All", "looking up, inviting, naming and deleting guests", {
            directoryRoles: ["User Administrator"],
          }),
        ]),
    ...(needsRoleOfDirectory
      ? [
          graph("RoleManagement.ReadWrite.Directory", "the directory role, and the group that may have it", {
            directoryRoles: ["Privileged Role Administrator"],
          }),
        ]
      : [
          graph("RoleManagement.ReadWrite.Defender", "the tiers' roles in Defender's unified RBAC", {
            directoryRoles: ["Security Administrator"],
          }),
        ]),
    ...(defenderCalls.mode === "endpoint"
      ? [
          {
            api: windowsDefenderAtp.displayName,
            apiAppId: windowsDefenderAtp.appId,
            permission: "IntegrationConfiguration.ReadWrite",
            purpose: "authorizing the SIEM connector and keeping notification rules, at the endpoint",
            alsoEnough: [],
            directoryRoles: ["Security Administrator" as const],
          },
        ]
      : []),
  ];
}

/** The features of the tenant that a stack with these settings needs. */
export function neededFeatures(settings: PermissionSettings): readonly NeededFeature[] {
  const { portalAccess, analysts, connector } = settings;
  const isGivenToGroup = portalAccess.model === "basic" && portalAccess.assignTo === "group";
  const hasSecret =
    connector === undefined || (connector.kind === "customerApp" && connector.credential.type === "secret");
  return [
    ...(isGivenToGroup ? (["roleAssignableGroups"] as const) : []),
    ...(portalAccess.model === "entitlement" ? (["entitlementManagement"] as const) : []),
    ...(analysts.length > 0 ? (["invitations"] as const) : []),
    ...(hasSecret ? (["clientSecrets"] as const) : []),
  ];
}

function graph(
  permission: keyof typeof microsoftGraph.appRoles,
  purpose: string,
  others: { alsoEnough?: readonly string[]; directoryRoles: readonly DirectoryRoleName[] },
): NeededPermission {
  return {
    api: microsoftGraph.displayName,
    apiAppId: microsoftGraph.appId,
    permission,
    purpose,
    alsoEnough: others.alsoEnough ?? [],
    directoryRoles: others.directoryRoles,
  };
}
