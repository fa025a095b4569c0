/**
 * What `pulumi up`, `refresh` and `destroy` of a stack need, by its settings: application
 * permissions, licences and policies. One list for the program, `mssp doctor`, the reference page
 * and the tests that run a stack with these permissions only.
 */
import {
  defaultConnectorAccess,
  microsoftGraph,
  windowsDefenderAtp,
  type AlertApi,
  type ConnectorAccess,
  type CrossTenantTrust,
  type DirectoryRoleName,
  type MsspConditionalAccess,
  type TenantFeatures,
} from "@defender-mssp/microsoft";

type GraphPermission = keyof typeof microsoftGraph.appRoles;
type PortalAccessModel = "basic" | "rbac" | "entitlement" | "governance";

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

/** The parts of the checked settings that decide what a stack needs. */
export interface PrerequisiteSettings {
  readonly analysts: readonly { readonly email: string }[];
  readonly portalAccess: {
    readonly model: PortalAccessModel;
    readonly assignTo?: "group" | "guests";
    /** Set for just-in-time access. */
    readonly activation?: object;
  };
  readonly defenderCalls: { readonly mode: "endpoint" | "manual" };
  /** @default `defaultConnectorAccess` */
  readonly connector?: ConnectorAccess;
  readonly crossTenantTrust?: CrossTenantTrust;
  readonly conditionalAccess?: MsspConditionalAccess;
}

/** The permissions that a stack with these settings needs, each once. */
export function neededPermissions(settings: PrerequisiteSettings): readonly NeededPermission[] {
  return permissions.filter(({ isNeeded }) => isNeeded(settings)).map(({ isNeeded: _, ...permission }) => permission);
}

interface ConditionalPermission extends NeededPermission {
  /** Whether a stack with these settings needs it. */
  readonly isNeeded: (settings: PrerequisiteSettings) => boolean;
}

const always = (): boolean => true;
const hasModel =
  (...models: readonly PortalAccessModel[]) =>
  ({ portalAccess }: PrerequisiteSettings): boolean =>
    models.includes(portalAccess.model);

const isJustInTime = ({ portalAccess }: PrerequisiteSettings): boolean =>
  (portalAccess.model === "basic" || portalAccess.model === "rbac") && portalAccess.activation !== undefined;

