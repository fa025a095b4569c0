/** Guests and groups, which several models of portal access have. */
import { securityGroupName } from "../../../domain/naming";
import { accessName, guestResource, onboardingName } from "../../../domain/resourceNames";
import type { Draft } from "./draft";
import type { FoundGroup, FoundGuest } from "./found";

/** Adopts guests as analysts. Two users with one address can't be told apart. */
export function takeAnalysts(
  draft: Draft,
  guests: readonly FoundGuest[],
  tierOf: (guest: FoundGuest) => string | undefined = () => undefined,
): readonly FoundGuest[] {
  const analysts = guests.filter(({ email }) => draft.found.guests.filter((one) => one.email === email).length === 1);
  draft.settings["analysts"] = analysts.map((guest) => {
    const tier = tierOf(guest);
    return { email: guest.email, displayName: nameFor(guest), ...(tier === undefined ? {} : { tier }) };
  });
  for (const { id, email, displayName } of analysts) {
    draft.take(
      {
        kind: "guest",
        name: `${displayName ?? ""} <${email}>`,
        id,
        why: "The address is in a domain of the MSSP, and the guest has access to the portal.",
        resource: `${guestResource(onboardingName, email)}-user`,
      },
      { outputs: { objectId: id, adopted: false } },
      "guests",
    );
  }
  for (const { id, email } of draft.found.guests) {
    if (draft.isSettled(id)) continue;
    const isOne = !guests.some((one) => one.id === id);
    const why = isOne
      ? "The guest has no access to the portal that the settings describe. Add it to `analysts` to grant access."
      : "Several users have this address.";
    draft.putAside({ kind: "guest", name: email, id, why });
  }
  return analysts;
}

/** Longest display name that the settings take. */
const longestName = 256;

function nameFor({ displayName, email }: FoundGuest): string {
  const name = displayName?.trim() ?? "";
  const isUsable = name !== "" && name.length <= longestName && !/\p{C}/u.test(name);
  return isUsable ? name : (email.split("@")[0] ?? email);
}

export interface TakenGroup {
  readonly group: FoundGroup;
  readonly resource: string;
  /** Members by the settings. */
  readonly analysts: readonly FoundGuest[];
  readonly why: string;
}

/**
 * Adopts a group. Members that the settings would remove, or add, are asked about: the group keeps
 * its members, or it is left. Returns whether it was adopted.
 */
export function takeGroup(draft: Draft, { group, resource, analysts, why }: TakenGroup): boolean {
  const { id, displayName, members } = group;
  const wanted = new Set(analysts.map((analyst) => analyst.id));
  const others = members.filter((member) => !wanted.has(member.id));
  const isSame = others.length === 0 && members.length === wanted.size;
  const answer = isSame ? "adopt" : askMembers(draft, group, others);
  if (answer === undefined) return false;
  if (answer === "leave") {
    draft.putAside({ kind: "group", name: displayName, id, why: "It has members that the settings do not have." });
    return false;
  }
  draft.take(
    {
      kind: "group",
      name: displayName,
      id,
      why: isSame ? why : `${why} The program does not manage its members.`,
      resource,
      ...(isSame ? {} : { members: "keep" as const }),
    },
    { id: `/groups/${id}`, outputs: { objectId: id } },
    "groups",
  );
  return true;
}

function askMembers(draft: Draft, { id, displayName }: FoundGroup, others: readonly { readonly name: string }[]) {
  const names = others.map(({ name }) => name).join(", ");
  const problem =
    others.length > 0 ? `members who are not the analysts of this group: ${names}` : "not all of the analysts";
  return draft.ask({
    id: `members:${id}`,
    text: `The group "${displayName}" has ${problem}. What happens to the group?`,
    choices: [
      { value: "keep", text: "adopt it and keep its members: the program does not manage them" },
      { value: "leave", text: "leave it" },
    ],
    about: [id],
  });
}

/** The group of all analysts: by its name; another group of the MSSP's people is asked about. */
export function takeAnalystsGroup(draft: Draft, analysts: readonly FoundGuest[]): void {
  const name = securityGroupName(draft.customer.msspName).toLowerCase();
  const open = draft.found.groups.filter(({ id }) => !draft.isSettled(id));
  const named = open.find(({ displayName }) => displayName.toLowerCase() === name);
  const group = named ?? open.find((one) => askWhose(draft, one) === "analystsGroup");
  const why =
    named === undefined
      ? "You said that it is the group of all analysts."
      : "It has the name of the group of all analysts.";
  for (const { id, displayName } of open) {
    if (id === group?.id || draft.isSettled(id)) continue;
    draft.putAside({ kind: "group", name: displayName, id, why: "It is not a group of the onboarding." });
  }
  if (group !== undefined && takeGroup(draft, { group, resource: `${accessName}-analysts-group`, analysts, why }))
    return;
  draft.omit(
    "analystsGroup",
    `The tenant has no group "${securityGroupName(draft.customer.msspName)}" of all analysts.`,
  );
}

function askWhose(draft: Draft, { id, displayName, members }: FoundGroup): string | undefined {
  return draft.ask({
    id: `group:${id}`,
    text: `The group "${displayName}" has ${members.length} members, among them people of the MSSP. What is it?`,
    choices: [
      { value: "analystsGroup", text: "the group of all analysts: adopt it" },
      { value: "leave", text: "another group: leave it" },
    ],
    about: [id],
  });
}
