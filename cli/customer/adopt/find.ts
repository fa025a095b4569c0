/**
 * Looks in a customer's tenant for what an onboarding by hand leaves, by the document of 2018 and by
 * Microsoft's pages of today. It only reads. A part that the identity may not read is named.
 */
import {
  equals,
  findServicePrincipal,
  getSiemAuthorization,
  graphGroups,
  graphList,
  graphUsers,
  groupMembersPath,
  listDetectionRules,
  listRoleAssignments,
  listRoleDefinitions,
  listRolesOf,
  microsoftGraph,
  ServiceError,
  tierNames,
  windowsDefenderAtp,
  type GraphCall,
  type Group,
  type UnifiedRoleAssignment,
} from "@defender-mssp/microsoft";
import { readPeople, tenantReader } from "@defender-mssp/tenant";
import { unsearchedReason } from "../../../domain/adoption";
import { detectionRule } from "../../../domain/kinds/defenderSettings";
import { kinds } from "../../../domain/kinds/kinds";
import { securityGroupName } from "../../../domain/naming";
import { principalName, type ListedPrincipal } from "../../tenant/additions/tenant";
import { markIn } from "./markIn";
import { findApplications, findServicePrincipals } from "./findConnector";
import { findEntitlements, noEntitlements } from "./findEntitlements";
import type { Look, SearchedTenant } from "./searchedTenant";
import type { FoundApis, FoundDetectionRule, FoundGroup, FoundGuest, FoundTenant, NotLooked } from "./found";

/** @throws ServiceError for other failures than a missing permission */
export async function findInTenant(tenant: SearchedTenant): Promise<FoundTenant> {
  const notLooked = unsearched(tenant);
  const look: Look = async (what, permission, empty, run) => {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ServiceError) || ![401, 403].includes(error.status)) throw error;
      notLooked.push({ what, why: `not permitted: requires ${permission}` });
      return empty;
    }
  };
  const { call } = tenant;
  const guests = await look("guests", "User.Read.All", [], () => findGuests(tenant));
  const [applications, servicePrincipals, apis] = await look(
    "app registrations and service principals",
    "Application.Read.All",
    [[], [], { graph: undefined, defender: undefined }] as const,
    async () => [await findApplications(tenant, look), await findServicePrincipals(tenant, look), await findApis(call)],
  );
  const [defenderRoles, defenderAssignments] = await look(
    "roles of Defender's unified RBAC",
    "RoleManagement.Read.Defender",
    [[], []] as const,
    async () => [await listRoleDefinitions(call), await listRoleAssignments(call)] as const,
  );
  const entitlements = await look("access packages", "EntitlementManagement.Read.All", noEntitlements, () =>
    findEntitlements(tenant),
  );
  const groups = await look("groups", "Group.Read.All", [], async () => {
    const granted = entitlements.packages.flatMap((one) => one.groups.map(({ groupId }) => groupId));
    return findGroups(tenant, guests, granted);
  });
  const principals = [...guests, ...groups].map(({ id }) => id);
  const directoryRoles = await look("directory roles", "RoleManagement.Read.Directory", [], () =>
    findDirectoryRoles(call, principals),
  );
  const held = new Set(principals);
  const ofPrincipals = defenderAssignments.filter(({ principalIds }) => principalIds.some((id) => held.has(id)));
  return {
    apis,
    guests,
    groups,
    applications,
    servicePrincipals,
    directoryRoles,
    defenderAssignments: ofPrincipals,
    defenderRoles: defenderRoles
      .filter(({ id }) => ofPrincipals.some((one) => one.roleDefinitionId === id))
      .map((role) => ({ ...role, ...markIn(role.description) })),
    ...entitlements,
    detectionRules: await look("detection rules", detectionRule.read.join(", "), [], () => findDetectionRules(call)),
    authorized: await look("authorizations for the legacy alert API", "the gateway's permission", {}, () =>
      authorizations(tenant, applications),
    ),
    notLooked,
  };
}

/** The kinds of access that nobody looks for, with the reason. */
function unsearched({ defender }: SearchedTenant): NotLooked[] {
  return kinds.flatMap((kind) => {
    const why = unsearchedReason(kind, defender !== undefined);
    return why === undefined ? [] : [{ what: kind.plural, why }];
  });
}

