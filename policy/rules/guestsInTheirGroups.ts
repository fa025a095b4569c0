import { dateOf, tiers } from "@defender-mssp/microsoft";
import { membershipsByTier, membershipsOfAll } from "../../domain/memberships";
import { groupNameInDirectory, securityGroupName } from "../../domain/naming";
import { azuread, dynamic } from "../../domain/resourceTypes";
import {
  knownItems,
  knownText,
  knownTexts,
  stackRule,
  unknown,
  valueAt,
  type StackResource,
  type StackViolation,
} from "../rule";
import type { PolicySettings } from "../policySettings";

export const guestsInTheirGroups = stackRule<object>({
  name: "guests-in-their-groups",
  severity: "high",
  level: "mandatory",
  why: "Each guest is a member of the group of all analysts and of the tier's group until the last day of access, and of no other group.",
  remedy: "Set the analyst's tier and accessEndsOn; add no member to a group of the stack in another way.",
  link: "https://learn.microsoft.com/defender-xdr/mssp-access",
  parameters: {},
  checkStack: (resources, { settings, now }) => {
    const guests = resources.filter(({ type }) => type === dynamic("Guest"));
    if (guests.length === 0) return [];
    if (settings === undefined) {
      return [{ problem: "the stack's settings are invalid, so the expected members are not known" }];
    }
    const groups = resources.filter(({ type }) => type === azuread("Group"));
    const expected = expectedMembers(resources, settings, dateOf(now));
    const eligibilities = resources.filter(({ type }) => type === dynamic("EligibleMembers"));
    return groups.flatMap((group) => {
      const eligible = eligibilities.find((one) => isOfGroup(one, group));
      const members = expected.get(nameOf(group)) ?? [];
      return eligible === undefined
        ? wrongMembers(group, guests, members)
        : wrongEligibleMembers(group, eligible, guests, members);
    });
  },
});

/**
 * Addresses of each group's members, by the group's name. No other group of the stack has a guest
 * as a member.
 */
function expectedMembers(
  resources: readonly StackResource[],
  { analysts, msspName, portalAccess }: PolicySettings,
  today: string,
): ReadonlyMap<string, readonly string[]> {
  const expected = new Map([
    [groupNameInDirectory(securityGroupName(msspName)), membershipsOfAll(analysts, { today })],
  ]);
  // The stack's own resource says which model it has.
  const model = resources.find(({ type }) => type === dynamic("PortalAccessModel"))?.properties["model"];
  if (!["rbac", "rbac, just in time"].includes(knownText(model) ?? "") || portalAccess.model !== "rbac")
    return expected;
  const byTier = membershipsByTier(analysts, { today });
  for (const tier of tiers) expected.set(groupNameInDirectory(portalAccess.tiers[tier].name), byTier[tier]);
  return expected;
}

function wrongMembers(
  group: StackResource,
  guests: readonly StackResource[],
  expected: readonly string[],
): readonly StackViolation[] {
  return guests.flatMap((guest) => {
    const email = knownText(guest.properties["email"])?.toLowerCase();
    const is = isMember(guest, group);
    if (email === undefined || is === expected.includes(email)) return [];
    return [{ problem: `${email} is ${is ? "" : "not "}in the group "${nameOf(group)}"`, resource: group }];
  });
}

/** An active member of such a group has activated the membership: not everybody has. */
function wrongEligibleMembers(
  group: StackResource,
  eligible: StackResource,
  guests: readonly StackResource[],
  expected: readonly string[],
): readonly StackViolation[] {
  const ids = knownItems(eligible.properties["members"]).map((member) => valueAt(member, "objectId"));
  const isUnknown = eligible.properties["members"] === unknown || ids.includes(unknown);
  return guests.flatMap((guest) => {
    const email = knownText(guest.properties["email"])?.toLowerCase();
    if (email === undefined) return [];
    const { objectId } = guest.properties;
    const is = isUnknown
      ? (eligible.sources["members"]?.includes(guest.urn) ?? false)
      : typeof objectId === "string" && ids.includes(objectId);
    const isExpected = expected.includes(email);
    const [inGroup, of] = [isMember(guest, group), `the group "${nameOf(group)}"`];
    return [
      ...(is === isExpected ? [] : [`${email} is ${is ? "an" : "no"} eligible member of ${of}`]),
      ...(inGroup && !isExpected ? [`${email} is in ${of}`] : []),
    ].map((problem) => ({ problem, resource: group }));
  });
}

function isOfGroup(eligible: StackResource, group: StackResource): boolean {
  const [id, objectId] = [eligible.properties["groupId"], group.properties["objectId"]];
  if (typeof id === "string" && typeof objectId === "string") return id === objectId;
  return eligible.sources["groupId"]?.includes(group.urn) ?? false;
}

/**
 * By ID if it is known; in the preview of a new guest by the resources that the group's members
 * come from.
 */
function isMember(guest: StackResource, group: StackResource): boolean {
  const { members } = group.properties;
  const { objectId } = guest.properties;
  if (Array.isArray(members) && !members.includes(unknown) && typeof objectId === "string") {
    return members.includes(objectId);
  }
  if (knownTexts(members).some((id) => id === objectId)) return true;
  // A guest with a known ID would be among the known members.
  const isNew = typeof objectId !== "string" || members === unknown;
  return isNew && (group.sources["members"]?.includes(guest.urn) ?? false);
}

function nameOf(group: StackResource): string {
  return knownText(group.properties["displayName"]) ?? group.name;
}
