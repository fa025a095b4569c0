import { hasSentinelAccess } from "../prerequisiteSettings";
import { azureRoleAssignment, component } from "../resourceTypes";
import { notApplicable, removalOrder, type AccessKind } from "./accessKind";
import { azureActivityLog } from "./kindAnswers";

/** An analysts' group's role on the resource group of a Microsoft Sentinel workspace. */
export const sentinelAssignment = {
  key: "sentinelAssignment",
  singular: "Microsoft Sentinel role assignment",
  plural: "Microsoft Sentinel role assignments",
  place: "customer's subscription",
  types: [azureRoleAssignment],
  within: component("SentinelAccess"),
  name: notApplicable("its name is a UUID of its scope, role and group"),
  mark: "description",
  address: notApplicable("Azure Resource Manager has it"),
  withoutCalls: {},
  grants: "gives a group a role on a Microsoft Sentinel workspace",
  judged: { principalId: "azure-principals", roleDefinitionId: "azure-principals", scope: "azure-principals" },
  isExpected: hasSentinelAccess,
  write: () => ["Role Based Access Control Administrator"],
  read: ["Reader"],
  additions: ["added Azure roles"],
  licence: notApplicable("a subscription of Azure with Microsoft Sentinel"),
  leftWhenAdopted: ["description", "condition", "conditionVersion"],
  adoption: {
    search: "none",
    why: "the next up reads the role assignments: with sentinelAccess it imports those of adopted groups",
  },
  evidence: {
    who: "analysts in Microsoft Sentinel",
    from: "nowhere",
    why: azureActivityLog,
  },
  removal: { by: "destroy", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
