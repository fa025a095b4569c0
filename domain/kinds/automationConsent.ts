import { graphServicePrincipals } from "@defender-mssp/microsoft";
import { always } from "../prerequisiteSettings";
import { isPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";

/** The customer's consent to the application that runs `up`. */
export const automationConsent = {
  key: "automationConsent",
  singular: "consent to the MSSP's automation",
  plural: "consents to the MSSP's automation",
  place: "customer's tenant",
  types: notApplicable("an administrator of the customer consents to it before the first up"),
  name: notApplicable("it has the name of the MSSP's application"),
  mark: notApplicable("the customer creates it"),
  address: notApplicable("the search finds it, not its ID"),
  principal: "servicePrincipal",
  withoutCalls: { presence: "the stack's state does not have it: it is searched", held: isPrincipal },
  grants: "lets the MSSP change what the permissions of this page permit",
  judged: notApplicable("no resource declares it"),
  isExpected: always,
  write: notApplicable("only an administrator of the customer consents, and withdraws"),
  read: graphServicePrincipals.read,
  additions: ["added to the automation"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("the customer keeps it"),
  adoption: notApplicable("it is a service principal of the MSSP's tenant, and listed as one"),
  evidence: { who: "the MSSP's automation", from: "environment" },
  removal: {
    by: "person",
    beforeDestroy: notApplicable("`destroy` needs it: it ends last"),
    order: removalOrder.automation,
    step: "Delete the service principal: az ad sp delete --id <application ID>.",
  },
  stays: "a deleted object for 30 days, among the tenant's deleted items: it gives no access",
} as const satisfies AccessKind;
