/**
 * What carries a mark of the stack's: made by dynamic resources, which find it again. The next `up` goes on with it, so it is left over only
 * where none is to come.
 */
import {
  findUsers,
  getNotificationRule,
  getSiemAuthorization,
  guestMarks,
  listConnectedOrganizations,
  listRoleAssignments,
  listRoleDefinitions,
  type GraphCall,
  type PortalCall,
} from "@defender-mssp/microsoft";
import type { Settings } from "../../settings";
import { deletionOf, lastSegment, undated, type Known, type Orphan } from "./orphan";

/** The project, whose name marks begin with. */
const project = "defender-mssp";

/** @param defender how Defender's calls without a public API are made; undefined where a person makes them. */
export async function markedOrphans(
  call: GraphCall,
  settings: Settings,
  known: Known,
  stack: string,
  defender: PortalCall | undefined,
): Promise<Orphan[]> {
  const owner = `${project}/${lastSegment(stack)}`;
  return [
    ...(await guests(call, settings, known, owner)),
    ...(await defenderRoles(call, settings, known, owner)),
    ...(await connectedOrganizations(call, settings, known, owner)),
    ...(defender === undefined ? [] : await portalThings(defender, settings, known, owner)),
  ];
}

async function guests(call: GraphCall, { analysts }: Settings, known: Known, owner: string): Promise<Orphan[]> {
  const found = await Promise.all(
    analysts.map(async (analyst) => {
      const users = await findUsers(call, analyst.email);
      return users
        .filter((user) => !known.has(user.id))
        .flatMap((user) => {
          const mark = guestMarks(owner).find(
            (one) => user.employeeType === one || user.displayName?.endsWith(one) === true,
          );
          return mark === undefined
            ? []
            : [
                {
                  ...marked(`guest ${analyst.email}`, user.id, mark),
                  restorable: true,
                  removal: deletionOf(`/v1.0/users/${user.id}`),
                },
              ];
        });
    }),
  );
  return found.flat();
}

async function defenderRoles(
  call: GraphCall,
  { portalAccess }: Settings,
  known: Known,
  owner: string,
): Promise<Orphan[]> {
  if (!("tiers" in portalAccess)) return [];
  const names = Object.values(portalAccess.tiers).map(({ name }) => name);
  const mine = (await listRoleDefinitions(call)).filter(
    ({ displayName, description }) => names.includes(displayName) && description.includes(`(managed by ${owner}/`),
  );
  const given = (await listRoleAssignments(call)).filter(
    ({ id, roleDefinitionId }) => !known.has(id) && mine.some((role) => role.id === roleDefinitionId),
  );
  const path = "/beta/roleManagement/defender";
  return [
    // A role that is given can't be deleted.
    ...given.map(({ id, displayName, roleDefinitionId }) => ({
      ...marked(
        `assignment of the Defender role "${displayName}"`,
        id,
        `its role is this stack's: ${roleDefinitionId}`,
      ),
      removal: deletionOf(`${path}/roleAssignments/${encodeURIComponent(id)}`),
    })),
    ...mine
      .filter(({ id }) => !known.has(id))
      .map(({ id, displayName, description }) => ({
        ...marked(`Defender role "${displayName}"`, id, description),
        removal: deletionOf(`${path}/roleDefinitions/${encodeURIComponent(id)}`),
      })),
  ];
}

async function connectedOrganizations(
  call: GraphCall,
  { portalAccess }: Settings,
  known: Known,
  owner: string,
): Promise<Orphan[]> {
  if (portalAccess.model !== "entitlement") return [];
  return (await listConnectedOrganizations(call))
    .filter(({ id, description }) => !known.has(id) && description.includes(`Managed by Pulumi (${owner}/`))
    .map(({ id, displayName, description }) => ({
      ...marked(`connected organization "${displayName}"`, id, description),
      removal: deletionOf(`/v1.0/identityGovernance/entitlementManagement/connectedOrganizations/${id}`),
    }));
}

async function portalThings(
  defender: PortalCall,
  { notificationRules, tenantId }: Settings,
  known: Known,
  owner: string,
): Promise<Orphan[]> {
  const isOwn = (thing: { readonly managedBy: string | null } | undefined) =>
    thing?.managedBy?.startsWith(`${owner}/`) === true;
  const rules = notificationRules.map(async ({ name }): Promise<Orphan[]> => {
    if (known.hasWhole(`${tenantId}/${name}`)) return [];
    const found = await getNotificationRule(defender, name);
    if (!isOwn(found)) return [];
    const removal = { ...deletionOf(`/notificationRules/${encodeURIComponent(name)}`), service: "defender" as const };
    return [{ ...marked(`notification rule "${name}"`, name, found?.managedBy ?? ""), removal }];
  });
  const authorizations = known.clientIds().map(async (applicationId): Promise<Orphan[]> => {
    if (known.hasWhole(`${tenantId}/${applicationId}`)) return [];
    const found = await getSiemAuthorization({ ...defender, applicationId });
    if (!isOwn(found)) return [];
    const removal = { ...deletionOf(`/siemAuthorizations/${applicationId}`), service: "defender" as const };
    return [
      { ...marked("SIEM authorization of the stack's application", applicationId, found?.managedBy ?? ""), removal },
    ];
  });
  return (await Promise.all([...rules, ...authorizations])).flat();
}

function marked(what: string, id: string, mark: string): Omit<Orphan, "removal"> {
  return { ...undated(what, id, mark), comesBack: true };
}
