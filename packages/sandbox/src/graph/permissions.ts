/**
 * The permissions of each operation, as listed in Graph's reference, least privileged first. An
 * application's are the `roles` of its token, a signed-in user's the `scp`.
 * https://learn.microsoft.com/graph/permissions-reference
 */
import type { Caller } from "../cloud/model";
import { apiNames } from "../cloud/permissionUse";
import {
  authorizationFailed,
  callerNotAuthorized,
  denied,
  missingLogPermission,
  missingScope,
  missingScopesInToken,
  type EmulatedGraphError,
} from "./graphErrors";

export interface RoutePermissions {
  /** Any of these app roles is enough. */
  readonly application: readonly string[];
  /** Any of these delegated scopes is enough. */
  readonly delegated: readonly string[];
  /** Names of which the call needs one in addition. Application and delegated ones are equal. */
  readonly also?: readonly string[];
  /** App roles that are enough if the calling application owns the object. */
  readonly owned: readonly string[];
  /** The service's error, if it is not the directory's. */
  readonly refusal?: () => EmulatedGraphError;
}

/** The caller's access to an operation, by the token. */
export type Access = "all" | "owned" | "none";

export function access(caller: Caller, permissions: RoutePermissions): Access {
  const { also } = permissions;
  if (also !== undefined && !passes(caller, also)) return "none";
  if (isDelegated(caller)) return passed(caller, caller.scopes, permissions.delegated) ? "all" : "none";
  if (passed(caller, caller.roles, permissions.application)) return "all";
  return passed(caller, caller.roles, permissions.owned) ? "owned" : "none";
}

/** The error for a caller without any of the permissions. */
export function refusal(permissions: RoutePermissions): EmulatedGraphError {
  return permissions.refusal?.() ?? denied(permissions.application);
}

/** Whether the caller is a user, not an application. */
export function isDelegated(caller: Caller): boolean {
  return caller.scopes.size > 0;
}

/** A role-assignable group requires the permission to manage roles. */
export function mayManageRoles(caller: Caller): boolean {
  return passes(caller, ["RoleManagement.ReadWrite.Directory"]);
}

/** Whether the caller has one of the permissions, as app role or delegated. Counts as a check. */
export function passes(caller: Caller, wanted: readonly string[]): boolean {
  return passed(caller, isDelegated(caller) ? caller.scopes : caller.roles, wanted);
}

const directoryRead = ["Directory.Read.All", "Directory.ReadWrite.All"];
const asUser = "Directory.AccessAsUser.All";

const groupWrite = ["Group.ReadWrite.All", "Directory.ReadWrite.All"];
const groupRead = [
  "GroupMember.Read.All",
  "Group.Read.All",
  "GroupMember.ReadWrite.All",
  ...groupWrite,
  "Directory.Read.All",
];
const userRead = ["User.ReadBasic.All", "User.Read.All", "User.ReadUpdate.All", "User.ReadWrite.All", ...directoryRead];
const applicationRead = ["Application.Read.All", "Application.ReadWrite.All", ...directoryRead];
const roleRead = [
  "RoleManagement.Read.Directory",
  "RoleManagement.Read.All",
  "RoleManagement.ReadWrite.Directory",
  ...directoryRead,
];
const roleEligibilityWrite = ["RoleEligibilitySchedule.ReadWrite.Directory", "RoleManagement.ReadWrite.Directory"];
const activationRead = [
  "PrivilegedAssignmentSchedule.Read.AzureADGroup",
  "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
];

const authenticationMethodRead = ["UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"];
const directorySynchronizationRead = [
  "OnPremDirectorySynchronization.Read.All",
  "OnPremDirectorySynchronization.ReadWrite.All",
];

