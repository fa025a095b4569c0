/** The model `rbac`: the tiers' groups and their roles in Defender. */
import { effectiveActions, isDefenderAction, tierNames, tiers, type Tier } from "@defender-mssp/microsoft";
import { securityGroupName } from "../../../domain/naming";
import { accessName } from "../../../domain/resourceNames";
import type { Draft, Question } from "./draft";
import { takeAnalysts, takeAnalystsGroup, takeGroup, type GroupCandidate, type GuestCandidate } from "./planGroups";

/** Groups that may be a tier: by Microsoft's names, or because they have a Defender role. */
export function tierCandidates(draft: Draft): GroupCandidate[] {
  const ofAll = securityGroupName(draft.customer.msspName).toLowerCase();
  return draft
    .all("group")
    .filter(
      (group) =>
        group.isPlainSecurityGroup &&
        group.name.toLowerCase() !== ofAll &&
        (tierNamed(group.name) !== undefined || heldDefenderRoles(draft, group).length > 0),
    );
}

function heldDefenderRoles(draft: Draft, { id }: GroupCandidate) {
  return draft.all("defenderRoleAssignment").filter(({ principalIds }) => principalIds.includes(id));
}

export function tierNamed(name: string): Tier | undefined {
  return tiers.find((tier) => tierNames[tier].toLowerCase() === name.trim().toLowerCase());
}

export function tierChoices(free: readonly Tier[], none: string): Question["choices"] {
  return [
    ...free.map((tier) => ({ value: tier, text: `${tierNames[tier]} (${tier})` })),
    { value: "leave", text: `none of ${none}: leave it` },
  ];
}

export function planTiers(draft: Draft): void {
  const groups = groupsByTier(draft);
  if (groups === undefined) return;
  const tierOf = ({ id }: GuestCandidate) =>
    tiers.find((tier) => groups.get(tier)?.members.some((member) => member.id === id) === true);
  const members = draft.all("guest").filter((guest) => tierOf(guest) !== undefined);
  const analysts = takeAnalysts(draft, members, tierOf);
  const settings: Partial<Record<Tier, object>> = {};
  for (const tier of tiers) {
    const group = groups.get(tier);
    if (group === undefined) continue;
    const ofTier = analysts.filter((analyst) => tierOf(analyst) === tier);
    const why = `It is the group of ${tierNames[tier]}.`;
    if (!takeGroup(draft, `${accessName}-${tier}-group`, group, ofTier, why)) continue;
    settings[tier] = { name: group.name, permissions: takeDefenderRole(draft, tier, group) };
  }
  for (const tier of tiers) {
    if (settings[tier] === undefined)
      draft.omit(tier, `The tenant has no group of ${tierNames[tier]} that is adopted.`);
  }
  draft.settings["portalAccess"] = { model: "rbac", tiers: settings };
  takeAnalystsGroup(draft, analysts);
}

/** Which group is which tier; undefined while a question is open. */
function groupsByTier(draft: Draft): ReadonlyMap<Tier, GroupCandidate> | undefined {
  const chosen = new Map<Tier, GroupCandidate>();
  const candidates = tierCandidates(draft);
  for (const group of candidates) {
    const tier = tierNamed(group.name);
    if (tier !== undefined && !chosen.has(tier)) chosen.set(tier, group);
  }
  for (const group of candidates) {
    const { id, name } = group;
    const taken = [...chosen.values()];
    if (taken.includes(group)) continue;
    if (taken.some((other) => other.name.toLowerCase() === name.toLowerCase())) {
      draft.putAside("Another group of this name is adopted; the names of tiers are unique.", group);
      continue;
    }
    const free = tiers.filter((tier) => !chosen.has(tier));
    const answer = draft.ask({
      id: `tier:${id}`,
      text: `The group "${name}" has a role in Defender or the name of a tier. Which tier is it?`,
      choices: tierChoices(free, "the MSSP's"),
      about: [id, ...draft.all("guest").map((guest) => guest.id)],
    });
    if (answer === undefined) return undefined;
    const tier = free.find((each) => each === answer);
    if (tier !== undefined) chosen.set(tier, group);
    else draft.putAside("You said that it is none of the MSSP's.", group);
  }
  return chosen;
}

/**
 * Adopts the role of a tier's group.
 * @returns the permissions for the settings; empty if the group has no role that can be adopted.
 */
export function takeDefenderRole(draft: Draft, tier: Tier, group: GroupCandidate): readonly string[] {
  const held = heldDefenderRoles(draft, group);
  const [assignment, ...others] = held;
  if (assignment === undefined) return [];
  const role = draft.all("defenderRole").find(({ id }) => id === assignment.roleDefinitionId);
  const why =
    others.length > 0
      ? `The group "${group.name}" has several Defender roles; the settings have one for a tier.`
      : assignment.principalIds.length > 1
        ? "Other principals have the role by the same assignment."
        : role === undefined || role.isBuiltIn
          ? "Its role is built in: the program manages only custom roles."
          : draft.isSettled(role.id)
            ? "Another tier has the same role; the settings have a role for each tier."
            : role.permissions.length === 0 || !role.permissions.every(isDefenderAction)
              ? "Its permissions are not written as the settings take them."
              : undefined;
  if (why !== undefined || role === undefined) {
    draft.putAside(why ?? "", ...held);
    return [];
  }
  draft.take(`${accessName}-${tier}-role`, role, `The group "${group.name}" has it.`);
  draft.take(`${accessName}-${tier}-role-assignment`, assignment, "It is the access to the portal.");
  return effectiveActions([...role.permissions]);
}
