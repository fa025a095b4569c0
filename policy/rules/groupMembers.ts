import { dateOf, tiers } from "@defender-mssp/microsoft";
import { membershipsByTier, membershipsOfAll } from "../../domain/memberships";
import { groupNameInDirectory, securityGroupName } from "../../domain/naming";
import { azuread, dynamic } from "../../domain/resourceTypes";
import { knownText, resourceRule, textList, type JudgedResource } from "../rule";
import type { PolicySettings } from "../policySettings";

/**
 * The engine asks it before it makes or changes the group, and shows no other resource then: it can
 * count the members, and `named-principals` tells at the end who they are.
 */
export const groupMembers = resourceRule<{ principals: readonly string[] }>({
  name: "group-members",
  severity: "critical",
  level: "mandatory",
  why: "A group of the stack has no more members than the settings name analysts for it: a stranger gets no access before the end of `up`.",
  remedy: "Add the person to analysts, or the object ID to the parameter principals.",
  link: "https://learn.microsoft.com/defender-xdr/mssp-access",
  parameters: {
    principals: {
      ...textList,
      description: "Object IDs, in the customers' tenants, of other members; as in named-principals.",
    },
  },
  types: [azuread("Group"), dynamic("EligibleMembers")],
  check: (resource, { settings, parameters: { principals }, now }) => {
    const { members } = resource.properties;
    const most = settings && mostMembers(resource, settings, dateOf(now));
    if (most === undefined || !Array.isArray(members)) return [];
    const also = principals.map((id) => id.toLowerCase());
    const counted = members.filter((member) => !also.includes(String(knownText(member)).toLowerCase()));
    return counted.length > most
      ? [`it gets ${counted.length} members; the settings name ${most} analysts with access for it`]
      : [];
  },
});

/** Undefined for a group that the settings do not name: no rule lets it get a right. */
function mostMembers(
  { type, properties }: JudgedResource,
  { analysts, msspName, portalAccess }: PolicySettings,
  today: string,
): number | undefined {
  const all = membershipsOfAll(analysts, { today }).length;
  const name = knownText(properties["displayName"])?.toLowerCase();
  const isNamed = (expected: string) => groupNameInDirectory(expected).toLowerCase() === name;
  if (type === dynamic("EligibleMembers") || isNamed(securityGroupName(msspName))) return all;
  const tier = "tiers" in portalAccess ? tiers.find((tier) => isNamed(portalAccess.tiers[tier].name)) : undefined;
  return tier && membershipsByTier(analysts, { today })[tier].length;
}