export const permissions = {
  // The permissions reference: with `Application.ReadWrite.OwnedBy` alone, `GET /applications` fails with 403.
  listApplications: of(applicationRead),
  readApplications: of(applicationRead, { owned: ["Application.ReadWrite.OwnedBy"] }),
  createApplication: of(["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"]),
  writeApplication: of(["Application.ReadWrite.All"], { owned: ["Application.ReadWrite.OwnedBy"] }),
  listServicePrincipals: of(applicationRead),
  readServicePrincipals: of(applicationRead, { owned: ["Application.ReadWrite.OwnedBy"] }),
  createServicePrincipal: of(["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"]),
  writeServicePrincipal: of(["Application.ReadWrite.All"], { owned: ["Application.ReadWrite.OwnedBy"] }),
  readAppRoleAssignments: of([...applicationRead, "AppRoleAssignment.ReadWrite.All"]),
  readUserAppRoles: of([...directoryRead, "AppRoleAssignment.ReadWrite.All"]),
  readGroupAppRoles: of(["Group.Read.All", ...groupWrite, "Directory.Read.All", "AppRoleAssignment.ReadWrite.All"]),
  writeAppRoleAssignments: of(["AppRoleAssignment.ReadWrite.All"]),
  readGrants: of(["DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All", ...directoryRead]),
  writeGrants: of(["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"]),
  readGroups: of(groupRead, { owned: ["Group.Create"] }),
  listGroups: of(groupRead),
  createGroup: of(["Group.Create", ...groupWrite], { notDelegated: ["Group.Create"] }),
  writeGroup: of(groupWrite, { owned: ["Group.Create"] }),
  // "Does not allow user or group deletion", says the permissions reference of
  // Directory.ReadWrite.All.
  deleteGroup: of(["Group.ReadWrite.All"], { owned: ["Group.Create"] }),
  writeMembers: of(["GroupMember.ReadWrite.All", ...groupWrite], { owned: ["Group.Create"] }),
  readUsers: of(userRead),
  readMe: of(userRead, { delegated: ["User.Read", "User.ReadWrite"] }),
  createUser: of(["User.ReadWrite.All", "Directory.ReadWrite.All"]),
  writeUser: of(["User.ReadUpdate.All", "User.ReadWrite.All", "Directory.ReadWrite.All"]),
  deleteUser: of(["User.DeleteRestore.All", "User.ReadWrite.All"]),
  invite: of(["User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"]),
  readRoles: of(roleRead),
  readAdministrativeUnits: of(["AdministrativeUnit.Read.All", "AdministrativeUnit.ReadWrite.All", ...directoryRead]),
  writeAdministrativeUnits: of(["AdministrativeUnit.ReadWrite.All"]),
  writeRoles: of(["RoleManagement.ReadWrite.Directory"]),
  readRoleEligibilities: named([
    "RoleEligibilitySchedule.Read.Directory",
    "RoleManagement.Read.Directory",
    "RoleManagement.Read.All",
    ...roleEligibilityWrite,
  ]),
  readRoleAssignmentSchedules: named([
    "RoleAssignmentSchedule.Read.Directory",
    "RoleManagement.Read.Directory",
    "RoleManagement.Read.All",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleManagement.ReadWrite.Directory",
  ]),
  writeRoleEligibilities: named(roleEligibilityWrite),
  readDefenderRoles: named(["RoleManagement.Read.Defender", "RoleManagement.ReadWrite.Defender"]),
  writeDefenderRoles: named(["RoleManagement.ReadWrite.Defender"]),
  readEligibilities: named([
    "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
  ]),
  writeEligibilities: named(["PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"]),
  readActivations: named(activationRead),
  writeActivations: named(["PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup"]),
  // Approvers are people: the pages have no permission for applications.
  readApprovals: { ...named(activationRead), application: [] },
  writeApprovals: { ...named(["PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup"]), application: [] },
  readGroupRolePolicies: named([
    "RoleManagementPolicy.Read.AzureADGroup",
    "RoleManagementPolicy.ReadWrite.AzureADGroup",
  ]),
  writeGroupRolePolicies: named(["RoleManagementPolicy.ReadWrite.AzureADGroup"]),
  readMemberships: of([...groupRead, ...userRead, ...applicationRead]),
  readDirectoryObjects: of([...applicationRead, ...groupRead, ...userRead]),
  readDeletedItems: of([...applicationRead, ...groupRead, ...userRead]),
  readAuditLog: ofLogs(),
  // Most pages of this call require both; the newest names Directory.Read.All as a higher one only.
  readSignIns: ofLogs(directoryRead),
  readRegistrationDetails: {
    ...ofLogs(),
    application: ["AuditLog.Read.All", "UserAuthenticationMethod.Read.All"],
    delegated: ["AuditLog.Read.All", "UserAuthenticationMethod.Read.All"],
  },
  readAuthenticationMethods: {
    ...exactly(authenticationMethodRead),
    refusal: () => authorizationFailed(authenticationMethodRead),
  },
  // Its page has no higher permission.
  readRiskyUsers: ofConditionalAccess(["IdentityRiskyUser.Read.All"]),
  writeRiskyUsers: ofConditionalAccess(["IdentityRiskyUser.ReadWrite.All"]),
  readSharePointSettings: exactly(["SharePointTenantSettings.Read.All", "SharePointTenantSettings.ReadWrite.All"]),
  // For users only: the page has no permission for applications.
  readDirectorySynchronization: {
    ...exactly(directorySynchronizationRead),
    application: [],
    refusal: () => denied(directorySynchronizationRead),
  },
  // "MS Graph Subscriptions will not be able to support write access permissions where only read access is needed."
  subscribe: exactly(["User.Read.All", "Group.Read.All"]),
  readEntitlements: ofEntitlements(["EntitlementManagement.Read.All", "EntitlementManagement.ReadWrite.All"]),
  writeEntitlements: ofEntitlements(["EntitlementManagement.ReadWrite.All"]),
  readOrganization: of(["Organization.Read.All", "Organization.ReadWrite.All", ...directoryRead], {
    delegated: ["User.Read"],
  }),
  readLicences: of(["LicenseAssignment.Read.All", "Organization.Read.All", ...directoryRead]),
  readAuthorizationPolicy: of(["Policy.Read.All", "Policy.ReadWrite.Authorization"]),
  readAuthenticationMethodsPolicy: of([
    "Policy.Read.AuthenticationMethod",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.Read.All",
  ]),
  readConsentRequestPolicy: of(["Policy.Read.All", "Policy.ReadWrite.ConsentRequest", ...directoryRead]),
  // Pages of security defaults and of named locations: no higher permission.
  readPolicies: of(["Policy.Read.All"]),
  readTimeoutPolicies: exactly(["Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"]),
  writeAuthorizationPolicy: of(["Policy.ReadWrite.Authorization"]),
  writeConsentRequestPolicy: of(["Policy.ReadWrite.ConsentRequest", "Directory.ReadWrite.All"]),
  writeSecurityDefaults: exactly(["Policy.ReadWrite.SecurityDefaults"]),
  readGroupSettings: of(directoryRead),
  writeGroupSettings: of(["Directory.ReadWrite.All"]),
  readTenantInformation: of(["CrossTenantInformation.ReadBasic.All"]),
  readAppManagementPolicy: of(["Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"]),
  readCrossTenantAccess: of(["Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess"]),
  writeCrossTenantAccess: of(["Policy.ReadWrite.CrossTenantAccess"]),
  readConditionalAccess: ofConditionalAccess([
    "Policy.Read.ConditionalAccess",
    "Policy.Read.All",
    "Policy.ReadWrite.ConditionalAccess",
  ]),
  // Its page names this one; whether a higher one is enough is not documented.
  evaluateConditionalAccess: ofConditionalAccess(["Policy.Read.ConditionalAccess"]),
  writeConditionalAccess: ofConditionalAccess(["Policy.ReadWrite.ConditionalAccess"], ["Policy.Read.All"]),
  // Applications may read only; a user also needs a directory role.
  readGovernanceSettings: ofGovernance("Setting", "read"),
  writeGovernanceSettings: ofGovernance("Setting", "write"),
  readGovernanceInvitations: ofGovernance("Invitation", "read"),
  writeGovernanceInvitations: ofGovernance("Invitation", "write"),
  readGovernanceTemplates: ofGovernance("PolicyTemplate", "read"),
  writeGovernanceTemplates: ofGovernance("PolicyTemplate", "write"),
  readGovernanceRequests: ofGovernance("Request", "read"),
  writeGovernanceRequests: ofGovernance("Request", "write"),
  readGovernanceRelationships: ofGovernance("Relationship", "read"),
  writeGovernanceRelationships: ofGovernance("Relationship", "write"),
  readDelegatedAdminRelationships: of(["DelegatedAdminRelationship.Read.All"]),
  readDomainRecords: exactly(["Domain.Read.All", "Domain.ReadWrite.All"]),
  writeDomains: of(["Domain.ReadWrite.All"]),
  writeOrganization: of(["Organization.ReadWrite.All"]),
  readDomains: of(["Domain.Read.All", "Domain.ReadWrite.All", ...directoryRead]),
} satisfies Record<string, RoutePermissions>;

