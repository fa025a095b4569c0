/**
 * What the dynamic resource `Guest` does. The resource's state holds nothing but a call of this
 * module, as for all dynamic resources.
 *
 * Whose a user is, is decided once, when the resource is created, and said by `adopted`:
 * - invited by this stack: named as the settings say, invited anew when somebody deleted the user,
 *   deleted by `destroy`;
 * - adopted (a guest was there already, or a member where the settings allow it): used, never
 *   changed and never deleted.
 *
 * The engine can die after Graph has made the user and before it knows. So that the next create
 * recognises its own, there is no moment without a mark: Graph lets an invitation set one property
 * of the user, the display name, so the invitation carries the mark in it; one change then puts the
 * name right and the mark into `employeeType`, where it stays.
 *
 * A changed address is a new resource, made before the old one is deleted. Where both addresses are
 * one user, the new resource finds its stack's guest and adds its key to the mark (`guestMark.ts`);
 * the deletion of the old one then only takes its own key away.
 */
import { VisibleError, visible, withoutUndefined, type ServiceError } from "@defender-mssp/errors";
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import { createOnce } from "../graph/createOnce";
import { isDeletedItem } from "../graph/deletedItem";
import { checkBoolean, checkText, checkUuid, unknown, type CheckFailure, type Properties } from "./provider";
import { replicated } from "./replicated";
import { guestKey, guestMarkText, invitedNameEnding, parseGuestMark, withKey, type GuestMark } from "./guestMark";
import {
  deleteUser,
  findUsers,
  findUsersByOtherAddress,
  getUser,
  invite,
  isMember,
  patchUser,
  type GuestUserObject,
  type SentInvitation,
} from "../graph/guest";
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
  /** Which stack invites: `<project>/<stack>#<stack ID>`, or without the ID. */
  managedBy: string;
  /** Whether an existing member with the address, who is no guest, may be used. Default: false. */
  adoptMember?: boolean;
};

/** The resource's outputs: its inputs, and what was found. */
export type GuestState = GuestInputs & {
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
};

