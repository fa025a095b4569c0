import { graphGroups } from "@defender-mssp/microsoft";
import type { Permission } from "../writingPermissions";
import { hasModel, type PrerequisiteSettings } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, removalOrder, type AccessKind } from "./accessKind";

/** A group of the MSSP's analysts. */
export const group = {
  key: "group",
  singular: "group",
  plural: "groups",
  place: "customer's tenant",
  types: [azuread("Group")],
  name: "msspName, or the tier's name in portalAccess.tiers",
  mark: "description",
  address: graphGroups.path,
  principal: "group",
  withoutCalls: { held: "memberships are a kind of their own" },
  grants: "gives its members what it was given",
  judged: {
    assignableToRole: "role-assignable-groups",
    dynamicMembership: "static-groups",
    members: "named-principals",
    onpremisesGroupType: "static-groups",
    owners: "owners",
    types: "static-groups",
    visibility: "static-groups",
    writebackEnabled: "static-groups",
  },
  isExpected: hasModel("basic", "rbac", "entitlement"),
  write: groupPermissions,
  read: graphGroups.read,
  additions: ["added to the groups"],
  licence: notApplicable("only a group that can be given a directory role needs Microsoft Entra ID P1"),
  leftWhenAdopted: ["displayName", "description", "owners", "assignableToRole", "visibility", "theme", "behaviors"],
  adoption: { search: "listed", owned: "groups" },
  evidence: notApplicable("a group does not act: its members are subjects already"),
  removal: { by: "destroy", order: removalOrder.container },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

/** An identity that adds groups to a catalog needs more, whoever owns the groups. */
function groupPermissions(settings: PrerequisiteSettings): readonly Permission[] {
  if (hasModel("entitlement")(settings)) return ["Group.ReadWrite.All"];
  return [
    "Group.Create",
    "Group.Read.All",
    ...(hasModel("basic")(settings) ? (["RoleManagement.ReadWrite.Directory"] as const) : []),
  ];
}