/**
 * Permissions that the 403 names, equal for users; `Directory.AccessAsUser.All` is none of them.
 */
function named(names: readonly string[]): RoutePermissions {
  return { application: names, delegated: names, owned: [], refusal: () => missingScope(names) };
}

/** The permissions of the page, equal for users; `Directory.AccessAsUser.All` is none of them. */
function exactly(names: readonly string[]): RoutePermissions {
  return { application: names, delegated: names, owned: [] };
}

/** `also`: names of which one is needed besides AuditLog.Read.All. */
function ofLogs(also?: readonly string[]): RoutePermissions {
  const names = ["AuditLog.Read.All"];
  const missing = [...names, ...(also?.slice(0, 1) ?? [])].join(",");
  return { application: names, delegated: names, owned: [], also, refusal: () => missingLogPermission(missing) };
}

/** `also`: names of which one is needed in addition. */
function ofConditionalAccess(names: readonly string[], also?: readonly string[]): RoutePermissions {
  const missing = [names.join(" or "), ...(also === undefined ? [] : [also.join(" or ")])].join(" with ");
  return { application: names, delegated: names, owned: [], also, refusal: () => missingScopesInToken(missing) };
}

interface Differences {
  owned?: readonly string[];
  /** Delegated scopes without an app role of the same name. */
  delegated?: readonly string[];
  /** App roles for which there is no delegated scope. */
  notDelegated?: readonly string[];
}

