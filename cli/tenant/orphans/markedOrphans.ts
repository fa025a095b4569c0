/**
 * Objects of dynamic resources. The next `up` finds them by their mark, so they are orphans only if
 * no `up` follows. Objects with another stack's mark, or none, are ignored, as `up` does.
 */
import {
  findUsersOf,
  getNotificationRule,
  getSiemAuthorization,
  invitedNameEnding,
  listConnectedOrganizations,
  listRoleAssignments,
  listRoleDefinitions,
  parseGuestMark,
  type GraphCall,
  type PortalCall,
} from "@defender-mssp/microsoft";
import { dynamic } from "../../../domain/resourceTypes";
import type { Settings } from "../../../settings";
import { deletionOf, undated, type Known, type Orphan } from "./orphan";

/**
 * @param defender server for Defender calls without a public API; undefined if a person makes the
 * changes.
 */
export async function markedOrphans(
  call: GraphCall,
  settings: Settings,
  known: Known,
  defender: PortalCall | undefined,
): Promise<Orphan[]> {
  const { owner } = known;
  if (owner === undefined) return [];
  return [
    ...(await guests(call, settings, known, owner)),
    ...(await defenderRoles(call, settings, known, owner)),
    ...(await connectedOrganizations(call, settings, known, owner)),
    ...(defender === undefined ? [] : await portalThings(defender, settings, known, owner)),
  ];
}

async function guests(call: GraphCall, { analysts }: Settings, known: Known, owner: string): Promise<Orphan[]> {
  const found = await findUsersOf(
    call,
    analysts.map(({ email }) => email),
  );
  return [...found].flatMap(([email, users]) =>
    users.flatMap((user): Orphan[] => {
      const { id, employeeType, displayName, createdDateTime } = user;
      const isOwn =
        parseGuestMark(employeeType)?.owner === owner || displayName?.endsWith(invitedNameEnding(owner)) === true;
      if (!isOwn || known.has(id)) return [];
      const interrupted = known.isPending(dynamic("Guest"), { email });
      return [
        {
          ...marked(`guest ${email}`, id, employeeType ?? displayName ?? "", interrupted),
          createdOn: createdDateTime ?? "",
          restorable: true,
          removal: deletionOf(`/v1.0/users/${id}`),
        },
      ];
    }),
  );
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
    // An assigned role can't be deleted.
    ...given.map(({ id, displayName, roleDefinitionId }) => ({
      ...marked(
        `assignment of the Defender role "${displayName}"`,
        id,
        `its role is this stack's: ${roleDefinitionId}`,
        known.isPending(dynamic("DefenderRoleAssignment"), { displayName }),
      ),
      removal: deletionOf(`${path}/roleAssignments/${encodeURIComponent(id)}`),
    })),
    ...mine
      .filter(({ id }) => !known.has(id))
      .map(({ id, displayName, description }) => ({
        ...marked(
          `Defender role "${displayName}"`,
          id,
          description,
          known.isPending(dynamic("DefenderRoleDefinition"), { displayName }),
        ),
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
      ...marked(
        `connected organization "${displayName}"`,
        id,
        description,
        known.isPending(dynamic("ConnectedOrganization")),
      ),
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
    const interrupted = known.isPending(dynamic("AlertNotificationRule"), { name });
    return [{ ...marked(`notification rule "${name}"`, name, found?.managedBy ?? "", interrupted), removal }];
  });
  const authorizations = known.clientIds().map(async (applicationId): Promise<Orphan[]> => {
    if (known.hasWhole(`${tenantId}/${applicationId}`)) return [];
    const found = await getSiemAuthorization({ ...defender, applicationId });
    if (!isOwn(found)) return [];
    const removal = { ...deletionOf(`/siemAuthorizations/${applicationId}`), service: "defender" as const };
    const what = "SIEM authorization of the stack's application";
    const interrupted = known.isPending(dynamic("DefenderSiemAuthorization"), { applicationId });
    return [{ ...marked(what, applicationId, found?.managedBy ?? "", interrupted), removal }];
  });
  return (await Promise.all([...rules, ...authorizations])).flat();
}

function marked(what: string, id: string, mark: string, interrupted: boolean): Omit<Orphan, "removal"> {
  return { ...undated(what, id, { owner: "thisStack", text: mark }, interrupted), comesBack: true };
}
