/** Directory roles of Microsoft Entra ID, assigned and eligible. */
import { tenantKinds } from "@defender-mssp/tenant";
import { graphRoleAssignments } from "@defender-mssp/microsoft";
import { hasModel, never } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { type AccessKind, notApplicable, removalOrder } from "./accessKind";
import { givesItsHolder, listed } from "./kindAnswers";

export const directoryRoleAssignment = {
  ...tenantKinds.directoryRoleAssignment,
  types: [azuread("DirectoryRoleAssignment")],
  name: "portalAccess.role",
  mark: notApplicable("it has no place for a mark"),
  grants: "gives a group or guest a directory role",
  isExpected: hasModel("basic"),
  write: () => graphRoleAssignments.write,
  additions: ["added directory roles"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("it has nothing but its role and its principal"),
  adoption: listed,
  evidence: givesItsHolder,
  removal: { by: "destroy", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

export const directoryRoleEligibility = {
  ...tenantKinds.directoryRoleEligibility,
  types: notApplicable("this program declares none: an extension's is a resource of the extension"),
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  grants: "lets a guest or a member of a group activate a directory role",
  judged: notApplicable("no resource of this program declares it"),
  isExpected: never,
  write: notApplicable("this program creates none"),
  additions: ["added directory roles"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: notApplicable("it is not adopted"),
  adoption: {
    search: "none",
    why: "no resource declares it: npx mssp verify finds it; look under Privileged Identity Management > Microsoft Entra roles",
  },
  evidence: givesItsHolder,
  removal: {
    by: "person",
    given: notApplicable("no onboarding needs one"),
    end: "If somebody made guests or groups of the MSSP eligible for directory roles, end it: Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Eligible assignments > Remove.",
    order: removalOrder.assignment,
    beforeDestroy: notApplicable("destroy ends it with the guest or group that has it"),
    step: "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Eligible assignments > Remove.",
  },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

export const directoryRoles = [directoryRoleAssignment, directoryRoleEligibility] as const;
