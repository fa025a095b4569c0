/**
 * What the dynamic resource `Guest` does. The resource's state holds nothing but a call of this
 * module, as for all dynamic resources.
 *
 * `adopted`, set at creation, records whose a user is:
 * - invited by this stack: named as the settings say, invited anew when somebody deleted the user,
 *   deleted by `destroy`;
 * - adopted (a guest that existed, or a member where the settings allow it): used, never changed and
 *   never deleted.
 *
 * An address, a name and a mark are claims: whoever edits users writes them. An existing user is
 * used only by `existingObjectId`, which a person or the state has given. Without it a create uses
 * what its own invitation made: with the stack's mark, and not created before the request.
 *
 * Graph lets an invitation set one property of the user, the display name, so the invitation carries
 * the mark in it. One change then corrects the name and writes the mark into `employeeType`. If that
 * change fails, the state keeps the guest and the next `up` goes on with `update`.
 *
 * A changed address is a new resource, made before the old one is deleted. Where both addresses are
 * one user, the program passes the ID of its stack's guest, and the new resource adds its key to the
 * mark (`guestMark.ts`); the deletion of the old one then only takes its own key away.
 */
import { ServiceError, VisibleError, visible, withoutUndefined } from "@defender-mssp/errors";
import { clockDifference, clockFrom } from "../clock";
import { graphCall, graphList, type CallContext, type GraphCall } from "../graph/call";
import { createOnce } from "../graph/createOnce";
import { isDeletedItem } from "../graph/deletedItem";
import { checkBoolean, checkText, checkUuid, unknown, type CheckFailure, type Properties } from "./provider";
import { replicated } from "./replicated";
import { guestKey, guestMarkText, invitedNameEnding, parseGuestMark, withKey, type GuestMark } from "./guestMark";
import {
  deleteUser,
  findUsers,
  getUser,
  hasAddress,
  invite,
  isMember,
  otherAddresses,
  patchUser,
  type GuestUserObject,
  type SentInvitation,
} from "../graph/guest";
import { graphUsers } from "../graph/user";
import { untilSeen, waits } from "../waits";

export type GuestInputs = {
  /** The customer's tenant. */
  tenantId: string;
  /** Address that is invited. Its case makes no difference. */
  email: string;
  /** Name in the customer's directory, at most 256 characters. */
  displayName: string;
  /** Where the guest lands after accepting. */
  redirectUrl: string;
  /** Text of the invitation, or `language`: that of Microsoft's own text. */
  message?: string;
  language?: string;
  /** Who gets a copy of the invitation. */
  copyRecipient?: string;
  /**
   * Which stack invites: `<project>/<stack>#<stack ID>`, or without the ID. Absent where the identity may invite and not
   * change a guest: then the guest has no mark, and the state alone says whose it is.
   */
  managedBy?: string;
  /** Whether an existing member with the address, who is no guest, may be used. Default: false. */
  adoptMember?: boolean;
  /**
   * Object ID of the existing user that is used. Read at creation only: the state keeps the ID as
   * `objectId`.
   */
  existingObjectId?: string;
};

/** The resource's outputs: its inputs, and what was found. */
export type GuestState = Omit<GuestInputs, "existingObjectId"> & {
  /** Object ID of the user, which is also the resource's ID. */
  objectId: string;
  /** The user was there before: `destroy` leaves it. */
  adopted: boolean;
  /** Who was adopted, such as `guest "Ana Silva"`. Absent for an invited guest. */
  adoptedUser?: string;
  /**
   * Link by which the invitation is accepted: a secret. Absent for an adopted user and after
   * acceptance.
   */
  inviteRedeemUrl?: string;
} & GuestRecord;

/**
 * How the tenant had the user when the state first saw it, and the first acceptance: a refresh adds to the record and changes
 * nothing in it. `verify` compares. Absent in states of programs without it.
 */
export type GuestRecord = {
  mail?: string;
  externalUserState?: string;
  /** ISO 8601, UTC. */
  externalUserStateChangeDateTime?: string;
  /** IDs of an adopted user's groups before the adoption. Absent where they could not be read. */
  groupsBefore?: readonly string[];
  /** The same of its app role assignments. */
  appRolesBefore?: readonly string[];
};

