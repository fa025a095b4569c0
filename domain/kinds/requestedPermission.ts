import { graphApplications } from "@defender-mssp/microsoft";
import { hasCustomerApplication } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { ofTheApplication, part } from "./kindAnswers";

/** A permission that the app registration requests: without a consent it gives nothing. */
export const requestedPermission = {
  key: "requestedPermission",
  singular: "requested permission",
  plural: "requested permissions",
  place: "customer's tenant",
  types: [azuread("ApplicationApiAccess")],
  name: "connector.alertApis, connector.profile",
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: { search: "it ends with its app registration, which is searched", held: notHeld },
  grants: notApplicable("it says what an administrator is asked to consent to"),
  judged: { applicationId: "named-principals", roleIds: "api-permissions", scopeIds: "api-permissions" },
  isExpected: hasCustomerApplication,
  write: () => graphApplications.write,
  read: graphApplications.read,
  additions: ["added to the application"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: ["roleIds", "scopeIds"],
  adoption: part,
  evidence: ofTheApplication,
  removal: { by: "owner", owner: "application", property: "applicationId", order: removalOrder.definition },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
