import { graphServicePrincipals } from "@defender-mssp/microsoft";
import { hasMsspApplication } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { isPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";

/** The service principal of the MSSP's own application in the customer's tenant. */
export const msspServicePrincipal = {
  key: "msspServicePrincipal",
  singular: "service principal of the MSSP's application",
  plural: "service principals of the MSSP's application",
  place: "customer's tenant",
  types: [dynamic("MsspServicePrincipal"), component("MsspServicePrincipal")],
  name: notApplicable("it has the name of the MSSP's application"),
  mark: "notes",
  address: graphServicePrincipals.path,
  principal: "servicePrincipal",
  withoutCalls: { held: isPrincipal },
  grants: "holds the consents of the MSSP's application",
  judged: { applicationId: "named-organizations", tenantId: "named-organizations" },
  isExpected: hasMsspApplication,
  write: () => graphServicePrincipals.write,
  read: graphServicePrincipals.read,
  additions: ["added to the service principal", "added applications of the MSSP"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("it is recognized by its application ID, and only its mark is written"),
  adoption: { search: "listed", owned: "application" },
  evidence: { who: "the MSSP's application for the SIEM", from: "state" },
  removal: { by: "destroy", order: removalOrder.principal },
  stays: "a deleted object for 30 days, among the tenant's deleted items: it gives no access",
} as const satisfies AccessKind;
