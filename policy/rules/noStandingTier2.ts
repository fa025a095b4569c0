import { tierNames } from "@defender-mssp/microsoft";
import { groupNameInDirectory } from "../../domain/naming";
import { azuread } from "../../domain/resourceTypes";
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
    if (!Array.isArray(members) || members.length === 0) return [];
    const tier2 = access !== undefined && "tiers" in access ? access.tiers.tier2.name : tierNames.tier2;
    if (knownText(displayName) !== groupNameInDirectory(tier2)) return [];
    return [`the group "${tier2}" has ${members.length} standing members`];
  },
});
