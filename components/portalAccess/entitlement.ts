import { EntitlementAccess } from "./entitlementAccess";
import type { GivenAccess, ModelContext } from "./modelContext";
import type { EntitlementChoice } from "./portalAccessArgs";
import { activateWorkloads, defenderRoles, tierGroup } from "./tiers";

/** Model `entitlement`: the tiers' groups and roles, with members who request an access package. */
export function entitlementAccess(context: ModelContext<EntitlementChoice>): GivenAccess {
  const { name, args, access, parent } = context;
  const { tenantId, customerDomain, msspName, cloud, approverObjectIds = [] } = args;
  // Access packages need the group of each tier, and manage the members.
  const groups = {
    tier1: tierGroup(context, "tier1"),
    tier2: tierGroup(context, "tier2"),
    approvers: tierGroup(context, "approvers"),
  };
  defenderRoles(context, groups);
  const { nodes, accessPackages, nextSteps } = new EntitlementAccess(
    `${name}-entitlement`,
    { tenantId, customerDomain, msspName, cloud, approverObjectIds, terms: access, groups },
    { parent },
  );
  return {
    tiers: groups,
    organization: nodes.organization,
    accessPackages,
    nextSteps: nextSteps.apply((steps) => [activateWorkloads, ...steps]),
  };
}
