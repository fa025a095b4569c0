import { hasDelegation } from "../prerequisiteSettings";
import { registrationDefinition } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { ofAzure } from "./kindAnswers";

/** The definition of an Azure Lighthouse delegation. */
export const lighthouseDefinition = {
  key: "lighthouseDefinition",
  singular: "Azure Lighthouse definition",
  plural: "Azure Lighthouse definitions",
  place: "customer's subscription",
  types: [registrationDefinition],
  name: "msspName",
  mark: "description",
  address: notApplicable("Azure Resource Manager has it"),
  withoutCalls: { search: "its assignments, which give access, are searched", held: notHeld },
  grants: "says which roles its assignments give groups of the MSSP's tenant",
  judged: {
    "properties.authorizations": "azure-principals",
    "properties.eligibleAuthorizations": "azure-principals",
    "properties.managedByTenantId": "named-organizations",
  },
  isExpected: hasDelegation,
  write: () => ["Contributor"],
  read: ["Reader"],
  additions: notApplicable("it is in a subscription, and the search reads Microsoft Graph only"),
  licence: notApplicable("a subscription of Azure"),
  leftWhenAdopted: notApplicable("a delegation that exists is not adopted"),
  adoption: ofAzure,
  evidence: notApplicable("its people act through the delegation that assigns it"),
  removal: { by: "destroy", order: removalOrder.definition },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
