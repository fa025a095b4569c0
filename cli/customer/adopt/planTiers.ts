/** The model `rbac`: the tiers' groups and their roles in Defender. */
import { effectiveActions, isDefenderAction, tierNames, tiers, type Tier } from "@defender-mssp/microsoft";
import type { FoundGroup, FoundGuest } from "./found";
import { securityGroupName } from "../../../domain/naming";
import type { Draft } from "./draft";
import { accessName } from "../../../domain/resourceNames";
import { takeAnalysts, takeAnalystsGroup, takeGroup } from "./planGroups";

/** Groups that may be a tier: by Microsoft's names, or because they have a Defender role. */
export function tierCandidates({ found, customer }: Draft): FoundGroup[] {
  const ofAll = securityGroupName(customer.msspName).toLowerCase();
  const hasRole = (id: string) => found.defenderAssignments.some(({ principalIds }) => principalIds.includes(id));
  return found.groups.filter(
    ({ id, displayName, isPlainSecurityGroup }) =>
      isPlainSecurityGroup &&
      displayName.toLowerCase() !== ofAll &&
      (tierNamed(displayName) !== undefined || hasRole(id)),
  );
}

export function tierNamed(name: string): Tier | undefined {
  return tiers.find((tier) => tierNames[tier].toLowerCase() === name.trim().toLowerCase());
}

export function planTiers(draft: Draft): void {
  const groups = tiersOfGroups(draft);
  if (groups === undefined) return;
  const named = tiers.flatMap((tier) => {
    const group = groups.get(tier);
    return group === undefined ? [] : [[tier, group] as const];
  });
  const tierOf = ({ id }: FoundGuest) =>
    named.find(([, { members }]) => members.some((member) => member.id === id))?.[0];
  const analysts = takeAnalysts(
    draft,
    draft.found.guests.filter((guest) => tierOf(guest) !== undefined),
    tierOf,
  );
  const settings: Partial<Record<Tier, object>> = {};
  for (const [tier, group] of named) {
    const ofTier = analysts.filter((analyst) => tierOf(analyst) === tier);
    const resource = `${accessName}-${tier}-group`;
    const why = `It is the group of ${tierNames[tier]}.`;
    if (!takeGroup(draft, { group, resource, analysts: ofTier, why })) continue;
    settings[tier] = { name: group.displayName, permissions: takeDefenderRole(draft, tier, group) };
  }
  for (const tier of tiers) {
    if (settings[tier] === undefined)
      draft.omit(tier, `The tenant has no group of ${tierNames[tier]} that is adopted.`);
  }
  draft.settings["portalAccess"] = { model: "rbac", tiers: settings };
  takeAnalystsGroup(draft, analysts);
}

/** Which group is which tier; undefined while a question is open. */
function tiersOfGroups(draft: Draft): ReadonlyMap<Tier, FoundGroup> | undefined {
  const chosen = new Map<Tier, FoundGroup>();
  const candidates = tierCandidates(draft);
  for (const group of candidates) {
    const tier = tierNamed(group.displayName);
    if (tier !== undefined && !chosen.has(tier)) chosen.set(tier, group);
  }
  for (const group of candidates) {
    if ([...chosen.values()].includes(group)) continue;
    if ([...chosen.values()].some((one) => isNamesake(one, group))) {
      const why = "Another group of this name is adopted; the names of tiers are unique.";
      draft.putAside({ kind: "group", name: group.displayName, id: group.id, why });
      continue;
    }
    const free = tiers.filter((tier) => !chosen.has(tier));
    const answer = draft.ask({
      id: `tier:${group.id}`,
      text: `The group "${group.displayName}" has a role in Defender or the name of a tier. Which tier is it?`,
      choices: [
        ...free.map((tier) => ({ value: tier, text: `${tierNames[tier]} (${tier})` })),
        { value: "leave", text: "none of the MSSP's: leave it" },
      ],
      about: [group.id, ...draft.found.guests.map(({ id }) => id)],
    });
    if (answer === undefined) return undefined;
    const tier = tiers.find((one) => one === answer);
    if (tier !== undefined) chosen.set(tier, group);
    else
      draft.putAside({
        kind: "group",
        name: group.displayName,
        id: group.id,
        why: "You said that it is none of the MSSP's.",
      });
  }
  return chosen;
}

function isNamesake(one: FoundGroup, other: FoundGroup): boolean {
  return one.displayName.toLowerCase() === other.displayName.toLowerCase();
}

/**
 * Adopts the role of a tier's group.
 * @returns the permissions for the settings; empty if the group has no role that can be adopted.
 */
export function takeDefenderRole(
  draft: Draft,
  tier: Tier,
  { id: groupId, displayName }: FoundGroup,
): readonly string[] {
  const { defenderAssignments, defenderRoles } = draft.found;
  const held = defenderAssignments.filter(({ principalIds }) => principalIds.includes(groupId));
  const [assignment, ...others] = held;
  if (assignment === undefined) return [];
  const role = defenderRoles.find(({ id }) => id === assignment.roleDefinitionId);
  const why =
    others.length > 0
      ? `The group "${displayName}" has several Defender roles; the settings have one for a tier.`
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
    for (const one of held) {
      draft.putAside({ kind: "Defender role assignment", name: one.displayName, id: one.id, why: why ?? "" });
    }
    return [];
  }
  draft.take(
    {
      kind: "Defender role",
      name: role.displayName,
      id: role.id,
      why: `The group "${displayName}" has it.`,
      resource: `${accessName}-${tier}-role`,
    },
    {},
    "groups",
  );
  draft.take({
    kind: "Defender role assignment",
    name: assignment.displayName,
    id: assignment.id,
    why: "It is the access to the portal.",
    resource: `${accessName}-${tier}-role-assignment`,
  });
  return effectiveActions([...role.permissions]);
}
