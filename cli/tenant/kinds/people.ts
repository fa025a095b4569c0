/** Analysts and the groups that they are in. */
import {
  graphGroups,
  graphPrincipals,
  graphUsers,
  type GroupEligibility,
  groupEligibilityRequestsPath,
  groupMemberPath,
  listGroupEligibilities,
  mostExpanded,
  type OwnedCollection,
  ownedCollectionNames,
  ownersPath,
  parseStackMark,
  usersPath,
  withOwnersPath,
} from "@defender-mssp/microsoft";
import type { KindKey } from "../../../domain/kinds/kinds";
import { isCallError } from "@defender-mssp/errors";
import { azRest } from "../azRest";
import { heldRoles } from "./directoryRoles";
import { deletion, deletionStep, presenceAt, restorablePresence } from "./graphPresence";
import { addressOfDomains } from "./guestAddresses";
import type {
  AccessPrincipal,
  HeldGrant,
  KindCalls,
  KindTenant,
  ObjectIdentity,
  Presence,
  Sighting,
} from "./kindCalls";
import { markedObjects } from "./markedObjects";
import { ownership, type Ownership } from "./ownership";

export const people = {
  guest: { presence: restorablePresence(graphUsers.path), search: guests },
  group: {
    presence: restorablePresence(graphGroups.path),
    search: markedObjects({
      kind: "group",
      collection: graphGroups.path,
      principal: "group",
      read: ({ list }) => list(`${graphGroups.path}?$select=id,displayName,description,createdDateTime&$top=999`),
    }),
  },
  membership: { held: memberships },
  ownership: { held: ownerships },
  eligibility: { presence: eligibilityPresence, held: eligibilities },
} satisfies Partial<Record<KindKey, KindCalls>>;

interface GuestUser {
  readonly id: string;
  readonly displayName: string | null;
  readonly mail: string | null;
  readonly userPrincipalName: string;
  readonly otherMails?: readonly string[];
  readonly employeeType?: string | null;
  readonly userType?: string | null;
  readonly createdDateTime?: string | null;
}

const properties = [
  "id",
  "displayName",
  "mail",
  "userPrincipalName",
  "otherMails",
  "employeeType",
  "createdDateTime",
  "userType",
] as const;

/** Users of the stack by their marks, and users with an address of the MSSP's domains: guests and members. */
export async function guests(tenant: KindTenant): Promise<Sighting[]> {
  const users = await tenant.list<GuestUser>(usersPath(properties));
  const addressOf = addressOfDomains(users, tenant.owner.domains);
  return users.flatMap((user) => {
    const owner = byMark(tenant, user) ?? byDomain(user, addressOf(user));
    if (owner === undefined) return [];
    const name = user.mail ?? user.displayName ?? user.userPrincipalName;
    return [
      {
        kind: "guest" as const,
        id: user.id,
        name,
        ...owner,
        principal: { type: "user" as const, id: user.id },
        gives: [],
        ...(typeof user.createdDateTime === "string" ? { createdOn: user.createdDateTime } : {}),
        ...deletion(tenant, graphUsers.item(user.id)),
      },
    ];
  });
}

/** An invitation has no property but the display name: it has the mark until the next request. */
function byMark({ owner }: KindTenant, { employeeType, displayName }: GuestUser): Ownership | undefined {
  return ownership(owner, employeeType) ?? ownership(owner, displayName);
}

/** A guest's mark does not name the MSSP's tenant: with its address it tells the stack, also after a lost state. */
function byDomain({ userType, employeeType }: GuestUser, address: string | undefined): Ownership | undefined {
  if (address === undefined) return undefined;
  const type = userType === "Guest" ? "" : ` (user type ${userType ?? "not set"})`;
  const mark = parseStackMark(employeeType);
  const evidence = `its address ${address} is of the MSSP's domain${type}`;
  return { whose: "thisMssp", evidence, ...(mark !== undefined && { mark }) };
}

interface DirectoryObject {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly displayName?: string | null;
  readonly groupTypes?: readonly string[];
  readonly isAssignableToRole?: boolean | null;
}

