import { tiers, type Tier } from "@defender-mssp/microsoft";
import { membershipsByTier, membershipsOfAll } from "../../domain/memberships";
import { analystsGroup } from "./analystsGroup";
import { activateMembership, eligibleAnalysts, type EligibleAnalysts } from "./eligibleAnalysts";
import type { EligibleMembers } from "./eligibleMembers";
import { objectIds, type GivenAccess, type ModelContext, type TierGroups } from "./modelContext";
import type { RbacChoice } from "./portalAccessArgs";
import { activateWorkloads, defenderRoles, tierGroup } from "./tiers";

type RbacContext = ModelContext<RbacChoice>;
type EmailsByTier = Readonly<Record<Tier, readonly string[]>>;

/** Model `rbac`: a group for each tier, with a role of Defender's unified RBAC. */
export function rbacAccess(context: RbacContext): GivenAccess {
  const { args, access, dates } = context;
  // This group grants nothing: its members stay members with just-in-time access, too.
  const group = analystsGroup(context, { members: objectIds(args.analysts, membershipsOfAll(args.analysts, dates)) });
  const emails = membershipsByTier(args.analysts, dates);
  const groups = tierGroups(context, emails);
  const eligible = eligibleTiers(context, groups, emails);
  defenderRoles(context, groups, eligible);
  const nextSteps = access.activation === undefined ? [activateWorkloads] : [activateWorkloads, activateMembership];
  return { group, tiers: groups, nextSteps };
}

/** The tiers' groups, without the tiers that `omit` names. */
function tierGroups(context: RbacContext, emails: EmailsByTier): Partial<TierGroups> {
  const { args, access } = context;
  const members = (tier: Tier) =>
    access.activation === undefined ? objectIds(args.analysts, emails[tier]) : undefined;
  const declared = tiers.filter((tier) => args.omit?.includes(tier) !== true);
  return Object.fromEntries(declared.map((tier) => [tier, tierGroup(context, tier, members(tier))]));
}

/** Makes analysts eligible members of the tiers' groups. Tier 2 may need an approval. */
function eligibleTiers(
  context: RbacContext,
  groups: Partial<TierGroups>,
  emails: EmailsByTier,
): Partial<Record<Tier, EligibleMembers>> {
  const { name, access } = context;
  const { activation } = access;
  if (activation === undefined) return {};
  const declared = tiers.flatMap((tier) => {
    const group = groups[tier];
    if (group === undefined) return [];
    const approvers = tier === "tier2" ? tier2Approvers(context, groups) : {};
    const analysts = { group, emails: emails[tier], hours: activation.hours, ...approvers };
    return [[tier, eligibleAnalysts(`${name}-${tier}`, context, analysts)] as const];
  });
  return Object.fromEntries(declared);
}

function tier2Approvers(
  { args, access }: RbacContext,
  { approvers }: Partial<TierGroups>,
): Pick<EligibleAnalysts, "approvers" | "approverGroups"> {
  switch (access.activation?.tier2Approval) {
    case undefined:
      return {};
    case "customer":
      return { approvers: [...(args.approverObjectIds ?? [])] };
    case "approvers":
      return { approverGroups: approvers === undefined ? [] : [approvers.objectId] };
  }
}
