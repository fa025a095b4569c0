/** Roles of Defender's unified RBAC. */
import { tenantKinds } from "@defender-mssp/tenant";
import { graphDefenderAssignments, graphDefenderRoles } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { type AccessKind, notApplicable, removalOrder } from "./accessKind";
import { givesItsHolder, listed } from "./kindAnswers";

export const defenderRole = {
  ...tenantKinds.defenderRole,
  types: [dynamic("DefenderRoleDefinition"), component("DefenderRoleDefinition")],
  name: "the tier's name in portalAccess.tiers",
  mark: "description",
  grants: "says what its assignments permit in the Microsoft Defender portal",
  isExpected: hasModel("rbac", "entitlement"),
  write: () => graphDefenderRoles.write,
  additions: ["added to Defender roles"],
  licence: notApplicable("each licence of Microsoft Defender XDR has it"),
  leftWhenAdopted: ["displayName", "description", "managedBy"],
  adoption: { search: "listed", owned: "groups" },
  evidence: givesItsHolder,
  removal: { by: "destroy", order: removalOrder.definition },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

export const defenderRoleAssignment = {
  ...tenantKinds.defenderRoleAssignment,
  types: [dynamic("DefenderRoleAssignment"), component("DefenderRoleAssignment")],
  name: "the tier's name in portalAccess.tiers",
  mark: notApplicable("it has no place for a mark"),
  grants: "gives groups a Defender role",
  isExpected: hasModel("rbac", "entitlement"),
  write: () => graphDefenderAssignments.write,
  additions: ["added to Defender roles"],
  licence: notApplicable("each licence of Microsoft Defender XDR has it"),
  leftWhenAdopted: ["displayName", "dataSources"],
  adoption: listed,
  evidence: givesItsHolder,
  removal: { by: "destroy", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

export const defenderRoles = [defenderRole, defenderRoleAssignment] as const;
