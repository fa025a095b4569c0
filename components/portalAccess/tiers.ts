/** Groups and roles of the tiers, for the models `rbac` and `entitlement`. */
import { tierPermissions, tiers, type Tier } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";
import { DefenderRoleAssignment, DefenderRoleDefinition } from "./defenderRole";
import type { EligibleMembers } from "./eligibleMembers";
import type { ModelContext, TierGroups } from "./modelContext";
import { MsspSecurityGroup } from "./msspSecurityGroup";
import { restoreStandingMembers } from "./restoreStandingMembers";
import type { EntitlementChoice, RbacChoice } from "./portalAccessArgs";

type TieredContext = ModelContext<RbacChoice | EntitlementChoice>;

/** Declares a tier's group. Without `members` the program manages no members. */
export function tierGroup(
  { name, args, access, model, parent }: TieredContext,
  tier: Tier,
  members?: pulumi.Input<string>[],
): MsspSecurityGroup {
  return new MsspSecurityGroup(
    `${name}-${tier}`,
    {
      displayName: access.tiers[tier].name,
      msspName: args.msspName,
      members,
      // The model alone: the group stays when the activation is set or taken back.
      purpose: access.model,
    },
    // The grants of the other model are deleted first.
    {
      parent,
      dependsOn: [model],
      transformations: [restoreStandingMembers(`${name}-${tier}`, args.tenantId)],
    },
  );
}

/**
 * Declares the roles of the tiers' groups. A group gets its role after its standing members have
 * become eligible ones, so that nobody is both.
 */
export function defenderRoles(
  context: TieredContext,
  groups: Partial<TierGroups>,
  eligible: Partial<Record<Tier, EligibleMembers>> = {},
): void {
  for (const tier of tiers) {
    const group = groups[tier];
    if (group !== undefined) defenderRole(context, tier, group, eligible[tier]);
  }
}

/** A tier without actions has no role. */
function defenderRole(
  { name, args, access, model, parent }: TieredContext,
  tier: Tier,
  group: MsspSecurityGroup,
  eligible: EligibleMembers | undefined,
): void {
  const { tenantId } = args;
  const { name: displayName, permissions = tierPermissions[tier] } = access.tiers[tier];
  if (permissions.length === 0) return;
  const role = new DefenderRoleDefinition(
    `${name}-${tier}-role`,
    { tenantId, displayName, permissions: [...permissions] },
    { parent },
  );
  new DefenderRoleAssignment(
    `${name}-${tier}-role-assignment`,
    {
      tenantId,
      displayName,
      roleDefinitionId: role.id,
      principalIds: [group.objectId],
      portalAccess: model.model,
    },
    { parent, dependsOn: eligible === undefined ? undefined : [eligible] },
  );
}

/** Microsoft, "Activate Microsoft Defender XDR Unified role-based access control". */
export const activateWorkloads =
  "Activate unified RBAC in the Defender portal: open Settings > Microsoft Defender XDR > Permissions and roles and turn on each workload. " +
  "Until then the tiers' roles have no effect. Microsoft may activate it by itself from September to December 2026, about 30 days after a notice to the customer.";