/**
 * Delegated scopes have the app roles' names with few exceptions; `Directory.AccessAsUser.All`
 * gives the user's own rights.
 */
function of(application: readonly string[], differences: Differences = {}): RoutePermissions {
  const { owned = [], delegated = [], notDelegated = [] } = differences;
  const withoutOwned = application.filter((name) => !name.endsWith(".OwnedBy") && !notDelegated.includes(name));
  return {
    application: [...new Set(application)],
    delegated: [...new Set([...withoutOwned, ...delegated, asUser])],
    owned,
  };
}

/** Entitlement management has its own error, and does not accept the user's own rights. */
function ofEntitlements(names: readonly string[]): RoutePermissions {
  return { application: names, delegated: names, owned: [], refusal: () => callerNotAuthorized(names) };
}

/** Tenant Governance: writes are for signed-in users. */
function ofGovernance(what: string, use: "read" | "write"): RoutePermissions {
  const [read, write] = [`TenantGovernance-${what}.Read.All`, `TenantGovernance-${what}.ReadWrite.All`];
  const names = use === "read" ? [read, write] : [write];
  return { application: use === "read" ? [read] : [], delegated: names, owned: [], refusal: () => denied(names) };
}

function passed(caller: Caller, granted: ReadonlySet<string>, wanted: readonly string[]): boolean {
  const enough = wanted.filter((name) => granted.has(name));
  if (enough.length === 0) return false;
  caller.passed.push({ api: apiNames.graph, enough });
  return true;
}
