import { graphServicePrincipals } from "@defender-mssp/microsoft";
import { never } from "../prerequisiteSettings";
import { isPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";

/** The customer's consent to the application that only previews, in pull requests. */
export const previewConsent = {
  key: "previewConsent",
  singular: "consent to the MSSP's preview application",
  plural: "consents to the MSSP's preview application",
  place: "customer's tenant",
  types: notApplicable("an administrator of the customer consents to it, where the MSSP previews in pull requests"),
  name: notApplicable("it has the name of the MSSP's application"),
  mark: notApplicable("the customer creates it"),
  address: notApplicable("the search finds it, not its ID"),
  principal: "servicePrincipal",
  withoutCalls: {
    presence: "the stack's state does not have it: it is searched",
    search: "found as a service principal of the MSSP's tenant",
    held: isPrincipal,
  },
  grants: "lets the MSSP read what a preview compares",
  judged: notApplicable("no resource declares it"),
  isExpected: never,
  write: notApplicable("only an administrator of the customer consents, and withdraws"),
  read: graphServicePrincipals.read,
  additions: ["added applications of the MSSP"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("the customer keeps it"),
  adoption: notApplicable("it is a service principal of the MSSP's tenant, and listed as one"),
  evidence: { who: "other applications of the MSSP's tenant, such as its preview application", from: "tenant" },
  removal: {
    by: "person",
    beforeDestroy: notApplicable("it ends after the last preview"),
    order: removalOrder.automation,
    step: "Delete the service principal: az ad sp delete --id <application ID>.",
  },
  stays: "a deleted object for 30 days, among the tenant's deleted items: it gives no access",
} as const satisfies AccessKind;
