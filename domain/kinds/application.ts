import { graphApplications } from "@defender-mssp/microsoft";
import { hasCustomerApplication } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, removalOrder, type AccessKind } from "./accessKind";

/** The app registration of the SIEM connector. */
export const application = {
  key: "application",
  singular: "app registration",
  plural: "app registrations",
  place: "customer's tenant",
  types: [azuread("ApplicationRegistration"), azuread("Application")],
  name: "customerName",
  mark: "description",
  address: graphApplications.path,
  withoutCalls: { held: "its service principal is the principal" },
  grants: "signs the MSSP's SIEM in",
  judged: { signInAudience: "single-tenant-applications" },
  isExpected: hasCustomerApplication,
  write: () => graphApplications.write,
  read: graphApplications.read,
  additions: ["added to the application"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: [
    "displayName",
    "description",
    "signInAudience",
    "groupMembershipClaims",
    "homepageUrl",
    "implicitAccessTokenIssuanceEnabled",
    "implicitIdTokenIssuanceEnabled",
    "logoutUrl",
    "marketingUrl",
    "notes",
    "privacyStatementUrl",
    "requestedAccessTokenVersion",
    "serviceManagementReference",
    "supportUrl",
    "termsOfServiceUrl",
  ],
  adoption: { search: "listed", owned: "application" },
  evidence: { who: "deleted applications", from: "tenant" },
  removal: { by: "destroy", order: removalOrder.principal },
  stays: "a deleted object for 30 days, among the tenant's deleted items: it gives no access",
} as const satisfies AccessKind;