export const guestResource = replicated({
  check(_olds: Properties, news: Properties) {
    const inputs: Record<string, unknown> = { ...news };
    const failures = [
      ...checkUuid(inputs, "tenantId"),
      ...["email", "displayName", "redirectUrl", "managedBy"].flatMap((name) => checkText(inputs, name)),
      ...checkMessage(inputs),
      ...(inputs.adoptMember === undefined ? [] : checkBoolean(inputs, "adoptMember")),
    ];
    return { inputs, failures };
  },

  /**
   * What an invitation said matters while it is sent only: no difference in it is one. An adopted
   * user's name isn't ours to change.
   */
  diff(_id: string, olds: Properties, news: Properties) {
    const replaces = [
      ...(olds.tenantId === news.tenantId ? [] : ["tenantId"]),
      ...(sameAddress(olds.email, news.email) ? [] : ["email"]),
    ];
    const renamed = olds.adopted !== true && olds.displayName !== news.displayName;
    const changes = replaces.length > 0 || renamed || olds.managedBy !== news.managedBy;
    // The new guest is in the groups before the old one is deleted.
    return { changes, replaces, deleteBeforeReplace: false };
  },

  async create(news: Properties, context: CallContext = {}) {
    const inputs = inputsOf(news);
    return visibly("invitation", inputs, async () => {
      const call = await graphCall(inputs.tenantId, context);
      const found = onlyUser(await findUsers(call, inputs.email), inputs) ?? (await ownByOtherAddress(call, inputs));
      const outs =
        found === undefined || isOurs(found, inputs)
          ? await inviteHere(call, inputs, found, context)
          : adopt(found, inputs);
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
      return { id, props: { ...state, displayName }, inputs: inputsOf({ ...state, displayName }) };
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
      if (mark !== undefined && ![before.managedBy, managedBy].includes(mark.owner))
        return { outs: { ...outs, adopted: true, adoptedUser: describeUser(user) } };
      const renewed = withKey({ owner: managedBy, keys: mark?.keys ?? [] }, guestKey(inputs.email));
      const change = () => patchUser(call, id, { displayName, employeeType: guestMarkText(renewed) });
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

/**
 * Invites; or, where the guest is this stack's already, asks for its link again without another
 * e-mail.
 */
async function inviteHere(
  call: GraphCall,
  inputs: GuestInputs,
  found: GuestUserObject | undefined,
  context: CallContext,
): Promise<GuestState> {
  const accepted = found?.externalUserState === "Accepted";
  // A guest that was found by another address is invited by its own.
  const email = found?.mail ?? inputs.email;
  const sent = accepted
    ? undefined
    : await inviteOnce(call, { ...inputs, email, displayName: markedName(inputs) }, found, context);
  const objectId = sent?.userId ?? found?.id ?? "";
  const user = await untilSeen(waits.guest, () => getUser(call, objectId), context);
  if (user === undefined) throw new VisibleError(notReplicated(inputs));
  // Graph answers an invitation with the user that it belongs to, who may have been there before.
  if (!isOurs(user, inputs)) return adopt(user, inputs);
  const mark = withKey(
    { owner: inputs.managedBy, keys: parseGuestMark(user.employeeType)?.keys ?? [] },
    guestKey(inputs.email),
  );
  const wanted = { displayName: inputs.displayName, employeeType: guestMarkText(mark) };
  const isMarked = async () => (await getUser(call, objectId))?.employeeType === wanted.employeeType;
  const isThere =
    (await untilSeen(waits.guest, () => patchUser(call, objectId, wanted), context)) &&
    (await untilSeen(waits.guestMark, isMarked, context));
  if (!isThere) throw new VisibleError(notReplicated(inputs));
  return withoutUndefined({ ...inputs, objectId, adopted: false, inviteRedeemUrl: sent?.redeemUrl });
}

/**
 * Invites with an e-mail, or without one for a guest who is there. A lost invitation may have made the
 * guest: who is found then gets no second e-mail.
 */
async function inviteOnce(
  call: GraphCall,
  inputs: GuestInputs,
  found: GuestUserObject | undefined,
  context: CallContext,
): Promise<SentInvitation> {
  const send = (sendMessage: boolean) => invite(call, { ...inputs, sendMessage });
  const find = async () => {
    const user = onlyUser(await findUsers(call, inputs.email), inputs);
    return user && isOurs(user, inputs) ? send(false) : undefined;
  };
  return (await createOnce(waits.guest, { post: () => send(found === undefined), find }, context)).made;
}

/** The guest of a state. A look that does not find it is repeated, unless the service shows it as deleted. */
async function existingUser(call: GraphCall, id: string, context: CallContext): Promise<GuestUserObject | undefined> {
  const user = await getUser(call, id);
  if (user !== undefined || (await isDeletedItem(call, id))) return user;
  return untilSeen(waits.missing, () => getUser(call, id), context);
}

/** Uses somebody whom this stack has not invited. */
function adopt(user: GuestUserObject, inputs: GuestInputs): GuestState {
  if (isMember(user) && inputs.adoptMember !== true) throw new VisibleError(memberRefusal(user, inputs));
  return { ...inputs, objectId: user.id, adopted: true, adoptedUser: describeUser(user) };
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

/** This stack's guest that has the address besides its own: the analyst's address was changed. */
async function ownByOtherAddress(call: GraphCall, inputs: GuestInputs): Promise<GuestUserObject | undefined> {
  const users = await findUsersByOtherAddress(call, inputs.email);
  return users.find((user) => parseGuestMark(user.employeeType)?.owner === inputs.managedBy);
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
  if (mark === undefined) return undefined;
  const keys = mark.keys.filter((key) => key !== guestKey(email));
  const isHolder = mark.owner === managedBy && keys.length < mark.keys.length;
  if (isHolder && keys.length === 0) return undefined;
  return { mark: { ...mark, keys }, isChanged: isHolder };
}

function onlyUser(users: readonly GuestUserObject[], { email, tenantId }: GuestInputs): GuestUserObject | undefined {
  const [first, ...others] = users;
  if (others.length === 0) return first;
  throw new VisibleError(
    `Tenant ${tenantId} has ${users.length} users with the address ${email} (object IDs ${users.map(({ id }) => id).join(", ")}), ` +
      "and it can't be told which one is meant. Take the address away from all but one of them.",
  );
}

/** Invited by this stack: by another resource, or by this one before the engine died. */
function isOurs(user: GuestUserObject, { managedBy }: GuestInputs): boolean {
  const mark = parseGuestMark(user.employeeType);
  if (mark !== undefined) return mark.owner === managedBy;
  return user.displayName?.endsWith(invitedNameEnding(managedBy)) === true;
}

/** The name for the moment between the invitation and its mark. */
function markedName({ displayName, managedBy }: GuestInputs): string {
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
  const { tenantId, email, displayName, redirectUrl, message, language, copyRecipient, managedBy, adoptMember } =
    props as unknown as GuestInputs;
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
  });
}

function stateOf(props: Properties): GuestState {
  const { objectId, adopted, adoptedUser, inviteRedeemUrl } = props as unknown as GuestState;
  return withoutUndefined({ ...inputsOf(props), objectId, adopted, adoptedUser, inviteRedeemUrl });
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
      "a guest who is there already is used as it is."
    );
  }
  if (failure.status !== 403) return "";
  return "The identity that runs this needs the application permissions User.Invite.All and User.ReadWrite.All on Microsoft Graph in this tenant.";
}
