import { groupNameInDirectory } from "../../settings/naming";
import { azuread } from "../resourceTypes";
import { knownText, resourceRule } from "../rule";

export const noStandingTier2 = resourceRule<object>({
  name: "no-standing-tier2",
  severity: "medium",
  level: "advisory",
  why: "Tier 2 can open a live response session on a device, so its members should activate it when they need it.",
  remedy: "Set portalAccess.activation to justInTime.",
  link: "https://learn.microsoft.com/entra/id-governance/privileged-identity-management/concept-pim-for-groups",
  parameters: {},
  types: [azuread("Group")],
  check: ({ properties: { displayName, members } }, { settings }) => {
    const access = settings?.portalAccess;
    if (access?.model !== "rbac" || !Array.isArray(members) || members.length === 0) return [];
    if (knownText(displayName) !== groupNameInDirectory(access.tiers.tier2.name)) return [];
    return [`the group "${access.tiers.tier2.name}" has ${members.length} standing members`];
  },
});
