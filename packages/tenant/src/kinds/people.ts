/** Analysts and the groups that they are in. */
import {
  activationPolicyPermissions,
  behaviourChange,
  graphApplications,
  graphGroupEligibilities,
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
import { foundWithPrincipal, isPrincipal, type KindRow } from "../kind";
import type { KindKey } from "../kindKey";
import { notApplicable } from "../kindCell";
import { isCallError } from "@defender-mssp/errors";
import { azRest } from "../azRest";
import { heldRoles } from "./directoryRoles";
import { deletion, deletionStep, presenceAt, restorablePresence } from "../presence";
import { addressOfDomains, type Addressed } from "../addresses";
import type { Principal, Edge, TenantReader, ObjectIdentity, Presence, OwnedNode } from "../reader";
import { markedNodes } from "../markedNodes";
import { owner } from "../owner";

export const people = {
  /** A B2B guest of the customer's tenant: an analyst of the MSSP. */
  guest: {
    singular: "guest",
    address: graphUsers.path,
    principal: "user",
    read: graphUsers.read,
    held: notApplicable(isPrincipal),
    presence: restorablePresence(graphUsers.path),
    search: (tenant) => readPeople(tenant),
  },
  /** A group of the MSSP's analysts. */
  group: {
    singular: "group",
    address: graphGroups.path,
    principal: "group",
    read: graphGroups.read,
    held: notApplicable("memberships are a kind of their own"),
    presence: restorablePresence(graphGroups.path),
    search: markedNodes({
      kind: "group",
      collection: graphGroups.path,
      principal: "group",
      read: ({ list }) => list(`${graphGroups.path}?$select=id,displayName,description,createdDateTime&$top=999`),
    }),
  },
  /** A standing membership of an analyst in a group: the property `members` of the group. */
  membership: {
    singular: "group membership",
    address: notApplicable("it is a part of another object"),
    read: graphGroups.read,
    presence: notApplicable("it is a property of the group"),
    search: notApplicable(foundWithPrincipal),
    held: memberships,
  },
  /** An ownership of a group, an application or a service principal: the object's property `owners`. */
  ownership: {
    singular: "ownership",
    address: notApplicable("it is a part of another object"),
    read: [...graphGroups.read, ...graphApplications.read],
    presence: notApplicable("it is a property of the owned object"),
    search: notApplicable(foundWithPrincipal),
    held: ownerships,
  },
  /** An eligible membership of an analyst in a group (PIM for Groups), with the policy by which it is activated. */
  eligibility: {
    singular: "eligible group membership",
    address: notApplicable("it is a part of another object"),
    read: graphGroupEligibilities.read,
    search: notApplicable(foundWithPrincipal),
    presence: eligibilityPresence,
    held: eligibilities,
  },
  /** The policy by which eligible members of a group activate their membership (PIM for Groups). */
  activationPolicy: {
    singular: "activation policy",
    plural: "activation policies",
    address: notApplicable("it is a part of another object"),
    read: activationPolicyPermissions.read,
    presence: notApplicable("each group has one, which gives nothing by itself"),
    search: notApplicable("each group has one, which gives nothing by itself"),
  },
} as const satisfies Partial<Record<KindKey, KindRow>>;

/** A user as every command reads one. */
export interface TenantUser extends Addressed {
  readonly id: string;
  readonly displayName: string | null;
  readonly employeeType?: string | null;
  readonly userType?: string | null;
  readonly createdDateTime?: string | null;
}

/** What of a user tells whose it is, with what people call it by. */
export const addressedUserProperties = [
  "id",
  "displayName",
  "mail",
  "userPrincipalName",
  "otherMails",
  "proxyAddresses",
  "identities",
] as const;
const properties = [...addressedUserProperties, "employeeType", "createdDateTime", "userType"] as const;

export interface PersonNode extends OwnedNode {
  readonly user: TenantUser;
  /** The address of the MSSP's domains, in lower case; undefined where a mark alone tells whose it is. */
  readonly address: string | undefined;
}

/** Users of the stack by their marks, and users with an address of the MSSP's domains: guests and members. */
export async function readPeople(tenant: TenantReader): Promise<PersonNode[]> {
  const users = await tenant.list<TenantUser>(usersPath(properties));
  const addressOf = addressOfDomains(users, tenant.owner.domains);
  return users.flatMap((user) => {
    const { id, employeeType, displayName, createdDateTime } = user;
    const address = addressOf(user);
    // An invitation has no property but the display name: it has the mark until the next request.
    const ownership = owner(tenant.owner, { marks: [employeeType, displayName], claim: claimed(user, address) });
    if (ownership === undefined) return [];
    // A guest's mark does not name the MSSP's tenant: with its address it tells the stack, also after a lost state.
    const mark = ownership.mark ?? parseStackMark(employeeType);
    return [
      {
        kind: "guest" as const,
        id,
        name: user.mail ?? displayName ?? user.userPrincipalName,
        user,
        address,
        ...ownership,
        ...(mark !== undefined && { mark }),
        principal: { type: "user" as const, id },
        gives: [],
        ...(typeof createdDateTime === "string" ? { createdOn: createdDateTime } : {}),
        ...deletion(tenant, graphUsers.item(id)),
      },
    ];
  });
}

function claimed({ userType }: TenantUser, address: string | undefined): string | undefined {
  const type = userType === "Guest" ? "" : ` (user type ${userType ?? "not set"})`;
  if (address === undefined) return undefined;
  return address.includes("@")
    ? `its address ${address} is of the MSSP's domain${type}`
    : `it signs in by ${address}, the MSSP's domain${type}`;
}

interface DirectoryObject {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly displayName?: string | null;
  readonly groupTypes?: readonly string[];
  readonly membershipRule?: string | null;
  readonly isAssignableToRole?: boolean | null;
}

/** Groups that the principal is a direct member of, with the directory roles that they give. Directory roles are a kind of their own. */
async function memberships(tenant: TenantReader, { type, id }: Principal): Promise<Edge[]> {
  const path = `${graphPrincipals[type].item(id)}/memberOf`;
  const groups = (await tenant.list<DirectoryObject>(path)).filter(
    (object) => object["@odata.type"] === "#microsoft.graph.group",
  );
  return Promise.all(
    groups.map(async (group) => {
      const name = group.displayName ?? group.id;
      const isDynamic = group.groupTypes?.includes("DynamicMembership") === true;
      const isFrozen = isDynamic && /\bmemberOf\b/i.test(group.membershipRule ?? "");
      return {
        kind: "membership" as const,
        name: "membership",
        id: group.id,
        what: `a membership of the group "${name}"${await rolesText(tenant, group)}${isFrozen ? frozenText : ""}`,
        within: group.id,
        ...(isDynamic && !isFrozen ? { byRule: true } : {}),
        step: isDynamic
          ? `Microsoft Entra admin center > Groups > ${name} > Dynamic membership rules: replace the rule.`
          : deletionStep(tenant, groupMemberPath(group.id, id)),
      };
    }),
  );
}

const frozenText = `, whose rule has memberOf: from ${behaviourChange("member-of-frozen").from} on Microsoft does not update its members`;

/** What a group of directory roles gives its members. */
async function rolesText(tenant: TenantReader, { id, isAssignableToRole }: DirectoryObject): Promise<string> {
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
async function ownerships(tenant: TenantReader, { type, id }: Principal): Promise<Edge[]> {
  if (type === "group") return [];
  const ofCollections = ownedCollectionNames.map(async (collection) => {
    const objects = await tenant.list<OwnedObject>(withOwnersPath(collection));
    const owned = await Promise.all(
      objects.map(async (object) =>
        (await readOwners(tenant, collection, object)).includes(id.toLowerCase()) ? [object] : [],
      ),
    );
    return owned.flat().map((object): Edge => ({
      kind: "ownership",
      way: collection === "groups" ? "groupOwner" : "applicationOwner",
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
  { list }: TenantReader,
  collection: OwnedCollection,
  { id, owners = [] }: OwnedObject,
): Promise<string[]> {
  const all = owners.length < mostExpanded ? owners : await list<{ readonly id: string }>(ownersPath(collection, id));
  return all.map((owner) => owner.id.toLowerCase());
}

/** The stack's eligible members of a group are one resource: none of them is left, or some are. */
async function eligibilityPresence(tenant: TenantReader, { ownerId = "" }: ObjectIdentity): Promise<Presence> {
  if ((await presenceAt(tenant.graph, graphGroups.item(ownerId))).state === "notFound") return { state: "notFound" };
  const schedules = await listGroupEligibilities(tenant.graph, "groupId", ownerId);
  return { state: schedules.length > 0 ? "found" : "notFound" };
}

/** Memberships and ownerships of groups that the principal may activate. */
async function eligibilities(tenant: TenantReader, { type, id }: Principal): Promise<Edge[]> {
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
export function eligibilityEnd(
  { graphUrl }: TenantReader,
  { accessId, groupId, principalId }: GroupEligibility,
): string {
  return azRest("POST", `${graphUrl}${groupEligibilityRequestsPath}`, {
    action: "adminRemove",
    accessId,
    groupId,
    principalId,
  });
}
