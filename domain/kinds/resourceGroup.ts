import { makesResourceGroup, vaultRoles } from "../prerequisiteSettings";
import { azureNative } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** The resource group of the Key Vault. */
export const resourceGroup = {
  key: "resourceGroup",
  singular: "resource group",
  plural: "resource groups",
  place: "MSSP's subscription",
  types: [azureNative("resources:ResourceGroup")],
  name: "fixed, with a random part",
  mark: "tags",
  address: notApplicable("Azure Resource Manager has it"),
  withoutCalls: {
    search: "it is in the MSSP's subscription, and gives nothing in the customer's tenant",
    held: notHeld,
  },
  grants: notApplicable("it is the MSSP's, and holds the Key Vault"),
  judged: notApplicable("it grants nothing"),
  isExpected: makesResourceGroup,
  write: vaultRoles,
  read: ["Reader"],
  additions: notApplicable("it is in the MSSP's subscription, which the search does not read"),
  licence: notApplicable("a subscription of Azure"),
  leftWhenAdopted: notApplicable("it is the MSSP's: handover.resourceGroupName names one that exists"),
  adoption: notApplicable("it is in the MSSP's subscription: no onboarding of a customer by hand leaves it"),
  evidence: notApplicable("it is in the MSSP's subscription, and does not act"),
  removal: { by: "destroy", order: removalOrder.container },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