/** Groups that the principal is a direct member of, with the directory roles that they give. Directory roles are a kind of their own. */
async function memberships(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  const path = `${graphPrincipals[type].item(id)}/memberOf`;
  const groups = (await tenant.list<DirectoryObject>(path)).filter(
    (object) => object["@odata.type"] === "#microsoft.graph.group",
  );
  return Promise.all(
    groups.map(async (group) => ({
      kind: "membership" as const,
      name: "membership",
      id: group.id,
      what: `a membership of the group "${group.displayName ?? group.id}"${await rolesText(tenant, group)}`,
      within: group.id,
      ...(group.groupTypes?.includes("DynamicMembership") === true ? { byRule: true } : {}),
      step: deletionStep(tenant, groupMemberPath(group.id, id)),
    })),
  );
}

/** What a group of directory roles gives its members. */
async function rolesText(tenant: KindTenant, { id, isAssignableToRole }: DirectoryObject): Promise<string> {
  if (isAssignableToRole !== true) return "";
  try {
    const roles = await heldRoles(tenant, { type: "group", id });
    return roles.length === 0 ? "" : `, which gives ${roles.map(({ what }) => what).join(" and ")}`;
  } catch (error) {
    if (!isCallError(error)) throw error;
    return ", whose directory roles may not be read";
  }
}

interface OwnedObject {
  readonly id: string;
  readonly displayName?: string | null;
  readonly owners?: readonly { readonly id: string }[];
}

const ownedWords = {
  applications: "application",
  groups: "group",
  servicePrincipals: "service principal",
} as const satisfies Record<OwnedCollection, string>;

/**
 * Groups, applications and service principals that the principal owns, read from their side:
 * Microsoft documents the list of a user's owned objects for signed-in people only.
 * https://learn.microsoft.com/graph/api/user-list-ownedobjects
 */
async function ownerships(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type === "group") return [];
  const ofCollections = ownedCollectionNames.map(async (collection) => {
    const objects = await tenant.list<OwnedObject>(withOwnersPath(collection));
    const owned = await Promise.all(
      objects.map(async (object) =>
        (await readOwners(tenant, collection, object)).includes(id.toLowerCase()) ? [object] : [],
      ),
    );
    return owned.flat().map((object): HeldGrant => ({
      kind: "ownership",
      name: "ownership",
      id: object.id,
      what: `the ownership of the ${ownedWords[collection]} "${object.displayName ?? object.id}"`,
      within: object.id,
      step:
        (collection === "groups" && object.owners?.length === 1
          ? "Add another owner first, as Graph refuses to remove a group's last one. Then: "
          : "") + deletionStep(tenant, `${ownersPath(collection, object.id)}/${id}/$ref`),
    }));
  });
  return (await Promise.all(ofCollections)).flat();
}

/** Object IDs in lower case. */
async function readOwners(
  { list }: KindTenant,
  collection: OwnedCollection,
  { id, owners = [] }: OwnedObject,
): Promise<string[]> {
  const all = owners.length < mostExpanded ? owners : await list<{ readonly id: string }>(ownersPath(collection, id));
  return all.map((owner) => owner.id.toLowerCase());
}

/** The stack's eligible members of a group are one resource: none of them is left, or some are. */
async function eligibilityPresence(tenant: KindTenant, { ownerId = "" }: ObjectIdentity): Promise<Presence> {
  if ((await presenceAt(tenant.graph, graphGroups.item(ownerId))).state === "notFound") return { state: "notFound" };
  const schedules = await listGroupEligibilities(tenant.graph, "groupId", ownerId);
  return { state: schedules.length > 0 ? "found" : "notFound" };
}

/** Memberships and ownerships of groups that the principal may activate. */
async function eligibilities(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type === "servicePrincipal") return [];
  return (await listGroupEligibilities(tenant.graph, "principalId", id)).map((schedule) => ({
    kind: "eligibility",
    name: "eligibility",
    id: schedule.id,
    what: `an eligible ${schedule.accessId === "owner" ? "ownership" : "membership"} of the group ${schedule.groupId}`,
    within: schedule.groupId,
    step: eligibilityEnd(tenant, schedule),
  }));
}

/** The command that ends an eligibility. */
export function eligibilityEnd({ graphUrl }: KindTenant, { accessId, groupId, principalId }: GroupEligibility): string {
  return azRest("POST", `${graphUrl}${groupEligibilityRequestsPath}`, {
    action: "adminRemove",
    accessId,
    groupId,
    principalId,
  });
}