export const guestResource = replicated({
  check(_olds: Properties, news: Properties) {
    const inputs: Record<string, unknown> = { ...news };
    const failures = [
      ...checkUuid(inputs, "tenantId"),
      ...["email", "displayName", "redirectUrl"].flatMap((name) => checkText(inputs, name)),
      ...(inputs.managedBy === undefined ? [] : checkText(inputs, "managedBy")),
      ...checkMessage(inputs),
      ...(inputs.adoptMember === undefined ? [] : checkBoolean(inputs, "adoptMember")),
      ...(inputs.existingObjectId === undefined ? [] : checkUuid(inputs, "existingObjectId")),
    ];
    return { inputs, failures };
  },

  /**
   * What an invitation said matters while it is sent only: no difference in it is one. An adopted
   * user's name isn't ours to change.
   * @throws VisibleError if `existingObjectId` is not the deployed user.
   */
  diff(id: string, olds: Properties, news: Properties) {
    const replaces = [
      ...(olds.tenantId === news.tenantId ? [] : ["tenantId"]),
      ...(sameAddress(olds.email, news.email) ? [] : ["email"]),
    ];
    const { existingObjectId = unknown } = news;
    if (replaces.length === 0 && existingObjectId !== unknown && !sameAddress(existingObjectId, id))
      throw new VisibleError(otherUserDeployed(inputsOf(news), id));
    const renamed = olds.adopted !== true && olds.displayName !== news.displayName;
    const changes = replaces.length > 0 || renamed || olds.managedBy !== news.managedBy;
    // The new guest is in the groups before the old one is deleted.
    return { changes, replaces, deleteBeforeReplace: false };
  },

  async create(news: Properties, context: CallContext = {}) {
    const inputs = inputsOf(news);
    return visibly("invitation", inputs, async () => {
      const call = await graphCall(inputs.tenantId, context);
      const { existingObjectId: id } = inputs;
      const outs =
        id === undefined ? await inviteNew(call, inputs, context) : await useExisting(call, inputs, id, context);
      return { id: outs.objectId, outs };
    });
  },

  /** The user as it is; the ID is empty where it has gone, which tells the engine so. */
  async read(id: string, props: Properties = {}, context: CallContext = {}) {
    const state = stateOf(props);
    return visibly("look-up", state, async () => {
      const call = await graphCall(state.tenantId, context);
      const user = await getUser(call, id);
      if (user === undefined) return { id: "", isDeleted: await isDeletedItem(call, id) };
      const displayName = state.adopted ? state.displayName : (user.displayName ?? "");
      const props = { ...state, ...guestRecord(user, state), displayName };
      return { id, props, inputs: inputsOf({ ...state, displayName }) };
    });
  },

  async update(id: string, olds: Properties, news: Properties, context: CallContext = {}) {
    const before = stateOf(olds);
    const inputs = inputsOf(news);
    return visibly("change", inputs, async () => {
      const { displayName, managedBy, adoptMember } = inputs;
      // Kept as the invitation was: nothing but the name is changed later.
      const outs: GuestState = withoutUndefined({ ...before, displayName, managedBy, adoptMember });
      if (before.adopted) return { outs };
      const call = await graphCall(inputs.tenantId, context);
      const user = await existingUser(call, id, context);
      if (user === undefined) throw new VisibleError(gone(inputs));
      const mark = parseGuestMark(user.employeeType);
      if (managedBy !== undefined && mark !== undefined && ![before.managedBy, managedBy].includes(mark.owner))
        return { outs: { ...outs, adopted: true, adoptedUser: describeUser(user) } };
      // The create failed between the invitation and the mark.
      if (isUnmarked(user, before)) return { outs: await inviteHere(call, inputs, user, context) };
      const change = () => patchUser(call, id, { displayName, employeeType: markFor(inputs, mark) });
      if (!(await untilSeen(waits.guest, change, context))) throw new VisibleError(gone(inputs));
      return { outs };
    });
  },

  /**
   * Deletes the user who was invited here, and sees that it has gone: an address is invited anew
   * only after that. A user that another resource or another stack marks as its own stays.
   */
  async delete(id: string, props: Properties, context: CallContext = {}) {
    const state = stateOf(props);
    return visibly("delete", state, async () => {
      if (state.adopted) return;
      const call = await graphCall(state.tenantId, context);
      const user = await existingUser(call, id, context);
      if (user === undefined) return;
      const others = otherHolders(user, state);
      if (others !== undefined) {
        if (others.isChanged) await patchUser(call, id, { employeeType: guestMarkText(others.mark) });
        return;
      }
      await deleteUser(call, id);
      await untilSeen(waits.guestDeletion, async () => (await getUser(call, id)) === undefined, context);
    });
  },
});

