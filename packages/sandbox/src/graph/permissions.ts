/**
 * Which permissions let a caller do what, as each operation's page in Graph's reference lists them,
 * least privileged first. An application's are the `roles` of its token, a signed-in user's the
 * `scp`. https://learn.microsoft.com/graph/permissions-reference
 */
import type { Caller } from "../cloud/model";
import { callerNotAuthorized, denied, missingScope, type GraphError } from "./errors";

export interface Permissions {
  /** Any of these app roles is enough. */
  readonly application: readonly string[];
  /** Any of these delegated scopes is enough. */
  readonly delegated: readonly string[];
  /** App roles that are enough where the calling application owns the object. */
  readonly owned: readonly string[];
  /** The service's refusal, where it isn't the directory's. */
  readonly refusal?: () => GraphError;
}

/** What the caller's token gives for an operation. */
export type Access = "all" | "owned" | "none";

export function access(caller: Caller, permissions: Permissions): Access {
  if (isDelegated(caller)) return has(caller.scopes, permissions.delegated) ? "all" : "none";
  if (has(caller.roles, permissions.application)) return "all";
  return has(caller.roles, permissions.owned) ? "owned" : "none";
}

/** The refusal of a caller who has none of the permissions. */
export function refusal(permissions: Permissions): GraphError {
  return permissions.refusal?.() ?? denied(permissions.application);
}

/** Whether a user is signed in, or an application calls by itself. */
export function isDelegated(caller: Caller): boolean {
  return caller.scopes.size > 0;
}

/** A role-assignable group is guarded like the roles that it may be given. */
export function mayManageRoles(caller: Caller): boolean {
  return has(isDelegated(caller) ? caller.scopes : caller.roles, ["RoleManagement.ReadWrite.Directory"]);
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
const userRead = ["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", ...directoryRead];
const applicationRead = ["Application.Read.All", "Application.ReadWrite.All", ...directoryRead];
const roleRead = [
  "RoleManagement.Read.Directory",
  "RoleManagement.Read.All",
  "RoleManagement.ReadWrite.Directory",
  ...directoryRead,
];

export const permissions = {
  readApplications: of([...applicationRead, "Application.ReadWrite.OwnedBy"]),
  createApplication: of(["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"]),
  writeApplication: of(["Application.ReadWrite.All"], { owned: ["Application.ReadWrite.OwnedBy"] }),
  readServicePrincipals: of([...applicationRead, "Application.ReadWrite.OwnedBy"]),
  createServicePrincipal: of(["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"]),
  writeServicePrincipal: of(["Application.ReadWrite.All"], { owned: ["Application.ReadWrite.OwnedBy"] }),
  readAppRoleAssignments: of([...applicationRead, "AppRoleAssignment.ReadWrite.All"]),
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
  writeUser: of(["User.ReadWrite.All", "Directory.ReadWrite.All"]),
  deleteUser: of(["User.DeleteRestore.All", "User.ReadWrite.All"]),
  invite: of(["User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"]),
  readRoles: of(roleRead),
  writeRoles: of(["RoleManagement.ReadWrite.Directory"]),
  readDefenderRoles: named(["RoleManagement.Read.Defender", "RoleManagement.ReadWrite.Defender"]),
  writeDefenderRoles: named(["RoleManagement.ReadWrite.Defender"]),
  readMemberships: of([...groupRead, ...userRead, ...applicationRead]),
  readDirectoryObjects: of([...applicationRead, ...groupRead, ...userRead]),
  readDeletedItems: of([...applicationRead, ...groupRead, ...userRead]),
  readAuditLog: named(["AuditLog.Read.All"]),
  readEntitlements: ofEntitlements(["EntitlementManagement.Read.All", "EntitlementManagement.ReadWrite.All"]),
  writeEntitlements: ofEntitlements(["EntitlementManagement.ReadWrite.All"]),
  readOrganization: of(["Organization.Read.All", "Organization.ReadWrite.All", ...directoryRead], {
    delegated: ["User.Read"],
  }),
  readLicences: of(["LicenseAssignment.Read.All", "Organization.Read.All", ...directoryRead]),
  readAuthorizationPolicy: of(["Policy.Read.All", "Policy.ReadWrite.Authorization"]),
  readAppManagementPolicy: of([
    "Policy.Read.ApplicationConfiguration",
    "Policy.Read.All",
    "Policy.ReadWrite.ApplicationConfiguration",
  ]),
  readDomains: of(["Domain.Read.All", "Domain.ReadWrite.All", ...directoryRead]),
} satisfies Record<string, Permissions>;

/**
 * Permissions that the 403 names, and that are the same for users; `Directory.AccessAsUser.All` is
 * none of them.
 */
function named(names: readonly string[]): Permissions {
  return { application: names, delegated: names, owned: [], refusal: () => missingScope(names) };
}

interface Differences {
  owned?: readonly string[];
  /** Delegated scopes beyond the app roles' names. */
  delegated?: readonly string[];
  /** App roles for which there is no delegated scope. */
  notDelegated?: readonly string[];
}

/**
 * Delegated scopes have the app roles' names with few exceptions; `Directory.AccessAsUser.All` is
 * what the user may do.
 */
function of(application: readonly string[], differences: Differences = {}): Permissions {
  const { owned = [], delegated = [], notDelegated = [] } = differences;
  const withoutOwned = application.filter((name) => !name.endsWith(".OwnedBy") && !notDelegated.includes(name));
  return {
    application: [...new Set(application)],
    delegated: [...new Set([...withoutOwned, ...delegated, asUser])],
    owned,
  };
}

/**
 * Entitlement management refuses in words of its own, and doesn't take what the user may do for a
 * permission.
 */
function ofEntitlements(names: readonly string[]): Permissions {
  return { application: names, delegated: names, owned: [], refusal: () => callerNotAuthorized(names) };
}

function has(granted: ReadonlySet<string>, wanted: readonly string[]): boolean {
  return wanted.some((name) => granted.has(name));
}