/** In the order in which they are listed for people. */
const permissions: readonly ConditionalPermission[] = [
  graph("Application.ReadWrite.All", always, {
    purpose: "the SIEM connector's application and service principal",
    directoryRoles: ["Application Administrator", "Cloud Application Administrator"],
  }),
  graph("AppRoleAssignment.ReadWrite.All", (settings) => alertApis(settings).includes("graph"), {
    purpose: "consent to the SIEM connector's application permissions",
    directoryRoles: ["Privileged Role Administrator"],
  }),
  graph("DelegatedPermissionGrant.ReadWrite.All", consentsToLegacyApi, {
    purpose: "consent to reading alerts by the legacy alert API",
    alsoEnough: ["Directory.ReadWrite.All"],
    directoryRoles: ["Application Administrator", "Cloud Application Administrator"],
  }),
  // An identity that adds groups to a catalog needs it, whoever owns the groups: without it Graph
  // answers `CallerNotResourceOwner` (entitlementmanagement-post-resourcerequests).
  graph("Group.ReadWrite.All", hasModel("entitlement"), {
    purpose: "the tiers' groups, and adding them to the catalog of the access packages",
    directoryRoles: ["Groups Administrator", "User Administrator"],
  }),
  graph("Group.Create", hasModel("basic", "rbac"), {
    purpose: "the groups of analysts and their members: an application owns the groups that it creates",
    alsoEnough: ["Group.ReadWrite.All"],
    directoryRoles: ["Groups Administrator", "User Administrator"],
  }),
  graph("Group.Read.All", hasModel("basic", "rbac"), {
    purpose: "seeing that no other group has the name",
    alsoEnough: ["Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    directoryRoles: ["Directory Readers", "Groups Administrator", "User Administrator", "Global Reader"],
  }),
  graph("EntitlementManagement.ReadWrite.All", hasModel("entitlement"), {
    purpose: "the connected organization, the catalog and its access packages",
    directoryRoles: ["Identity Governance Administrator"],
  }),
  graph("User.Read.All", hasModel("entitlement"), {
    purpose: "looking up the customer's approvers",
    alsoEnough: ["User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    directoryRoles: ["Directory Readers", "User Administrator", "Global Reader"],
  }),
  graph("User.ReadWrite.All", hasModel("basic", "rbac"), {
    purpose: "looking up, inviting, naming and deleting guests",
    directoryRoles: ["User Administrator"],
  }),
  graph("RoleManagement.ReadWrite.Directory", hasModel("basic"), {
    purpose: "the directory role, and the group that may have it",
    directoryRoles: ["Privileged Role Administrator"],
  }),
  graph("PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup", isJustInTime, {
    purpose: "the eligible members of the groups of analysts",
    directoryRoles: ["Privileged Role Administrator", "Groups Administrator"],
  }),
  graph("RoleManagementPolicy.ReadWrite.AzureADGroup", isJustInTime, {
    purpose: "the policies by which eligible members activate",
    directoryRoles: ["Privileged Role Administrator", "Groups Administrator"],
  }),
  graph("RoleManagement.ReadWrite.Defender", hasModel("rbac", "entitlement"), {
    purpose: "the tiers' roles in Defender's unified RBAC",
    directoryRoles: ["Security Administrator"],
  }),
  graph("Policy.ReadWrite.CrossTenantAccess", ({ crossTenantTrust }) => crossTenantTrust !== undefined, {
    purpose: "the entry of the MSSP's tenant in the cross-tenant access policy",
    directoryRoles: ["Security Administrator"],
  }),
  graph("Policy.ReadWrite.ConditionalAccess", setsConditionalAccess, {
    purpose: "the Conditional Access policy for people of the MSSP's tenant",
    directoryRoles: ["Conditional Access Administrator", "Security Administrator"],
  }),
  graph("Policy.Read.All", setsConditionalAccess, {
    purpose: "writing a Conditional Access policy, which requires reading policies",
    directoryRoles: ["Conditional Access Administrator", "Security Administrator", "Security Reader", "Global Reader"],
  }),
  {
    api: windowsDefenderAtp.displayName,
    apiAppId: windowsDefenderAtp.appId,
    permission: "IntegrationConfiguration.ReadWrite",
    isNeeded: ({ defenderCalls }) => defenderCalls.mode === "endpoint",
    purpose: "authorizing the SIEM connector and keeping notification rules, at the endpoint",
    alsoEnough: [],
    directoryRoles: ["Security Administrator"],
  },
];

function alertApis({ connector = defaultConnectorAccess }: PrerequisiteSettings): readonly AlertApi[] {
  return connector.alertApis;
}

function setsConditionalAccess({ conditionalAccess }: PrerequisiteSettings): boolean {
  return conditionalAccess !== undefined;
}

/**
 * The MSSP's own application gets its permissions by admin consent, not by a grant of the stack.
 */
function consentsToLegacyApi(settings: PrerequisiteSettings): boolean {
  return alertApis(settings).includes("legacySiem") && settings.connector?.kind !== "msspApp";
}

/**
 * The permission that only reads what a permission changes. Consents are read together with their
 * service principals.
 */
const readingPermissions: Readonly<Partial<Record<string, GraphPermission>>> = {
  "Application.ReadWrite.All": "Application.Read.All",
  "DelegatedPermissionGrant.ReadWrite.All": "DelegatedPermissionGrant.Read.All",
  "EntitlementManagement.ReadWrite.All": "EntitlementManagement.Read.All",
  "Group.Read.All": "Group.Read.All",
  "Group.ReadWrite.All": "Group.Read.All",
  "Policy.ReadWrite.ConditionalAccess": "Policy.Read.All",
  "Policy.ReadWrite.CrossTenantAccess": "Policy.Read.All",
  "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup": "PrivilegedEligibilitySchedule.Read.AzureADGroup",
  "RoleManagement.ReadWrite.Defender": "RoleManagement.Read.Defender",
  "RoleManagement.ReadWrite.Directory": "RoleManagement.Read.Directory",
  "RoleManagementPolicy.ReadWrite.AzureADGroup": "RoleManagementPolicy.Read.AzureADGroup",
  "User.Read.All": "User.Read.All",
  "User.ReadWrite.All": "User.Read.All",
};

/**
 * Names of the Microsoft Graph permissions that `pulumi preview --refresh` of a stack with these
 * settings needs: none of them writes. A gateway (`defenderEndpoint`) decides by itself what it
 * asks for reading.
 */
export function permissionsToPreview(settings: PrerequisiteSettings): readonly GraphPermission[] {
  return neededPermissions(settings).flatMap(({ permission }) => readingPermissions[permission] ?? []);
}

/**
 * Names of the Microsoft Graph permissions that show every addition to the stack's objects. Without
 * one of them its additions are `notChecked`. `AuditLog.Read.All` shows who made an addition.
 */
export function permissionsToFindAdditions(settings: PrerequisiteSettings): readonly GraphPermission[] {
  const { model } = settings.portalAccess;
  return [
    "Application.Read.All",
    "AuditLog.Read.All",
    "DelegatedPermissionGrant.Read.All",
    "Group.Read.All",
    "User.Read.All",
    ...(model === "rbac" || model === "entitlement" ? (["RoleManagement.Read.Defender"] as const) : []),
    ...(model === "entitlement" ? (["EntitlementManagement.Read.All"] as const) : []),
  ];
}

/**
 * Names of the Microsoft Graph permissions with which `mssp adopt` sees everything that an onboarding
 * by hand leaves: none of them writes. Without one of them its part is not looked at.
 */
export const permissionsToAdopt = [
  "Application.Read.All",
  "DelegatedPermissionGrant.Read.All",
  "EntitlementManagement.Read.All",
  "Group.Read.All",
  "RoleManagement.Read.Defender",
  "RoleManagement.Read.Directory",
  "User.Read.All",
] as const satisfies readonly GraphPermission[];

/**
 * Names of the Microsoft Graph permissions for evidence of what the MSSP did. Most of Microsoft's
 * pages require both for sign-ins; `AuditLog.Read.All` alone shows the directory audit log.
 */
export const permissionsForEvidence = ["AuditLog.Read.All", "Directory.Read.All"] as const satisfies GraphPermission[];

/**
 * Names of the Microsoft Graph permissions with which `mssp verify`, `mssp onboard` and
 * `mssp governance status` see a governance relationship without a signed-in person. `up` needs none
 * of them: people of both tenants establish the relationship.
 */
export function permissionsToSeeGovernance({
  portalAccess,
}: Pick<PrerequisiteSettings, "portalAccess">): readonly GraphPermission[] {
  if (portalAccess.model !== "governance") return [];
  return [
    "TenantGovernance-Invitation.Read.All",
    "TenantGovernance-Relationship.Read.All",
    "TenantGovernance-Request.Read.All",
  ];
}

/**
 * What a person must do before `pulumi destroy` of a stack with these settings, one sentence each.
 *
 * Microsoft, "Delete accessPackage": a package that has an assignment cannot be deleted.
 */
export function beforeDestroy({ portalAccess }: { readonly portalAccess: { readonly model: string } }): string[] {
  if (portalAccess.model === "governance") {
    return [
      "Before `npx pulumi destroy` or another portalAccess.model: end the governance relationship with " +
        "`npx mssp governance terminate --stack <stack> --as customer --client-id <ID>`. Neither ends it: it grants access until the customer terminates it.",
    ];
  }
  if (portalAccess.model !== "entitlement") return [];
  return [
    "Before `npx pulumi destroy` or another portalAccess.model: remove every assignment of these access packages (Entra admin center > Identity " +
      "Governance > Access packages > the package > Assignments > Remove). Graph refuses to delete a package that somebody holds, and the " +
      "run would fail halfway. `npx mssp doctor --stack <stack> --before-destroy` lists who holds which.",
  ];
}

/** What a stack's settings need of the customer's tenant. */
export interface TenantNeeds {
  /** A group that can be given a directory role (`portalAccess` `basic`, assigned to the group). */
  readonly roleAssignableGroup?: boolean;
  /** Access packages (`portalAccess` `entitlement`). */
  readonly entitlementManagement?: boolean;
  /** A governance relationship (`portalAccess` `governance`). */
  readonly governanceRelationship?: boolean;
  /** Eligible members of groups (`portalAccess.activation`). */
  readonly justInTime?: boolean;
  /** Addresses of the analysts who are to be guests. */
  readonly guests?: readonly string[];
  /** Names of the settings that need Microsoft Entra ID P1. */
  readonly premiumSettings?: readonly string[];
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
    governanceRelationship: portalAccess.model === "governance",
    justInTime: isJustInTime(settings),
    guests: analysts.map(({ email }) => email),
    premiumSettings: premiumSettings(settings),
    clientSecretDays: kind === "customerApp" && credential.type === "secret" ? credential.days : undefined,
  };
}

/** Trust, limits and Conditional Access need P1; automatic consent alone does not. */
function premiumSettings({ crossTenantTrust, conditionalAccess }: PrerequisiteSettings): string[] {
  const { automaticConsent: _, ...trust } = crossTenantTrust ?? {};
  return [
    ...(Object.values(trust).some((value) => value !== false) ? ["crossTenantTrust"] : []),
    ...(conditionalAccess === undefined ? [] : ["conditionalAccess"]),
  ];
}

/**
 * A sentence for each need that the tenant does not meet. `guests` are the analysts who must be
 * invited.
 */
export function missingFeatures(needs: TenantNeeds, features: TenantFeatures): string[] {
  return featureChecks.map((check) => check(needs, features)).filter((sentence) => sentence !== undefined);
}

type FeatureCheck = (needs: TenantNeeds, features: TenantFeatures) => string | undefined;

/**
 * Each returns what is missing and what to do, or undefined. In the order in which they are listed
 * for people.
 */
const featureChecks: readonly FeatureCheck[] = [
  ({ roleAssignableGroup }, { roleAssignableGroups }) =>
    roleAssignableGroup && roleAssignableGroups === false
      ? "A group can only be given a directory role with Microsoft Entra ID P1, which the tenant doesn't have: " +
        "set portalAccess.assignTo to guests, or portalAccess.model to rbac."
      : undefined,
  (needs, { entitlementManagement }) =>
    needs.entitlementManagement && entitlementManagement === false
      ? "Access packages need Microsoft Entra ID P2 or ID Governance, which the tenant doesn't have: " +
        "set portalAccess.model to rbac."
      : undefined,
  // Microsoft, "Licensing for Microsoft Entra Tenant Governance", and Defender's page on governance
  // relationships: P1 in both tenants.
  ({ governanceRelationship }, { roleAssignableGroups: hasP1 }) =>
    governanceRelationship && hasP1 === false
      ? "A governance relationship needs Microsoft Entra ID P1, which the tenant doesn't have: set portalAccess.model to rbac."
      : undefined,
  ({ premiumSettings: named = [] }, { roleAssignableGroups: hasPremium }) =>
    named.length > 0 && hasPremium === false
      ? `${named.join(" and ")} ${named.length === 1 ? "needs" : "need"} Microsoft Entra ID P1, which the tenant doesn't have: ` +
        `remove ${named.length === 1 ? "the setting" : "the settings"}.`
      : undefined,
  // Microsoft Entra ID P2 and ID Governance have both features.
  ({ justInTime }, { entitlementManagement }) =>
    justInTime && entitlementManagement === false
      ? "Just-in-time access needs Microsoft Entra ID P2 or ID Governance, which the tenant doesn't have: " +
        "set portalAccess.activation to standing."
      : undefined,
  ({ guests = [] }, { invitations }) =>
    guests.length > 0 && invitations === false
      ? `The tenant lets nobody invite guests, and these analysts aren't there yet: ${guests.join(", ")}. ` +
        "Its administrator allows it in Entra, External Identities > External collaboration settings, " +
        "or invites them by hand: who is there is used."
      : undefined,
  secretLifetime,
];

function secretLifetime(
  { clientSecretDays = 0 }: TenantNeeds,
  { longestSecretDays = Infinity }: TenantFeatures,
): string | undefined {
  if (clientSecretDays <= longestSecretDays) return undefined;
  if (longestSecretDays === 0)
    return "The tenant's app management policy forbids client secrets: set connector.credential to certificate or federated.";
  return (
    `The tenant's app management policy allows client secrets of ${longestSecretDays} days at most, and this one ` +
    `is to last ${clientSecretDays}: shorten it, or set connector.credential to certificate or federated.`
  );
}

function graph(
  permission: GraphPermission,
  isNeeded: ConditionalPermission["isNeeded"],
  others: Pick<NeededPermission, "purpose" | "directoryRoles"> & Partial<Pick<NeededPermission, "alsoEnough">>,
): ConditionalPermission {
  const { displayName: api, appId: apiAppId } = microsoftGraph;
  return { api, apiAppId, permission, isNeeded, alsoEnough: [], ...others };
}
