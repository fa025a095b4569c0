/** Guests and groups, which several models of portal access have. */
import { securityGroupName } from "../../../domain/naming";
import { accessName, guestResource, onboardingName } from "../../../domain/resourceNames";
import type { Candidate } from "./candidate";
import type { Draft } from "./draft";

export type GuestCandidate = Candidate<"guest">;
export type GroupCandidate = Candidate<"group">;

/** Adopts guests as analysts. Two users with one address can't be told apart. */
export function takeAnalysts(
  draft: Draft,
  guests: readonly GuestCandidate[],
  tierOf: (guest: GuestCandidate) => string | undefined = () => undefined,
): readonly GuestCandidate[] {
  const all = draft.all("guest");
  const analysts = guests.filter(({ email }) => all.filter((guest) => guest.email === email).length === 1);
  draft.settings["analysts"] = analysts.map((guest) => {
    const tier = tierOf(guest);
    const { email, id: objectId } = guest;
    return { email, displayName: nameFor(guest), ...(tier === undefined ? {} : { tier }), objectId };
  });
  for (const guest of analysts) {
    const { email, displayName } = guest;
    const why = "The address is in a domain of the MSSP, and the guest has access to the portal.";
    const name = `${displayName ?? ""} <${email}>`;
    draft.take(`${guestResource(onboardingName, email)}-user`, guest, why, { name });
  }
  draft.putAside("Several users have this address.", ...guests);
  draft.putAside(
    "The guest has no access to the portal that the settings describe. Add it to `analysts` to grant access.",
    ...all,
  );
  return analysts;
}

/** Longest display name that the settings take. */
const longestName = 256;

function nameFor({ displayName, email }: GuestCandidate): string {
  const name = displayName?.trim() ?? "";
  const isUsable = name !== "" && name.length <= longestName && !/\p{C}/u.test(name);
  return isUsable ? name : (email.split("@")[0] ?? email);
}

/**
 * Adopts a group. Members that the settings would remove, or add, are asked about: the group keeps
 * its members, or it is left. Returns whether it was adopted.
 * @param analysts the members by the settings.
 */
export function takeGroup(
  draft: Draft,
  resource: string,
  group: GroupCandidate,
  analysts: readonly GuestCandidate[],
  why: string,
): boolean {
  const others = group.members.filter(({ id }) => !analysts.some((analyst) => analyst.id === id));
  const isSame = others.length === 0 && group.members.length === analysts.length;
  const answer = isSame ? "adopt" : askMembers(draft, group, others);
  if (answer === "leave") draft.putAside("It has members that the settings do not have.", group);
  if (answer === undefined || answer === "leave") return false;
  if (isSame) draft.take(resource, group, why);
  else draft.take(resource, group, `${why} The program does not manage its members.`, { members: "keep" });
  return true;
}

function askMembers(draft: Draft, { id, name }: GroupCandidate, others: GroupCandidate["members"]): string | undefined {
  const names = others.map((member) => member.name).join(", ");
  const refused =
    others.length === 0
      ? ""
      : `. The policy pack's rule named-principals refuses them until its parameter principals has ${others.map((member) => member.id).join(", ")}`;
  const problem =
    others.length > 0 ? `members who are not the analysts of this group: ${names}` : "not all of the analysts";
  return draft.ask({
    id: `members:${id}`,
    text: `The group "${name}" has ${problem}. What happens to the group?`,
    choices: [
      { value: "keep", text: `adopt it and keep its members: the program does not manage them${refused}` },
      { value: "leave", text: "leave it" },
    ],
    about: [id],
  });
}

/** The group of all analysts: by its name; another group of the MSSP's people is asked about. */
export function takeAnalystsGroup(draft: Draft, analysts: readonly GuestCandidate[]): void {
  const wanted = securityGroupName(draft.customer.msspName);
  const open = draft.all("group").filter(({ id }) => !draft.isSettled(id));
  const named = open.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  const group = named ?? open.find((each) => askWhose(draft, each) === "analystsGroup");
  const why =
    named === undefined
      ? "You said that it is the group of all analysts."
      : "It has the name of the group of all analysts.";
  draft.putAside("It is not a group of the onboarding.", ...open.filter((each) => each !== group));
  if (group !== undefined && takeGroup(draft, `${accessName}-analysts-group`, group, analysts, why)) return;
  draft.omit("analystsGroup", `The tenant has no group "${wanted}" of all analysts.`);
}

function askWhose(draft: Draft, { id, name, members }: GroupCandidate): string | undefined {
  return draft.ask({
    id: `group:${id}`,
    text: `The group "${name}" has ${members.length} members, among them people of the MSSP. What is it?`,
    choices: [
      { value: "analystsGroup", text: "the group of all analysts: adopt it" },
      { value: "leave", text: "another group: leave it" },
    ],
    about: [id],
  });
}
