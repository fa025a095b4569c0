import { graphAssignmentPolicies } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { listed } from "./kindAnswers";

/** A policy by which an access package is requested, approved, reviewed and ends. */
export const assignmentPolicy = {
  key: "assignmentPolicy",
  singular: "assignment policy",
  plural: "assignment policies",
  place: "customer's tenant",
  types: [azuread("AccessPackageAssignmentPolicy")],
  name: "fixed, for each tier",
  mark: "description",
  address: graphAssignmentPolicies.path,
  withoutCalls: { held: notHeld },
  grants: "lets people of the connected organization request the package",
  judged: {
    accessPackageId: "own-references",
    approvalSettings: "access-packages",
    assignmentReviewSettings: "access-packages",
    durationInDays: "access-packages",
    expirationDate: "access-packages",
    extensionEnabled: "access-packages",
    requestorSettings: "access-packages",
  },
  isExpected: hasModel("entitlement"),
  write: () => ["EntitlementManagement.ReadWrite.All", "User.Read.All"],
  read: ["EntitlementManagement.Read.All", "User.Read.All"],
  additions: ["added to access packages"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: [
    "displayName",
    "description",
    "durationInDays",
    "expirationDate",
    "extensionEnabled",
    "requestorSettings",
    "approvalSettings",
    "assignmentReviewSettings",
    "questions",
  ],
  adoption: listed,
  evidence: notApplicable("who approves is a person of the customer; who holds the package is a subject"),
  removal: { by: "destroy", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
