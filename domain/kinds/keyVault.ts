import { makesVault, vaultRoles } from "../prerequisiteSettings";
import { keyVault as keyVaultType } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** The Key Vault in which the MSSP's SIEM finds the connector's secret. */
export const keyVault = {
  key: "keyVault",
  singular: "Key Vault",
  plural: "Key Vaults",
  place: "MSSP's subscription",
  types: [keyVaultType],
  name: "fixed, with a random part",
  mark: "tags",
  address: notApplicable("Azure Resource Manager has it"),
  withoutCalls: {
    search: "it is in the MSSP's subscription, and gives nothing in the customer's tenant",
    held: notHeld,
  },
  grants: notApplicable("the reader's role assignment gives the right to read"),
  judged: {
    "properties.accessPolicies": "azure-principals",
    "properties.enablePurgeProtection": "key-vaults",
    "properties.enableRbacAuthorization": "key-vaults",
    "properties.enableSoftDelete": "key-vaults",
    "properties.enabledForDeployment": "key-vaults",
    "properties.enabledForDiskEncryption": "key-vaults",
    "properties.enabledForTemplateDeployment": "key-vaults",
    "properties.tenantId": "named-organizations",
  },
  isExpected: makesVault,
  write: vaultRoles,
  read: ["Reader"],
  additions: notApplicable("it is in the MSSP's subscription, which the search does not read"),
  licence: notApplicable("a subscription of Azure"),
  leftWhenAdopted: notApplicable("it is the MSSP's: handover.vaultId names one that exists"),
  adoption: notApplicable("it is in the MSSP's subscription: no onboarding of a customer by hand leaves it"),
  evidence: notApplicable("it is in the MSSP's subscription: using it is no action in the customer's tenant"),
  removal: { by: "destroy", order: removalOrder.container },
  stays: "a deleted vault for its retention period",
} as const satisfies AccessKind;
