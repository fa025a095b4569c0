/**
 * Who may do what in a tenant of the sandbox: the measure by which a switch of the portal access
 * model never gives more than one of the two models. A grant is a text "<who>: <what>", and the set
 * of them is all that
 * - users and groups have by directory roles, of their own and by their groups;
 * - users and groups have by roles of Defender's unified RBAC, in the same way;
 * - users can activate as eligible members of such groups;
 * - people of a connected organization can get by an access package that they may request. Users
 *   are named by e-mail address and groups by name, so that an object made anew with the same
 *   access counts as the same.
 */
import { directoryRoleTemplates } from "@defender-mssp/microsoft";
import { type StoredObject, type Tenant, jsonText } from "@defender-mssp/testkit";

/** Every grant that there is now. */
export function grantsIn(tenant: Tenant): ReadonlySet<string> {
  const rights = [...directoryRights(tenant), ...defenderRights(tenant)];
  return new Set(
    rights.flatMap(([principal, right]) => holders(tenant, principal).map((holder) => `${holder}: ${right}`)),
  );
}

/** Whether every grant of one set is in the other. */
export function within(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((grant) => all.has(grant));
}

type Right = readonly [principalId: string, right: string];

function directoryRights(tenant: Tenant): Right[] {
  const names = new Map(Object.entries(directoryRoleTemplates).map(([name, id]) => [id as string, name]));
  return [...tenant.objects("roleAssignments").values()].map(({ principalId, roleDefinitionId }) => [
    jsonText(principalId),
    names.get(jsonText(roleDefinitionId)) ?? jsonText(roleDefinitionId),
  ]);
}

function defenderRights(tenant: Tenant): Right[] {
  return [...tenant.objects("defenderRoleAssignments").values()].flatMap(({ principalIds, roleDefinitionId }) => {
    const definition = tenant.objects("defenderRoleDefinitions").get(jsonText(roleDefinitionId));
    const permissions = (definition?.["rolePermissions"] ?? []) as { allowedResourceActions: string[] }[];
    const actions = permissions.flatMap(({ allowedResourceActions }) => allowedResourceActions);
    return (principalIds as string[]).flatMap((principal) => actions.map((action): Right => [principal, action]));
  });
}

/** Who has what a principal is given: itself, a group's members, and who may request to be one. */
function holders(tenant: Tenant, principalId: string): string[] {
  const user = tenant.objects("users").get(principalId);
  if (user !== undefined) return [jsonText(user["mail"])];
  const group = tenant.objects("groups").get(principalId);
  if (group === undefined) return [];
  const members = tenant.links("groups.members").get(principalId) ?? [];
  return [
    `group ${jsonText(group["displayName"])}`,
    ...members.flatMap((member) => holders(tenant, member)),
    ...eligibleMembers(tenant, principalId).map((member) => `when activated, ${member}`),
    ...requestors(tenant, principalId).map((organization) => `on request, people of ${organization}`),
  ];
}

/** Users who may activate the membership of a group. */
function eligibleMembers(tenant: Tenant, groupId: string): string[] {
  return [...tenant.objects("eligibilitySchedules").values()]
    .filter((schedule) => schedule["groupId"] === groupId)
    .map(({ principalId }) => jsonText(tenant.objects("users").get(jsonText(principalId))?.["mail"]));
}

/** Connected organizations whose people may request a package that makes them members of a group. */
function requestors(tenant: Tenant, groupId: string): string[] {
  const scopes = idsOf(tenant, "accessPackageResourceScopes", ({ originId }) => originId === groupId);
  const roleScopes = startsOf(tenant, "accessPackageResourceRoleScopes.accessPackageResourceScopes", scopes);
  const packages = startsOf(tenant, "accessPackages.accessPackageResourceRoleScopes", roleScopes);
  return [...tenant.objects("accessPackageAssignmentPolicies").values()]
    .filter(({ accessPackageId }) => packages.includes(jsonText(accessPackageId)))
    .flatMap(
      ({ requestorSettings }) => (requestorSettings as { allowedRequestors: { id: string }[] }).allowedRequestors,
    )
    .map(({ id }) => jsonText(tenant.objects("connectedOrganizations").get(id)?.["displayName"]));
}

function idsOf(tenant: Tenant, collection: string, matches: (object: StoredObject) => boolean): string[] {
  return [...tenant.objects(collection).values()].filter(matches).map(({ id }) => id);
}

function startsOf(tenant: Tenant, link: string, ends: readonly string[]): string[] {
  return [...tenant.links(link)].filter(([, to]) => to.some((end) => ends.includes(end))).map(([from]) => from);
}
