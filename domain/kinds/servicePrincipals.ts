/** Service principals, their permissions, and consents to the applications of the MSSP. */
import { tenantKinds } from "@defender-mssp/tenant";
import {
  appRolePermissions,
  connectorRoles,
  defaultConnectorAccess,
  graphPermissionGrants,
  graphServicePrincipals,
} from "@defender-mssp/microsoft";
import {
  always,
  applicationPermissions,
  consentsToLegacyApi,
  hasCustomerApplication,
  hasMsspApplication,
  isGrantedByAdministrator,
  never,
  type PrerequisiteSettings,
} from "../prerequisiteSettings";
import { azuread, component, dynamic } from "../resourceTypes";
import { type AccessKind, notApplicable, removalOrder } from "./accessKind";
import { listed, ofTheApplication } from "./kindAnswers";

export const servicePrincipal = {
  ...tenantKinds.servicePrincipal,
  types: [azuread("ServicePrincipal")],
  name: "customerName",
  mark: notApplicable("it stands beside its app registration, which has one"),
  grants: "holds the consents of the SIEM connector",
  isExpected: hasCustomerApplication,
  write: applicationPermissions,
  additions: ["added to the service principal", "added applications of the MSSP"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: [
    "accountEnabled",
    "alternativeNames",
    "appRoleAssignmentRequired",
    "description",
    "featureTags",
    "features",
    "loginUrl",
    "notes",
    "notificationEmailAddresses",
    "owners",
    "preferredSingleSignOnMode",
    "tags",
  ],
  adoption: { search: "listed", owned: "application" },
  evidence: { who: "the SIEM's application", from: "state" },
  removal: { by: "destroy", order: removalOrder.principal },
  stays: "a deleted object for 30 days, among the tenant's deleted items: it gives no access",
} as const satisfies AccessKind;

export const msspServicePrincipal = {
  ...tenantKinds.msspServicePrincipal,
  types: [dynamic("MsspServicePrincipal"), component("MsspServicePrincipal")],
  name: notApplicable("it has the name of the MSSP's application"),
  mark: "notes",
  grants: "holds the consents of the MSSP's application",
  isExpected: hasMsspApplication,
  write: () => graphServicePrincipals.write,
  additions: ["added to the service principal", "added applications of the MSSP"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("it is recognized by its application ID, and only its mark is written"),
  adoption: { search: "listed", owned: "application" },
  evidence: { who: "the MSSP's application for the SIEM", from: "state" },
  removal: { by: "destroy", order: removalOrder.principal },
  stays: "a deleted object for 30 days, among the tenant's deleted items: it gives no access",
} as const satisfies AccessKind;

export const applicationPermission = {
  ...tenantKinds.applicationPermission,
  types: [azuread("AppRoleAssignment"), dynamic("AppRoleGrant"), component("AppRoleGrant")],
  name: "connector.alertApis, connector.profile",
  mark: notApplicable("it has no place for a mark"),
  grants: "lets the MSSP's SIEM use an API without a person",
  isExpected: hasApplicationPermissions,
  write: (settings) => (isGrantedByAdministrator(settings) ? [] : appRolePermissions.write),
  additions: ["added to the service principal", "added app roles"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("it has nothing but its role and its principal"),
  adoption: listed,
  evidence: ofTheApplication,
  removal: { by: "owner", owner: "servicePrincipal", property: "principalObjectId", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

/** As if the profile had not ended: permissions are needed to take its roles away, too. */
function hasApplicationPermissions({ connector = defaultConnectorAccess }: PrerequisiteSettings): boolean {
  return connectorRoles(connector, "0000-01-01").length > 0;
}

export const delegatedConsent = {
  ...tenantKinds.delegatedConsent,
  types: [azuread("ServicePrincipalDelegatedPermissionGrant")],
  name: "connector.alertApis",
  mark: notApplicable("it has no place for a mark"),
  grants: "lets the SIEM connector use an API as the person who signed in",
  isExpected: consentsToLegacyApi,
  write: (settings) => (isGrantedByAdministrator(settings) ? [] : graphPermissionGrants.write),
  additions: ["added consents"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: ["claimValues"],
  adoption: listed,
  evidence: ofTheApplication,
  removal: { by: "owner", owner: "servicePrincipal", property: "servicePrincipalObjectId", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

/** What consents of the customer to the MSSP's applications share. */
const consentOfCustomer = {
  name: notApplicable("it has the name of the MSSP's application"),
  mark: notApplicable("the customer creates it"),
  judged: notApplicable("no resource declares it"),
  write: notApplicable("only an administrator of the customer consents, and withdraws"),
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("the customer keeps it"),
  adoption: notApplicable("it is a service principal of the MSSP's tenant, and listed as one"),
  stays: "a deleted object for 30 days, among the tenant's deleted items: it gives no access",
} as const;

export const automationConsent = {
  ...tenantKinds.automationConsent,
  ...consentOfCustomer,
  types: notApplicable("an administrator of the customer consents to it before the first up"),
  grants: "lets the MSSP change what the permissions of this page permit",
  isExpected: always,
  additions: ["added to the automation"],
  evidence: { who: "the MSSP's automation", from: "environment" },
  removal: {
    by: "person",
    given: "consent",
    end: "Delete the MSSP's automation application under Enterprise applications. From then on {mssp} can change nothing in your tenant.",
    beforeDestroy: notApplicable("`destroy` needs it: it ends last"),
    order: removalOrder.automation,
    step: "Delete the service principal: az ad sp delete --id <application ID>.",
  },
} as const satisfies AccessKind;

export const previewConsent = {
  ...tenantKinds.previewConsent,
  ...consentOfCustomer,
  types: notApplicable("an administrator of the customer consents to it, where the MSSP previews in pull requests"),
  grants: "lets the MSSP read what a preview compares",
  isExpected: never,
  additions: ["added applications of the MSSP"],
  evidence: { who: "other applications of the MSSP's tenant, such as its preview application", from: "tenant" },
  removal: {
    by: "person",
    given: "previewConsent",
    end: "If you consented to the MSSP's preview application, delete it there, too. From then on {mssp} reads no settings of your tenant.",
    beforeDestroy: notApplicable("it ends after the last preview"),
    order: removalOrder.automation,
    step: "Delete the service principal: az ad sp delete --id <application ID>.",
  },
} as const satisfies AccessKind;

export const servicePrincipals = [
  servicePrincipal,
  msspServicePrincipal,
  applicationPermission,
  delegatedConsent,
  automationConsent,
  previewConsent,
] as const;
