/**
 * What the dynamic resource `Guest` does. The resource's state holds nothing but a call of this module, as for all dynamic resources.
 *
 * Whose a user is, is decided once, when the resource is created, and said by `adopted`:
 * - invited here: named as the settings say, invited anew when somebody deleted the user, deleted by `destroy`;
 * - adopted (a guest or a member was there already): used, never changed and never deleted.
 *
 * The engine can die after Graph has made the user and before it knows. So that the next create recognises its own, there is no moment
 * without a mark: Graph lets an invitation set one property of the user, the display name, so the invitation carries the mark in it; one
 * change then puts the name right and the mark into `employeeType`, where it stays.
 */
import { ServiceError, VisibleError, visible } from "../errors";
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import { untilReplicated } from "../graph/replication";
import { checkText, checkUuid, unknown, withoutUndefined, type CheckFailure, type Properties } from "./provider";
import { deleteUser, findUsers, getUser, invite, patchUser, type GuestUserObject } from "../graph/guest";

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
  /** Which stack invites: `<project>/<stack>`. */
  managedBy: string;
};

/** The resource's outputs: its inputs, and what was found. */
export type GuestState = GuestInputs & {
  /** Object ID of the user, which is also the resource's ID. */
  objectId: string;
  /** The user was there before: `destroy` leaves it. */
  adopted: boolean;
  /** Link by which the invitation is accepted: a secret. Absent for an adopted user and after acceptance. */
  inviteRedeemUrl?: string;
};

/** How often a user just made is looked for, a second apart, before it is given up. Replication takes seconds; azuread waits 20. */
const patience = 60;

