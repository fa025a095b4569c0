/** App registrations and their parts. */
import { tenantKinds } from "@defender-mssp/tenant";
import { applicationPermissions, hasCustomerApplication, signsInWith } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { type AccessKind, notApplicable, removalOrder } from "./accessKind";
import { listed, ofTheApplication, part } from "./kindAnswers";

/** What the parts of an app registration share. */
const applicationPart = {
  write: applicationPermissions,
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  evidence: ofTheApplication,
  stays: notApplicable("nothing of it stays"),
} as const;

export const application = {
  ...tenantKinds.application,
  types: [azuread("ApplicationRegistration"), azuread("Application")],
  name: "customerName",
  mark: "description",
  grants: "signs the MSSP's SIEM in",
  isExpected: hasCustomerApplication,
  write: applicationPermissions,
  additions: ["added to the application", "added applications of the MSSP"],
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

export const clientSecret = {
  ...tenantKinds.clientSecret,
  ...applicationPart,
  types: [azuread("ApplicationPassword")],
  keep: { operations: ["create", "update", "delete"], write: ["Application.ReadWrite.OwnedBy"] },
  name: '"MSSP SIEM, managed by Pulumi"',
  mark: notApplicable("its name is the same in every stack"),
  grants: "signs in as the SIEM connector",
  isExpected: signsInWith("secret"),
  additions: ["added to the application", "added to the service principal"],
  leftWhenAdopted: ["displayName", "startDate"],
  adoption: listed,
  removal: { by: "owner", owner: "application", property: "applicationId", order: removalOrder.credential },
} as const satisfies AccessKind;

export const certificate = {
  ...tenantKinds.certificate,
  ...applicationPart,
  types: [azuread("ApplicationCertificate")],
  name: notApplicable("Entra names it by its subject"),
  mark: notApplicable("it has no place for a mark"),
  grants: "signs in as the SIEM connector, with its private key",
  isExpected: signsInWith("certificate"),
  additions: ["added to the application", "added to the service principal"],
  leftWhenAdopted: notApplicable("its private key is not in the tenant"),
  adoption: listed,
  removal: { by: "owner", owner: "application", property: "applicationId", order: removalOrder.credential },
} as const satisfies AccessKind;

export const federatedCredential = {
  ...tenantKinds.federatedCredential,
  ...applicationPart,
  types: [azuread("ApplicationFederatedIdentityCredential")],
  name: "connector.credential",
  mark: notApplicable("its name is the same in every stack"),
  grants: "signs in as the SIEM connector, with a token of its issuer",
  isExpected: signsInWith("federated"),
  additions: ["added to the application", "added applications of the MSSP"],
  leftWhenAdopted: notApplicable("its issuer and subject are settings"),
  adoption: listed,
  removal: { by: "owner", owner: "application", property: "applicationId", order: removalOrder.credential },
} as const satisfies AccessKind;

export const redirectUri = {
  ...tenantKinds.redirectUri,
  ...applicationPart,
  types: [azuread("ApplicationRedirectUris")],
  name: "customerDomain",
  mark: notApplicable("it has no place for a mark"),
  grants: "receives the authorization code of a sign-in to the SIEM connector",
  isExpected: hasCustomerApplication,
  additions: ["added to the application", "added to the service principal"],
  leftWhenAdopted: ["redirectUris"],
  adoption: { ...part, owned: "application" },
  removal: { by: "owner", owner: "application", property: "applicationId", order: removalOrder.definition },
} as const satisfies AccessKind;

export const requestedPermission = {
  ...tenantKinds.requestedPermission,
  ...applicationPart,
  types: [azuread("ApplicationApiAccess")],
  name: "connector.alertApis, connector.profile",
  mark: notApplicable("it has no place for a mark"),
  grants: notApplicable("it says what an administrator is asked to consent to"),
  isExpected: hasCustomerApplication,
  additions: ["added to the application"],
  leftWhenAdopted: ["roleIds", "scopeIds"],
  adoption: { ...part, owned: "application" },
  removal: { by: "owner", owner: "application", property: "applicationId", order: removalOrder.definition },
} as const satisfies AccessKind;

export const applications = [
  application,
  clientSecret,
  certificate,
  federatedCredential,
  redirectUri,
  requestedPermission,
] as const;
