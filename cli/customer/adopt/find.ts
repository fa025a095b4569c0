/**
 * Looks in a customer's tenant for what an onboarding by hand leaves, by the document of 2018 and by
 * Microsoft's pages of today. It only reads. A part that the identity may not read is named.
 */
import {
  directoryRoleName,
  equals,
  findServicePrincipal,
  getSiemAuthorization,
  graphGroups,
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
  type PortalCall,
} from "@defender-mssp/microsoft";
import { alertReaders, readPeople, tenantReader, type TenantReader } from "@defender-mssp/tenant";
import { unsearchedReason } from "../../../domain/adoption";
import { detectionRule } from "../../../domain/kinds/defenderSettings";
import { kinds } from "../../../domain/kinds/kinds";
import { securityGroupName } from "../../../domain/naming";
import { principalName, type ListedPrincipal } from "../../tenant/additions/tenant";
import { inOrder, markIn, ofKind, type AdoptableTenant, type Candidate, type NotLooked } from "./candidate";
import { findApplications, findServicePrincipals, type Look } from "./findConnector";
import { findEntitlements } from "./findEntitlements";

export interface SearchedTenant {
  readonly call: GraphCall;
  /** Server for Defender's calls without a public API; undefined if there is none. */
  readonly defender: PortalCall | undefined;
  readonly msspName: string;
  readonly msspTenantId: string;
  /** Domains of the MSSP's addresses, in lower case. */
  readonly msspDomains: readonly string[];
}

/** @throws ServiceError for other failures than a missing permission */
export async function findInTenant(searched: SearchedTenant): Promise<AdoptableTenant> {
  const { call, defender, msspName, msspTenantId, msspDomains: domains } = searched;
  const owner = { msspTenantId, domains, stackId: undefined, automation: undefined, stack: "", tenantId: "" };
  const tenant = tenantReader({ call, owner });
  const notLooked: NotLooked[] = kinds.flatMap((kind) => {
    const why = unsearchedReason(kind, defender !== undefined);
    return why === undefined ? [] : [{ what: kind.plural, why }];
  });
  const look: Look = async (what, permission, empty, run) => {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ServiceError) || ![401, 403].includes(error.status)) throw error;
      notLooked.push({ what, why: `not permitted: requires ${permission}` });
      return empty;
    }
  };
  const guests = await look("guests", "User.Read.All", [], () => findGuests(tenant));
  const connector = await look(
    "app registrations and service principals",
    "Application.Read.All",
    { candidates: [], apis: { graph: undefined, defender: undefined }, readers: [] },
    async () => {
      const applications = await findApplications(tenant, look);
      const candidates = [...(await findServicePrincipals(tenant, look)), ...applications];
      return { candidates, apis: await findApis(call), readers: await alertReaders(tenant) };
    },
  );
  const defenderRoles = await look(
    "roles of Defender's unified RBAC",
    "RoleManagement.Read.Defender",
    { definitions: [], assignments: [] },
    async () => ({ definitions: await listRoleDefinitions(call), assignments: await listRoleAssignments(call) }),
  );
  const entitlements = await look("access packages", "EntitlementManagement.Read.All", [], () =>
    findEntitlements(tenant),
  );
  const groups = await look("groups", "Group.Read.All", [], async () => {
    const granted = ofKind(entitlements, "accessPackage").flatMap((each) => each.groups.map(({ groupId }) => groupId));
    return findGroups(tenant, msspName, guests, granted);
  });
  const principals = [...guests, ...groups].map(({ id }) => id);
  const directoryRoles = await look("directory roles", "RoleManagement.Read.Directory", [], () =>
    findDirectoryRoles(call, principals),
  );
  const detectionRules = await look("detection rules", detectionRule.read.join(", "), [], () =>
    findDetectionRules(call),
  );
  const authorized = await look("authorizations for the legacy alert API", "the gateway's permission", {}, () =>
    authorizations(defender, ofKind(connector.candidates, "application")),
  );
  return {
    apis: connector.apis,
    candidates: inOrder([
      ...guests,
      ...groups,
      ...directoryRoles,
      ...heldDefenderRoles(defenderRoles, principals),
      ...entitlements,
      ...connector.candidates,
      ...detectionRules,
    ]),
    authorized,
    alertReaders: connector.readers.filter(({ id }) => !connector.candidates.some((candidate) => candidate.id === id)),
    notLooked,
  };
}