function checkMessage({ message, language }: Properties): CheckFailure[] {
  if (message === undefined || language === undefined || message === unknown || language === unknown) return [];
  return [
    { property: "language", reason: "a message or its language, not both: language is that of Microsoft's text" },
  ];
}

/** Invites somebody whom the tenant does not have. */
async function inviteNew(call: GraphCall, inputs: GuestInputs, context: CallContext): Promise<GuestState> {
  const users = await findUsers(call, inputs.email);
  if (users.length > 0) throw new VisibleError(existingRefusal(users, inputs));
  return inviteHere(call, inputs, undefined, context);
}

/** Uses the user with this ID: the stack's own guest by its mark, or an adopted user. */
async function useExisting(
  call: GraphCall,
  inputs: GuestInputs,
  id: string,
  context: CallContext,
): Promise<GuestState> {
  const user = await existingUser(call, id, context);
  if (user === undefined) throw new VisibleError(noSuchUser(id, inputs));
  const isOwn = isOurs(user, inputs);
  const { email } = inputs;
  const fits = hasAddress(user, email) || (isOwn && (await otherAddresses(call, id)).includes(email.toLowerCase()));
  if (!fits) throw new VisibleError(otherAddressRefusal(user, inputs));
  return isOwn ? inviteHere(call, inputs, user, context) : adopt(call, user, inputs);
}

/**
 * Invites; or, for a guest of this stack, asks for its link again without another e-mail.
 * @param own the stack's guest, by its ID and its mark.
 */
async function inviteHere(
  call: GraphCall,
  inputs: GuestInputs,
  own: GuestUserObject | undefined,
  context: CallContext,
): Promise<GuestState> {
  const since = clockFrom(context.environment)().getTime() - clockDifference;
  // A guest that has the address besides its own is invited by its own.
  const email = own?.mail ?? inputs.email;
  const sent =
    own?.externalUserState === "Accepted"
      ? undefined
      : await inviteOnce(call, { ...inputs, email, displayName: markedName(inputs) }, { own, since }, context);
  const objectId = sent?.userId ?? own?.id ?? "";
  const user = await untilSeen(waits.guest, () => getUser(call, objectId), context);
  if (user === undefined) throw new VisibleError(notReplicated(inputs));
  // Graph answers an invitation with the user that it belongs to, who may have been there before.
  if (objectId !== own?.id && !isMadeSince(user, inputs, since)) {
    throw new VisibleError(existingRefusal([user], inputs));
  }
  const { existingObjectId: _, ...others } = inputs;
  const outs = { ...others, ...guestRecord(user), objectId, adopted: false };
  // Without the link: the engine encrypts no output of a create that fails.
  context.keep?.(objectId, outs);
  const made = withoutUndefined({ ...outs, inviteRedeemUrl: sent?.redeemUrl });
  if (inputs.managedBy === undefined) return made;
  const employeeType = markFor(inputs, parseGuestMark(user.employeeType));
  const wanted = { displayName: inputs.displayName, employeeType };
  const isMarked = async () => (await getUser(call, objectId))?.employeeType === wanted.employeeType;
  const isThere =
    (await untilSeen(waits.guest, () => patchUser(call, objectId, wanted), context)) &&
    (await untilSeen(waits.guestMark, isMarked, context));
  if (!isThere) throw new VisibleError(notReplicated(inputs));
  return made;
}

