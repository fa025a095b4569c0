import { hasDelegation } from "../prerequisiteSettings";
import { registrationAssignment } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { azureActivityLog, ofAzure } from "./kindAnswers";

/** The assignment of an Azure Lighthouse delegation to a subscription or resource group. */
export const lighthouseAssignment = {
  key: "lighthouseAssignment",
  singular: "Azure Lighthouse delegation",
  plural: "Azure Lighthouse delegations",
  place: "customer's subscription",
  types: [registrationAssignment],
  name: notApplicable("it has a random name"),
  mark: notApplicable("its definition has one"),
  address: notApplicable("Azure Resource Manager has it"),
  withoutCalls: { held: notHeld },
  grants: "gives groups of the MSSP's tenant roles in the customer's subscription",
  judged: { "properties.registrationDefinitionId": "own-references", scope: "azure-principals" },
  isExpected: hasDelegation,
  write: () => ["Contributor", "Role Based Access Control Administrator"],
  read: ["Reader"],
  additions: notApplicable("it is in a subscription, and the search reads Microsoft Graph only"),
  licence: notApplicable("a subscription of Azure"),
  leftWhenAdopted: notApplicable("a delegation that exists is not adopted"),
  adoption: ofAzure,
  evidence: {
    who: "people of the MSSP's tenant who have roles by Azure Lighthouse",
    from: "nowhere",
    why: azureActivityLog,
  },
  removal: { by: "destroy", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
