import { effectiveActions, tierPermissions } from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** By the settings: what reaches further than Microsoft's document or this program's defaults. */
export function leastPrivilege({ settings, access }: Facts): Finding[] {
  if (settings === undefined || access === undefined) return [];
  return wideRights(settings.portalAccess).map(([text, next]) =>
    finding("leastPrivilege", "soon", { key: `leastPrivilege ${text}`, text, next }),
  );
}

function wideRights(portalAccess: Settings["portalAccess"]): (readonly [text: string, next: string])[] {
  const directoryRole = (role: string) =>
    `The directory role ${role} reaches more of the tenant than Microsoft Defender`;
  if (portalAccess.model === "basic") {
    const toGuests = [
      "The directory role is assigned to each guest, not to a group",
      "portalAccess.assignTo: group, where the tenant has Microsoft Entra ID P1",
    ] as const;
    return [
      [directoryRole(portalAccess.role), "portalAccess.model: rbac gives roles in Defender only"],
      ...(portalAccess.assignTo === "guests" ? [toGuests] : []),
    ];
  }
  if (portalAccess.model === "governance") {
    const next = "portalAccess.groups: the least role for each group, or portalAccess.model: rbac";
    return [...new Set(portalAccess.groups.flatMap(({ roles }) => roles))].map((role) => [directoryRole(role), next]);
  }
  return (["tier1", "tier2", "approvers"] as const).flatMap((tier) => {
    const { name, permissions } = portalAccess.tiers[tier];
    const usual = tierPermissions[tier];
    const more = effectiveActions(permissions ?? []).filter(
      (action) => effectiveActions([...usual, action]).includes(action) && !usual.includes(action),
    );
    if (more.length === 0) return [];
    const text = `${name} may do more than the tier's default: ${more.join(", ")}`;
    return [[text, `Remove them from portalAccess.tiers.${tier}.permissions if the tier does not need them`] as const];
  });
}
