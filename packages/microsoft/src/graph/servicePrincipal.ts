/**
 * Applications' presence in a tenant, and what is granted to them.
 * https://learn.microsoft.com/graph/api/resources/serviceprincipal, …/approleassignment,
 * …/oauth2permissiongrant
 */
import type { AppRole, KeyCredential, PasswordCredential, PermissionScope } from "./application";
import { equals, graphList, type GraphCall } from "./call";
import { graphCollection } from "./collection";
import { goneStatuses, isGone } from "./gone";
import type { Collection, DirectoryObject } from "./types";
import { untilSeen, waits, type WaitContext } from "../waits";

export const graphServicePrincipals = graphCollection("/v1.0/servicePrincipals", {
  read: ["Application.Read.All"],
  write: ["Application.ReadWrite.All"],
});

/** Delegated permissions of every client. */
export const graphPermissionGrants = graphCollection("/v1.0/oauth2PermissionGrants", {
  read: ["DelegatedPermissionGrant.Read.All"],
  write: ["DelegatedPermissionGrant.ReadWrite.All"],
});

/** Permissions for the application permissions of service principals. */
export const appRolePermissions = {
  read: graphServicePrincipals.read,
  write: ["AppRoleAssignment.ReadWrite.All"],
} as const;

/** Application permissions that a service principal has. */
export function appRoleAssignmentsPath(principalId: string): string {
  return `${graphServicePrincipals.item(principalId)}/appRoleAssignments`;
}

/** Application permissions that the service principal of an API has granted. */
export function appRoleAssignedToPath(resourceId: string): string {
  return `${graphServicePrincipals.item(resourceId)}/appRoleAssignedTo`;
}

export function clientGrantsPath(principalId: string): string {
  return `${graphServicePrincipals.item(principalId)}/oauth2PermissionGrants`;
}

/** The tenant's service principal of an application; undefined if there is none. */
export async function findServicePrincipal<T extends object = ServicePrincipal>(
  call: GraphCall,
  appId: string,
): Promise<T | undefined> {
  const [found] = await graphList<T>(call, `${graphServicePrincipals.path}?$filter=${equals("appId", appId)}`);
  return found;
}

/**
 * Ends the ownership of the caller of a create, which the azuread plugin does last: after a create that
 * failed before, only a refresh would show it.
 * @param creatorId object ID of the caller.
 * @returns whether the service principal was seen, and is no longer owned by the caller.
 */
export async function removeCreator(
  call: GraphCall,
  { appId, creatorId }: { readonly appId: string; readonly creatorId: string },
  context: WaitContext = {},
): Promise<boolean> {
  const remove = async () => {
    const principal = await findServicePrincipal(call, appId);
    if (principal === undefined) return false;
    const path = `${graphServicePrincipals.item(principal.id)}/owners`;
    const removal = { method: "DELETE", accept: goneStatuses, idempotent: true };
    if (!isGone(await call(`${path}/${creatorId}/$ref`, removal))) return true;
    // Either a replica does not know it, or the plugin's request was carried out.
    const answer = await call(path, { accept: goneStatuses });
    const { value = [] } = (answer.body ?? {}) as Partial<Collection<DirectoryObject>>;
    return !isGone(answer) && !value.some(({ id }) => id === creatorId);
  };
  return (await untilSeen(waits.servicePrincipal, remove, context)) === true;
}

export function listAppRoleAssignments(call: GraphCall, principalId: string): Promise<AppRoleAssignment[]> {
  return graphList(call, appRoleAssignmentsPath(principalId));
}

/** An application permission of a principal, by names: national clouds have other IDs. */
export interface GrantedRole {
  readonly assignment: AppRoleAssignment;
  /** Application ID of the API; undefined where the tenant no longer has the API's service principal. */
  readonly apiId: string | undefined;
  /** Name of the permission, or its ID where the API does not publish it. */
  readonly value: string;
}

/** Reads each API once. Requires `Application.Read.All`. */
export async function namedRoles(
  call: GraphCall,
  assignments: readonly AppRoleAssignment[],
): Promise<readonly GrantedRole[]> {
  const read = async (id: string) => {
    const { status, body } = await call(graphServicePrincipals.item(id), { accept: [404] });
    return [id, status === 404 ? undefined : (body as ServicePrincipal)] as const;
  };
  const apis = new Map(await Promise.all([...new Set(assignments.map(({ resourceId }) => resourceId))].map(read)));
  return assignments.map((assignment) => {
    const api = apis.get(assignment.resourceId);
    const role = api?.appRoles.find(({ id }) => id === assignment.appRoleId);
    return { assignment, apiId: api?.appId, value: role?.value ?? assignment.appRoleId };
  });
}

export function listClientGrants(call: GraphCall, principalId: string): Promise<OAuth2PermissionGrant[]> {
  return graphList(call, clientGrantsPath(principalId));
}

/** An application's presence in a tenant. */
export interface ServicePrincipal extends DirectoryObject {
  appId: string;
  displayName: string;
  accountEnabled: boolean;
  appRoles: AppRole[];
  oauth2PermissionScopes: PermissionScope[];
  replyUrls: string[];
  keyCredentials: KeyCredential[];
  passwordCredentials: PasswordCredential[];
}

/** An application permission granted to a principal. */
export interface AppRoleAssignment {
  /** Not a UUID. */
  id: string;
  appRoleId: string;
  createdDateTime: string;
  principalId: string;
  resourceId: string;
  resourceDisplayName: string | null;
}

/** Delegated permissions granted to a client for one API. */
export interface OAuth2PermissionGrant {
  /** Not a UUID. */
  id: string;
  /** Object ID of the client's service principal. */
  clientId: string;
  /**
   * `AllPrincipals`: for every user, by an administrator. `Principal`: for the one user of
   * `principalId`.
   */
  consentType: "AllPrincipals" | "Principal";
  principalId: string | null;
  /** Object ID of the API's service principal. */
  resourceId: string;
  /** Scope names, with spaces between them. */
  scope: string | null;
}