/** The text for `employeeType`; null takes the mark away. */
function markFor({ email, managedBy }: GuestInputs, before: GuestMark | undefined): string | null {
  return managedBy === undefined
    ? null
    : guestMarkText(withKey({ owner: managedBy, keys: before?.keys ?? [] }, guestKey(email)));
}

/**
 * Invites with an e-mail, or without one for the stack's own guest. A lost invitation may have made
 * the guest, who then gets no second e-mail.
 */
async function inviteOnce(
  call: GraphCall,
  inputs: GuestInputs,
  { own, since }: { readonly own: GuestUserObject | undefined; readonly since: number },
  context: CallContext,
): Promise<SentInvitation> {
  const send = (sendMessage: boolean) => invite(call, { ...inputs, sendMessage });
  const find = async () => {
    const users = await findUsers(call, inputs.email);
    const isLeft = (user: GuestUserObject) => user.id === own?.id || isMadeSince(user, inputs, since);
    return users.some(isLeft) ? send(false) : undefined;
  };
  return (await createOnce(waits.guest, { post: () => send(own === undefined), find }, context)).made;
}

/** The guest of a state. A look that does not find it is repeated, unless the service shows it as deleted. */
async function existingUser(call: GraphCall, id: string, context: CallContext): Promise<GuestUserObject | undefined> {
  const user = await getUser(call, id);
  if (user !== undefined || (await isDeletedItem(call, id))) return user;
  return untilSeen(waits.missing, () => getUser(call, id), context);
}

/** Uses somebody whom this stack has not invited. */
async function adopt(
  call: GraphCall,
  user: GuestUserObject,
  { existingObjectId: _, ...inputs }: GuestInputs,
): Promise<GuestState> {
  if (isMember(user) && inputs.adoptMember !== true) throw new VisibleError(memberRefusal(user, inputs));
  const before = withoutUndefined({
    groupsBefore: await heldIds(call, user, "memberOf"),
    appRolesBefore: await heldIds(call, user, "appRoleAssignments"),
  });
  const adopted = { objectId: user.id, adopted: true, adoptedUser: describeUser(user) };
  return { ...inputs, ...guestRecord(user), ...before, ...adopted };
}

/** Undefined where the identity may not read them, which is never none. */
async function heldIds(call: GraphCall, { id }: GuestUserObject, list: string): Promise<string[] | undefined> {
  try {
    return (await graphList<{ readonly id: string }>(call, `${graphUsers.item(id)}/${list}`)).map((held) => held.id);
  } catch (error) {
    if (error instanceof ServiceError && error.status === 403) return undefined;
    throw error;
  }
}

/** @param before a record that may lack properties, or the first acceptance. */
function guestRecord(user: GuestUserObject, before: GuestRecord = {}): GuestRecord {
  const { externalUserState, externalUserStateChangeDateTime } = before.externalUserState === accepted ? before : user;
  return withoutUndefined({
    mail: before.mail ?? user.mail ?? undefined,
    externalUserState: externalUserState ?? undefined,
    externalUserStateChangeDateTime: externalUserStateChangeDateTime ?? undefined,
  });
}

const accepted = "Accepted";

/**
 * How a guest differs from the record of the state, in words; undefined where it does not. Only what the record has is
 * compared, the acceptance after the first one.
 */
export function guestDifference(record: GuestRecord, user: GuestUserObject): string | undefined {
  const now = guestRecord(user);
  const isOtherMail = record.mail !== undefined && !sameAddress(record.mail, now.mail);
  const isOtherAcceptance = record.externalUserState === accepted && !isSameAcceptance(record, now);
  if (!isOtherMail && !isOtherAcceptance) return undefined;
  const text = ({ mail, externalUserState = "no invitation", externalUserStateChangeDateTime }: GuestRecord) =>
    [
      ...(isOtherMail ? [`mail ${mail ?? "(none)"}`] : []),
      ...(isOtherAcceptance
        ? [`${externalUserState} since ${externalUserStateChangeDateTime ?? "an unknown time"}`]
        : []),
    ].join(" and ");
  return `${text(now)}, where the state has ${text(record)}`;
}

