/**
 * What `pulumi up`, `refresh` and `destroy` of a stack need, by its settings: the application permissions, and what the customer must have
 * licensed and allow. One list, for the program, `mssp doctor`, the README's table and the tests that run a stack with nothing but these.
 */
import {
  defaultConnectorAccess,
  microsoftGraph,
  windowsDefenderAtp,
  type AlertApi,
  type DirectoryRoleName,
  type TenantFeatures,
} from "@defender-mssp/microsoft";
import type { Settings } from "./index";

type GraphPermission = keyof typeof microsoftGraph.appRoles;

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

/** What decides which permissions are needed. */
export type PrerequisiteSettings = Pick<Settings, "analysts" | "portalAccess" | "defenderCalls"> &
  Partial<Pick<Settings, "connector">>;

/** The permissions that a stack with these settings needs, each once. */
export function neededPermissions(settings: PrerequisiteSettings): readonly NeededPermission[] {
  const { portalAccess, defenderCalls, connector } = settings;
  const needsRoleOfDirectory = portalAccess.model === "basic";
  const apis: readonly AlertApi[] = (connector ?? defaultConnectorAccess).alertApis;
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
    ...groupPermissions(portalAccess.model),
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

/**
 * An identity that adds groups to a catalog needs `Group.ReadWrite.All`, whoever owns the groups: Microsoft, "Create
 * accessPackageResourceRequest" (entitlementmanagement-post-resourcerequests): the service answers `CallerNotResourceOwner` without it.
 */
function groupPermissions(model: PrerequisiteSettings["portalAccess"]["model"]): readonly NeededPermission[] {
  if (model === "entitlement") {
    return [
      graph("Group.ReadWrite.All", "the tiers' groups, and adding them to the catalog of the access packages", {
        directoryRoles: ["Groups Administrator", "User Administrator"],
      }),
    ];
  }
  return [
    graph("Group.Create", "the groups of analysts and their members: an application owns the groups that it creates", {
      alsoEnough: ["Group.ReadWrite.All"],
      directoryRoles: ["Groups Administrator", "User Administrator"],
    }),
    graph("Group.Read.All", "seeing that no other group has the name", {
      alsoEnough: ["Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
      directoryRoles: ["Directory Readers", "Groups Administrator", "User Administrator", "Global Reader"],
    }),
  ];
}

/** What only reads what each permission of Graph's changes. Consents are read with the service principals that have them. */
const readingPermissions: Readonly<Partial<Record<string, GraphPermission>>> = {
  "Application.ReadWrite.All": "Application.Read.All",
  "DelegatedPermissionGrant.ReadWrite.All": "DelegatedPermissionGrant.Read.All",
  "EntitlementManagement.ReadWrite.All": "EntitlementManagement.Read.All",
  "Group.Read.All": "Group.Read.All",
  "Group.ReadWrite.All": "Group.Read.All",
  "RoleManagement.ReadWrite.Defender": "RoleManagement.Read.Defender",
  "RoleManagement.ReadWrite.Directory": "RoleManagement.Read.Directory",
  "User.Read.All": "User.Read.All",
  "User.ReadWrite.All": "User.Read.All",
};

/**
 * Names of Microsoft Graph's permissions that are enough for `pulumi preview --refresh` of a stack with these settings: none of them writes.
 * What a gateway (`defenderEndpoint`) asks for reading is its own affair.
 */
export function permissionsToPreview(settings: PrerequisiteSettings): readonly GraphPermission[] {
  return neededPermissions(settings).flatMap(({ permission }) => readingPermissions[permission] ?? []);
}

/**
 * Names of Microsoft Graph's permissions that are enough to find what somebody added to the stack's objects. What one of them would show is
 * `notChecked` without it; `AuditLog.Read.All` tells who did it.
 */
export function permissionsToFindAdditions(settings: PrerequisiteSettings): readonly GraphPermission[] {
  const { model } = settings.portalAccess;
  return [
    "Application.Read.All",
    "AuditLog.Read.All",
    "DelegatedPermissionGrant.Read.All",
    "Group.Read.All",
    "User.Read.All",
    ...(model === "basic" ? [] : (["RoleManagement.Read.Defender"] as const)),
    ...(model === "entitlement" ? (["EntitlementManagement.Read.All"] as const) : []),
  ];
}

/**
 * What a person must do before `pulumi destroy` of a stack with these settings, one sentence each.
 *
 * Microsoft, "Delete accessPackage": a package that has an assignment cannot be deleted.
 */
export function beforeDestroy({ portalAccess }: { readonly portalAccess: { readonly model: string } }): string[] {
  if (portalAccess.model !== "entitlement") return [];
  return [
    "Before `npx pulumi destroy` or another portalAccess.model: remove every assignment of these access packages (Entra admin center > Identity " +
      "Governance > Access packages > the package > Assignments > Remove). Graph refuses to delete a package that somebody holds, and the " +
      "run would stop half way.",
  ];
}

/** What a stack's settings need of the customer's tenant. */
export interface TenantNeeds {
  /** A group that can be given a directory role (`portalAccess` `basic`, assigned to the group). */
  readonly roleAssignableGroup?: boolean;
  /** Access packages (`portalAccess` `entitlement`). */
  readonly entitlementManagement?: boolean;
  /** Addresses of the analysts who are to be guests. */
  readonly guests?: readonly string[];
  /** Life of the client secret in days, where the connector gets one. */
  readonly clientSecretDays?: number;
}

/** What a stack with these settings needs of the customer's tenant. */
export function tenantNeeds(settings: PrerequisiteSettings): TenantNeeds {
  const { portalAccess, analysts, connector = defaultConnectorAccess } = settings;
  const { kind, credential } = connector;
  return {
    roleAssignableGroup: portalAccess.model === "basic" && portalAccess.assignTo === "group",
    entitlementManagement: portalAccess.model === "entitlement",
    guests: analysts.map(({ email }) => email),
    clientSecretDays: kind === "customerApp" && credential.type === "secret" ? credential.days : undefined,
  };
}

/** A sentence for each need that the tenant doesn't meet; `guests` are those who would have to be invited. */
export function missingFeatures(needs: TenantNeeds, features: TenantFeatures): string[] {
  const { guests = [], clientSecretDays = 0 } = needs;
  const { longestSecretDays = Infinity } = features;
  return [
    ...(needs.roleAssignableGroup && features.roleAssignableGroups === false
      ? [
          "A group can only be given a directory role with Microsoft Entra ID P1, which the tenant doesn't have: set portalAccess.assignTo to guests, or portalAccess.model to rbac.",
        ]
      : []),
    ...(needs.entitlementManagement && features.entitlementManagement === false
      ? [
          "Access packages need Microsoft Entra ID P2 or ID Governance, which the tenant doesn't have: set portalAccess.model to rbac.",
        ]
      : []),
    ...(guests.length > 0 && features.invitations === false
      ? [
          `The tenant lets nobody invite guests, and these analysts aren't there yet: ${guests.join(", ")}. Its administrator allows it in Entra, External Identities > External collaboration settings, or invites them by hand: who is there is used.`,
        ]
      : []),
    ...(clientSecretDays > longestSecretDays
      ? [
          longestSecretDays === 0
            ? "The tenant's app management policy forbids client secrets: set connector.credential to certificate or federated."
            : `The tenant's app management policy allows client secrets of ${longestSecretDays} days at most, and this one is to last ${clientSecretDays}: shorten it, or set connector.credential to certificate or federated.`,
        ]
      : []),
  ];
}

function graph(
  permission: GraphPermission,
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