export const guestResource = {
  check(_olds: Properties, news: Properties) {
    const inputs: Record<string, unknown> = { ...news };
    const failures = [
      ...checkUuid(inputs, "tenantId"),
      ...["email", "displayName", "redirectUrl", "managedBy"].flatMap((name) => checkText(inputs, name)),
      ...checkMessage(inputs),
    ];
    return { inputs, failures };
  },

  /** What an invitation said matters while it is sent only: no difference in it is one. An adopted user's name isn't ours to change. */
  diff(_id: string, olds: Properties, news: Properties) {
    const replaces = [
      ...(olds.tenantId === news.tenantId ? [] : ["tenantId"]),
      ...(sameAddress(olds.email, news.email) ? [] : ["email"]),
    ];
    const renamed = olds.adopted !== true && olds.displayName !== news.displayName;
    const changes = replaces.length > 0 || renamed || olds.managedBy !== news.managedBy;
    // Inviting an address again answers the same user, whom the delete of the old one would take away.
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(news: Properties, context: CallContext = {}) {
    const inputs = inputsOf(news);
    return visibly("invitation", inputs, async () => {
      const call = await graphCall(inputs.tenantId, context);
      const found = onlyUser(await findUsers(call, inputs.email), inputs);
      const outs =
        found === undefined || isOurs(found, inputs)
          ? await inviteHere(call, inputs, found, context)
          : { ...inputs, objectId: found.id, adopted: true };
      return { id: outs.objectId, outs };
    });
  },

  /** The user as it is; the ID is empty where it has gone, which tells the engine so. */
  async read(id: string, props: Properties = {}, context: CallContext = {}) {
    const state = stateOf(props);
    return visibly("look-up", state, async () => {
      const user = await getUser(await graphCall(state.tenantId, context), id);
      if (user === undefined) return { id: "" };
      const displayName = state.adopted ? state.displayName : (user.displayName ?? "");
      return { id, props: { ...state, displayName }, inputs: inputsOf({ ...state, displayName }) };
    });
  },

  async update(id: string, olds: Properties, news: Properties, context: CallContext = {}) {
    const before = stateOf(olds);
    const inputs = inputsOf(news);
    return visibly("change", inputs, async () => {
      // Kept as the invitation was: nothing but the name is changed later.
      const outs: GuestState = { ...before, displayName: inputs.displayName, managedBy: inputs.managedBy };
      if (before.adopted) return { outs };
      const call = await graphCall(inputs.tenantId, context);
      const changes = { displayName: inputs.displayName, employeeType: markOf(inputs) };
      if (!(await patchUser(call, id, changes))) throw new VisibleError(gone(inputs));
      return { outs };
    });
  },

  /** Deletes the user who was invited here, and sees that it has gone: an address is invited anew only after that. */
  async delete(id: string, props: Properties, context: CallContext = {}) {
    const state = stateOf(props);
    return visibly("delete", state, async () => {
      if (state.adopted) return;
      const call = await graphCall(state.tenantId, context);
      await deleteUser(call, id);
      await untilReplicated(async () => (await getUser(call, id)) === undefined, { ...context, tries: patience });
    });
  },
};

function checkMessage({ message, language }: Properties): CheckFailure[] {
  if (message === undefined || language === undefined || message === unknown || language === unknown) return [];
  return [
    { property: "language", reason: "a message or its language, not both: language is that of Microsoft's text" },
  ];
}

/** Invites; or, where the answer to an earlier invitation was lost, asks for its link again without another e-mail. */
async function inviteHere(
  call: GraphCall,
  inputs: GuestInputs,
  found: GuestUserObject | undefined,
  context: CallContext,
): Promise<GuestState> {
  const accepted = found?.externalUserState === "Accepted";
  const sent = accepted
    ? undefined
    : await invite(call, { ...inputs, displayName: markedName(inputs), sendMessage: found === undefined });
  const objectId = sent?.userId ?? found?.id ?? "";
  const wanted = { displayName: inputs.displayName, employeeType: markOf(inputs) };
  const isMarked = async () => (await getUser(call, objectId))?.employeeType === wanted.employeeType;
  const waiting = { ...context, tries: patience };
  const isThere =
    (await untilReplicated(() => patchUser(call, objectId, wanted), waiting)) &&
    (await untilReplicated(isMarked, waiting));
  if (!isThere) throw new VisibleError(notReplicated(inputs));
  return withoutUndefined({ ...inputs, objectId, adopted: false, inviteRedeemUrl: sent?.redeemUrl });
}

function onlyUser(users: readonly GuestUserObject[], { email, tenantId }: GuestInputs): GuestUserObject | undefined {
  const [first, ...others] = users;
  if (others.length === 0) return first;
  throw new VisibleError(
    `Tenant ${tenantId} has ${users.length} users with the address ${email} (object IDs ${users.map(({ id }) => id).join(", ")}), ` +
      "and it can't be told which one is meant. Take the address away from all but one of them.",
  );
}

/** Invited by this stack, of which the engine doesn't know: it died before the answer came. */
function isOurs(user: GuestUserObject, inputs: GuestInputs): boolean {
  return user.employeeType === markOf(inputs) || user.displayName === markedName(inputs);
}

/** Of a stack, `<project>/<stack>`: the type of employee of its guests, and how the name of one ends that was invited and not yet named. */
export function guestMarks(managedBy: string): readonly [employeeType: string, nameEnding: string] {
  return [`MSSP analyst, managed by Pulumi (${managedBy})`, ` (${managedBy})`];
}

/** The customer's administrator reads it on the user's page, as the type of employee. */
function markOf({ managedBy }: GuestInputs): string {
  return guestMarks(managedBy)[0];
}

/** The name for the moment between the invitation and its mark. */
function markedName(inputs: GuestInputs): string {
  const [, mark] = guestMarks(inputs.managedBy);
  return `${inputs.displayName.slice(0, longestName - mark.length)}${mark}`;
}

/** Longest display name that Entra takes, in characters. */
const longestName = 256;

function sameAddress(one: unknown, other: unknown): boolean {
  // What isn't known yet is another one.
  return typeof one === "string" && typeof other === "string" && one.toLowerCase() === other.toLowerCase();
}

function inputsOf(props: Properties): GuestInputs {
  const { tenantId, email, displayName, redirectUrl, message, language, copyRecipient, managedBy } =
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
  });
}

function stateOf(props: Properties): GuestState {
  const { objectId, adopted, inviteRedeemUrl } = props as unknown as GuestState;
  return withoutUndefined({ ...inputsOf(props), objectId, adopted, inviteRedeemUrl });
}

function gone({ email, tenantId }: GuestInputs): string {
  return (
    `The guest ${email} is no longer in tenant ${tenantId}: somebody deleted it there. ` +
    "Run `npx pulumi up --refresh`, which invites again."
  );
}

function notReplicated({ email }: GuestInputs): string {
  return (
    `${email} was invited, but the directory didn't show the new guest within ${patience} seconds. ` +
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