function isSameAcceptance(record: GuestRecord, now: GuestRecord): boolean {
  return (
    record.externalUserState === now.externalUserState &&
    Date.parse(record.externalUserStateChangeDateTime ?? "") === Date.parse(now.externalUserStateChangeDateTime ?? "")
  );
}

/** Why existing users are not used, and what to do. */
function existingRefusal(users: readonly GuestUserObject[], inputs: GuestInputs): string {
  const { email, tenantId, adoptMember } = inputs;
  const [member] = users.filter(isMember);
  if (member !== undefined && users.length === 1 && adoptMember !== true) return memberRefusal(member, inputs);
  return (
    `Tenant ${tenantId} has ${users.map(identifyUser).join(" and ")} with the address ${email}. ` +
    "Whoever edits users writes addresses and marks, so an existing user gets the access only by its object ID. " +
    "If this is the analyst, set that ID: `objectId` of the analyst in the settings, `existingObjectId` in a program. " +
    "If it is not, take the address away from the user."
  );
}

/** Why the user of `existingObjectId` is not used, and what to do. */
export function otherAddressRefusal(user: GuestUserObject, { email }: Pick<GuestInputs, "email">): string {
  return (
    `The object ID that is set for ${email} belongs to ${identifyUser(user)}: neither mail nor principal name is the analyst's address. ` +
    "Correct objectId, or the address."
  );
}

/** Why `existingObjectId` is not used where no user has it, and what to do. */
export function noSuchUser(id: string, { email, tenantId }: Pick<GuestInputs, "email" | "tenantId">): string {
  return `Tenant ${tenantId} has no user with the object ID ${id}, which is set for ${email}. Correct objectId, or remove it to invite the analyst.`;
}

/** Why `existingObjectId` is not taken for a guest in the state, and what to do. */
export function otherUserDeployed(
  { email, existingObjectId = "" }: Pick<GuestInputs, "email" | "existingObjectId">,
  deployedId: string,
): string {
  return (
    `The analyst ${email} is the user ${deployedId} in this stack, and objectId is ${existingObjectId}. Correct or remove objectId. ` +
    "To give the access to the other user, remove the analyst, run `up`, and add the analyst with that objectId."
  );
}

/** A user with what tells it from another: ID, principal name, mail, proxy addresses. */
export function identifyUser(user: GuestUserObject): string {
  const { id, userPrincipalName, mail, proxyAddresses = [] } = user;
  const proxies = proxyAddresses.length === 0 ? "no proxy addresses" : `proxy addresses ${proxyAddresses.join(", ")}`;
  return `${describeUser(user)} (object ID ${id}, principal name ${userPrincipalName}, mail ${mail ?? "none"}, ${proxies})`;
}

/** Why a member is not used, and what to do. */
export function memberRefusal(
  user: GuestUserObject,
  { email, tenantId }: Pick<GuestInputs, "email" | "tenantId">,
): string {
  return (
    `Tenant ${tenantId} has a member, not a guest, with the address ${email}: ${describeUser(user)} (object ID ${user.id}). ` +
    "A member gets the MSSP's access only where the setting adoptMembers is true. Set it if this is the analyst, or correct the address."
  );
}

/** A user in a message, such as `guest "Ana Silva"`. */
export function describeUser(user: GuestUserObject): string {
  return `${isMember(user) ? "member" : "guest"} "${user.displayName ?? ""}"`;
}

/**
 * Who else uses the guest, as its mark says; undefined where this resource is the only one. A
 * person's hand writes no mark.
 */
function otherHolders(
  { employeeType }: GuestUserObject,
  { email, managedBy }: GuestState,
): { readonly mark: GuestMark; readonly isChanged: boolean } | undefined {
  const mark = parseGuestMark(employeeType);
  if (mark === undefined || managedBy === undefined) return undefined;
  const keys = mark.keys.filter((key) => key !== guestKey(email));
  const isHolder = mark.owner === managedBy && keys.length < mark.keys.length;
  if (isHolder && keys.length === 0) return undefined;
  return { mark: { ...mark, keys }, isChanged: isHolder };
}

