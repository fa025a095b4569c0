import { tierPermissions, tiers, type Tier } from "@defender-mssp/microsoft";
import { defenderActionProblem } from "../../domain/guardrails/roles";
import { dynamic } from "../../domain/resourceTypes";
import { knownText, knownTexts, problems, resourceRule, unknown } from "../rule";

const listOf = (tier: Tier, whom: string) => ({
  type: "array" as const,
  items: { type: "string" as const },
  default: [...tierPermissions[tier]],
  description: `Actions of Defender's unified RBAC that the role of ${whom} may allow.`,
});

export const defenderRoles = resourceRule<Readonly<Record<Tier, readonly string[]>>>({
  name: "defender-roles",
  severity: "critical",
  level: "mandatory",
  why: "Each tier's role in Defender allows the actions of that tier's work: no other one, and no wildcard that includes others.",
  remedy: "Remove the action from portalAccess.tiers, or add it to the tier's parameter.",
  link: "https://learn.microsoft.com/defender-xdr/custom-permissions-details",
  parameters: {
    tier1: listOf("tier1", "tier 1"),
    tier2: listOf("tier2", "tier 2"),
    approvers: listOf("approvers", "the approvers"),
  },
  types: [dynamic("DefenderRoleDefinition")],
  check: ({ properties: { displayName, permissions } }, { settings, parameters }) => {
    const access = settings?.portalAccess;
    const named = access !== undefined && "tiers" in access ? access.tiers : undefined;
    const name = knownText(displayName) ?? "";
    // While a preview does not know the name, it may be that of any tier.
    const isPossible = (tier: Tier) =>
      displayName === unknown || named?.[tier].name.toLowerCase() === name.toLowerCase();
    const possible = named === undefined ? [] : tiers.filter(isPossible);
    if (possible.length === 0) return [`the settings name no tier ${JSON.stringify(name)}`];
    const allowed = possible.flatMap((tier) => parameters[tier]);
    return problems(...knownTexts(permissions).map((action) => defenderActionProblem(action, allowed)));
  },
});
