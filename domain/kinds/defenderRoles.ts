/** Roles of Defender's unified RBAC. */
import { graphDefenderAssignments, graphDefenderRoles } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { type AccessKind, foundWithPrincipal, notApplicable, removalOrder } from "./accessKind";
import { givesItsHolder, listed } from "./kindAnswers";

/** A custom role of Microsoft Defender XDR's unified RBAC. */
export const defenderRole = {
  key: "defenderRole",
  singular: "Defender role",
  plural: "Defender roles",
  place: "customer's tenant",
  types: [dynamic("DefenderRoleDefinition"), component("DefenderRoleDefinition")],
  name: "the tier's name in portalAccess.tiers",
  mark: "description",
  address: notApplicable("Graph reads it in the list of all roles only"),
  withoutCalls: { held: "its assignments are a kind of their own" },
  grants: "says what its assignments permit in the Microsoft Defender portal",
  isExpected: hasModel("rbac", "entitlement"),
  write: () => graphDefenderRoles.write,
  read: graphDefenderRoles.read,
  additions: ["added to Defender roles"],
  licence: notApplicable("each licence of Microsoft Defender XDR has it"),
  leftWhenAdopted: ["displayName", "description", "managedBy"],
  adoption: { search: "listed", owned: "groups" },
  evidence: givesItsHolder,
  removal: { by: "destroy", order: removalOrder.definition },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

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

/** In the order in which people read of them. */
export const defenderRoles = [defenderRole, defenderRoleAssignment] as const;
