import { graphRoleAssignments } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { foundWithPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";
import { givesItsHolder, listed } from "./kindAnswers";

/** An assignment of a directory role, such as Security Reader. */
export const directoryRoleAssignment = {
  key: "directoryRoleAssignment",
  singular: "directory role assignment",
  plural: "directory role assignments",
  place: "customer's tenant",
  types: [azuread("DirectoryRoleAssignment")],
  name: "portalAccess.role",
  mark: notApplicable("it has no place for a mark"),
  address: graphRoleAssignments.path,
  withoutCalls: { search: foundWithPrincipal },
  grants: "gives a group or guest a directory role",
  judged: { principalObjectId: "named-principals", roleId: "directory-roles" },
  isExpected: hasModel("basic"),
  write: () => graphRoleAssignments.write,
  read: graphRoleAssignments.read,
  additions: ["added directory roles"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("it has nothing but its role and its principal"),
  adoption: listed,
  evidence: givesItsHolder,
  removal: { by: "destroy", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
