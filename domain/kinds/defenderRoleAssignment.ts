import { graphDefenderAssignments } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { foundWithPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";
import { givesItsHolder, listed } from "./kindAnswers";

/** An assignment of a Defender role to groups. */
export const defenderRoleAssignment = {
  key: "defenderRoleAssignment",
  singular: "Defender role assignment",
  plural: "Defender role assignments",
  place: "customer's tenant",
  types: [dynamic("DefenderRoleAssignment"), component("DefenderRoleAssignment")],
  name: "the tier's name in portalAccess.tiers",
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("Graph reads it in the list of all assignments only"),
  withoutCalls: { search: foundWithPrincipal },
  grants: "gives groups a Defender role",
  judged: { principalIds: "named-principals", roleDefinitionId: "named-principals", tenantId: "named-organizations" },
  isExpected: hasModel("rbac", "entitlement"),
  write: () => graphDefenderAssignments.write,
  read: graphDefenderAssignments.read,
  additions: ["added to Defender roles"],
  licence: notApplicable("each licence of Microsoft Defender XDR has it"),
  leftWhenAdopted: ["displayName", "dataSources"],
  adoption: listed,
  evidence: givesItsHolder,
  removal: { by: "destroy", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