/** Guests and external members with an address of the MSSP's domains. */
async function findGuests(tenant: TenantReader): Promise<Candidate<"guest">[]> {
  return (await readPeople(tenant)).flatMap(({ id, user: { displayName, employeeType }, address: email }) =>
    email === undefined
      ? []
      : [{ key: "guest" as const, id, name: email, displayName, email, ...markIn(displayName, employeeType) }],
  );
}

/** Groups with the MSSP's guests, with a name that the program uses, or of an access package (`ids`). */
async function findGroups(
  { graph, list }: TenantReader,
  msspName: string,
  guests: readonly Candidate<"guest">[],
  ids: readonly string[],
): Promise<Candidate<"group">[]> {
  const groups = new Map<string, Group>();
  const add = (all: readonly Group[]) => all.forEach((group) => groups.set(group.id, group));
  for (const { id } of guests) {
    const memberOf = await list<Group>(`${graphUsers.item(id)}/memberOf`);
    add(memberOf.filter((each) => each["@odata.type"] === "#microsoft.graph.group"));
  }
  for (const name of [...Object.values(tierNames), securityGroupName(msspName)]) {
    add(await list<Group>(`${graphGroups.path}?$filter=${equals("displayName", name)}`));
  }
  for (const id of new Set(ids)) {
    const { status, body } = await graph(graphGroups.item(id), { accept: [404] });
    if (status !== 404) add([body as Group]);
  }
  return Promise.all(
    [...groups.values()].map(async ({ id, displayName, description, securityEnabled, mailEnabled, groupTypes }) => ({
      key: "group" as const,
      id,
      name: displayName,
      isPlainSecurityGroup: securityEnabled && !mailEnabled && groupTypes.length === 0,
      members: (await list<ListedPrincipal>(groupMembersPath(id))).map((member) => ({
        id: member.id,
        name: principalName(member),
      })),
      ...markIn(description),
    })),
  );
}

async function findDirectoryRoles(
  call: GraphCall,
  principals: readonly string[],
): Promise<Candidate<"directoryRoleAssignment">[]> {
  const held: Candidate<"directoryRoleAssignment">[] = [];
  for (const principal of principals) {
    for (const assignment of await listRolesOf(call, principal)) {
      const { principalId, roleDefinitionId } = assignment;
      const name = `${directoryRoleName(roleDefinitionId)} of ${principalId}`;
      held.push({ key: "directoryRoleAssignment", ...assignment, name, of: [principalId] });
    }
  }
  return held;
}

interface DefenderRoles {
  readonly definitions: Awaited<ReturnType<typeof listRoleDefinitions>>;
  readonly assignments: Awaited<ReturnType<typeof listRoleAssignments>>;
}

/** The roles of these principals, with the assignments: one of several principals belongs to none of them alone. */
function heldDefenderRoles({ definitions, assignments }: DefenderRoles, principals: readonly string[]): Candidate[] {
  const held = assignments.filter(({ principalIds }) => principalIds.some((id) => principals.includes(id)));
  return [
    ...definitions
      .filter(({ id }) => held.some(({ roleDefinitionId }) => roleDefinitionId === id))
      .map((role) => ({
        key: "defenderRole" as const,
        ...role,
        name: role.displayName,
        ...markIn(role.description),
      })),
    ...held.map((assignment) => {
      const holders = [...new Set(assignment.principalIds)];
      const of = [...(holders.length === 1 ? holders : []), assignment.roleDefinitionId];
      return { key: "defenderRoleAssignment" as const, ...assignment, name: assignment.displayName, of };
    }),
  ];
}

async function findDetectionRules(call: GraphCall): Promise<Candidate<"detectionRule">[]> {
  return (await listDetectionRules(call)).map((live) => {
    const { id, displayName, description } = live;
    return { key: "detectionRule", id, name: displayName, live, ...markIn(description) };
  });
}

async function findApis(call: GraphCall): Promise<AdoptableTenant["apis"]> {
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
  defender: PortalCall | undefined,
  applications: readonly Candidate<"application">[],
): Promise<Record<string, boolean>> {
  if (defender === undefined) return {};
  const asked = applications.map(async ({ appId }) => {
    const authorization = await getSiemAuthorization({ ...defender, applicationId: appId });
    return [appId, authorization !== undefined] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}
