import { graphServicePrincipals } from "@defender-mssp/microsoft";
import { hasCustomerApplication } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { isPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";

/** The service principal of the SIEM connector's app registration. */
export const servicePrincipal = {
  key: "servicePrincipal",
  singular: "service principal",
  plural: "service principals",
  place: "customer's tenant",
  types: [azuread("ServicePrincipal")],
  name: "customerName",
  mark: notApplicable("it stands beside its app registration, which has one"),
  address: graphServicePrincipals.path,
  principal: "servicePrincipal",
  withoutCalls: { held: isPrincipal },
  grants: "holds the consents of the SIEM connector",
  judged: { clientId: "named-principals", owners: "owners" },
  isExpected: hasCustomerApplication,
  write: () => graphServicePrincipals.write,
  read: graphServicePrincipals.read,
  additions: ["added to the service principal"],
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