/** Guests and external members with an address of the MSSP's domains. */
async function findGuests({ call, msspTenantId, msspDomains }: SearchedTenant): Promise<FoundGuest[]> {
  const owner = {
    msspTenantId,
    domains: msspDomains,
    stackId: undefined,
    automation: undefined,
    stack: "",
    tenantId: "",
  };
  return (await readPeople(tenantReader({ call, owner }))).flatMap(({ id, user, address }) =>
    address === undefined
      ? []
      : [
          {
            id,
            displayName: user.displayName,
            email: address,
            ...markIn(user.displayName),
            ...markIn(user.employeeType),
          },
        ],
  );
}

/** Groups with the MSSP's guests, with a name that the program uses, or of an access package (`ids`). */
async function findGroups(
  { call, msspName }: SearchedTenant,
  guests: readonly FoundGuest[],
  ids: readonly string[],
): Promise<FoundGroup[]> {
  const found = new Map<string, Group>();
  const add = (groups: readonly Group[]) => groups.forEach((group) => found.set(group.id, group));
  for (const { id } of guests) {
    const memberOf = await graphList<Group>(call, `${graphUsers.item(id)}/memberOf`);
    add(memberOf.filter((one) => one["@odata.type"] === "#microsoft.graph.group"));
  }
  for (const name of [...Object.values(tierNames), securityGroupName(msspName)]) {
    add(await graphList<Group>(call, `${graphGroups.path}?$filter=${equals("displayName", name)}`));
  }
  for (const id of new Set(ids)) add(await groupById(call, id));
  return Promise.all([...found.values()].map((group) => withMembers(call, group)));
}

async function groupById(call: GraphCall, id: string): Promise<Group[]> {
  const { status, body } = await call(graphGroups.item(id), { accept: [404] });
  return status === 404 ? [] : [body as Group];
}

async function withMembers(call: GraphCall, group: Group): Promise<FoundGroup> {
  const members = await graphList<ListedPrincipal>(call, groupMembersPath(group.id));
  return {
    id: group.id,
    displayName: group.displayName,
    isPlainSecurityGroup: group.securityEnabled && !group.mailEnabled && group.groupTypes.length === 0,
    isAssignableToRole: group.isAssignableToRole === true,
    members: members.map((member) => ({ id: member.id, name: principalName(member) })),
    ...markIn(group.description),
  };
}

async function findDirectoryRoles(call: GraphCall, principals: readonly string[]) {
  const found: UnifiedRoleAssignment[] = [];
  for (const id of principals) found.push(...(await listRolesOf(call, id)));
  return found.map(({ id, principalId, roleDefinitionId, directoryScopeId }) => ({
    id,
    principalId,
    roleDefinitionId,
    scope: directoryScopeId,
  }));
}

async function findDetectionRules(call: GraphCall): Promise<FoundDetectionRule[]> {
  const rules = await listDetectionRules(call);
  return rules.map((live) => ({ ...markIn(live.description), id: live.id, displayName: live.displayName, live }));
}

async function findApis(call: GraphCall): Promise<FoundApis> {
  const graph = await findServicePrincipal(call, microsoftGraph.appId);
  const defender = await findServicePrincipal(call, windowsDefenderAtp.appId);
  const role = graph?.appRoles.find(({ value }) => value === "SecurityAlert.Read.All")?.id;
  const scope = defender?.oauth2PermissionScopes.find(({ value }) => value === "Alert.Read")?.id;
  return {
    graph: graph && role !== undefined ? { objectId: graph.id, readAlerts: role } : undefined,
    defender: defender && scope !== undefined ? { objectId: defender.id, readAlerts: scope } : undefined,
  };
}

async function authorizations(
  { defender }: SearchedTenant,
  applications: FoundTenant["applications"],
): Promise<Record<string, boolean>> {
  if (defender === undefined) return {};
  const asked = applications.map(async ({ appId }) => {
    const found = await getSiemAuthorization({ ...defender, applicationId: appId });
    return [appId, found !== undefined] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}