/** Whether the user carries the mark of this stack, which is a claim: whoever edits users can copy it. */
export function isOurs(user: GuestUserObject, { managedBy }: Pick<GuestInputs, "managedBy">): boolean {
  if (managedBy === undefined) return false;
  const mark = parseGuestMark(user.employeeType);
  if (mark !== undefined) return mark.owner === managedBy;
  return isUnmarked(user, { managedBy });
}

/** Whether the user is as an invitation of this stack has left it. */
function isUnmarked({ employeeType, displayName }: GuestUserObject, { managedBy }: Pick<GuestInputs, "managedBy">) {
  if (managedBy === undefined || parseGuestMark(employeeType) !== undefined) return false;
  return displayName?.endsWith(invitedNameEnding(managedBy)) === true;
}

/** Whether an invitation of this stack has made the user, at this time or later; without a mark, whether anybody has. */
export function isMadeSince(user: GuestUserObject, inputs: Pick<GuestInputs, "managedBy">, since: number): boolean {
  return (inputs.managedBy === undefined || isOurs(user, inputs)) && Date.parse(user.createdDateTime ?? "") >= since;
}

/** The name for the moment between the invitation and its mark. */
function markedName({ displayName, managedBy }: GuestInputs): string {
  if (managedBy === undefined) return displayName;
  const ending = invitedNameEnding(managedBy);
  return `${displayName.slice(0, longestName - ending.length)}${ending}`;
}

/** Longest display name that Entra takes, in characters. */
const longestName = 256;

function sameAddress(one: unknown, other: unknown): boolean {
  // What isn't known yet is another one.
  return typeof one === "string" && typeof other === "string" && one.toLowerCase() === other.toLowerCase();
}

function inputsOf(props: Properties): GuestInputs {
  const inputs = props as unknown as GuestInputs;
  const { tenantId, email, displayName, redirectUrl, message, language, copyRecipient } = inputs;
  const { managedBy, adoptMember, existingObjectId } = inputs;
  return withoutUndefined({
    tenantId,
    email,
    displayName,
    redirectUrl,
    message,
    language,
    copyRecipient,
    managedBy,
    adoptMember,
    existingObjectId,
  });
}

function stateOf(props: Properties): GuestState {
  const { objectId, adopted, adoptedUser, inviteRedeemUrl } = props as unknown as GuestState;
  const { mail, externalUserState, externalUserStateChangeDateTime } = props as unknown as GuestState;
  const { groupsBefore, appRolesBefore } = props as unknown as GuestState;
  const record = { mail, externalUserState, externalUserStateChangeDateTime, groupsBefore, appRolesBefore };
  return withoutUndefined({ ...inputsOf(props), ...record, objectId, adopted, adoptedUser, inviteRedeemUrl });
}

function gone({ email, tenantId }: GuestInputs): string {
  return (
    `The guest ${email} is no longer in tenant ${tenantId}: somebody deleted it there. ` +
    "Run `npx pulumi up --refresh`, which invites again."
  );
}

function notReplicated({ email }: GuestInputs): string {
  return (
    `${email} was invited, but the directory didn't show the new guest within ten minutes. ` +
    "Run `npx pulumi up --refresh`: it finds the guest and goes on."
  );
}

function visibly<T>(step: string, { email }: Pick<GuestInputs, "email">, run: () => Promise<T>): Promise<T> {
  return visible(`The guest ${email}: the ${step}`, run, advice);
}

function advice(failure: ServiceError): string {
  if (/invitations not allowed|blocked by cross-tenant access/i.test(failure.message)) {
    return (
      "The customer's tenant doesn't allow this B2B invitation. Its administrator allows it in Entra, External Identities > " +
      "External collaboration settings (guest invite settings, allowed domains) and Cross-tenant access settings; or invites the analyst by hand: " +
      "a guest who is there already is used by its object ID."
    );
  }
  if (failure.status !== 403) return "";
  return "The identity that runs this needs the application permissions User.Invite.All and User.ReadWrite.All on Microsoft Graph in this tenant.";
}
