import { remoteGroupId, tiers, type SentinelRolesByGroup } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";
import type { OmittablePart } from "../../domain/omittedParts";
import { hasAnalystsGroup } from "../portalAccess/analystsGroup";
import type { PortalAccessChoice } from "../portalAccess/portalAccessArgs";
import type { SentinelGroupIds } from "./prepare";

/** Outputs of `CustomerOnboarding`. */
interface OnboardedGroups {
  readonly groups: pulumi.Output<Record<string, string>>;
  readonly groupObjectId: pulumi.Output<string | undefined>;
}

/**
 * The groups by which the model grants something: those of the tiers, or that of all analysts. With
 * the model `rbac` the latter grants nothing, and its members stay with just-in-time access.
 *
 * @param omit parts that the customer does not have.
 * @param roles of the settings: with the model `governance` they name the groups.
 */
export function sentinelGroupIds(
  portalAccess: PortalAccessChoice,
  omit: readonly OmittablePart[],
  { groups, groupObjectId }: OnboardedGroups,
  roles: SentinelRolesByGroup,
): SentinelGroupIds {
  switch (portalAccess.model) {
    case "basic":
      return hasAnalystsGroup(portalAccess, omit) ? { analysts: groupObjectId.apply((id) => id ?? "") } : {};
    case "rbac":
    case "entitlement": {
      const declared = tiers.filter((tier) => !omit.includes(tier));
      return Object.fromEntries(declared.map((tier) => [tier, groups.apply((ids) => ids[tier] ?? "")]));
    }
    case "governance":
      return Object.fromEntries(Object.keys(roles).map((group) => [group, remoteGroupId(group)]));
  }
}
