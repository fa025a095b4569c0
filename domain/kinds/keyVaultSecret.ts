import { hasHandover, vaultRoles } from "../prerequisiteSettings";
import { azureNative } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** The connector's credential in the Key Vault. */
export const keyVaultSecret = {
  key: "keyVaultSecret",
  singular: "Key Vault secret",
  plural: "Key Vault secrets",
  place: "MSSP's subscription",
  types: [azureNative("keyvault:Secret")],
  name: "handover.secretName",
  mark: "tags",
  address: notApplicable("Azure Resource Manager has it"),
  withoutCalls: {
    search: "it is in the MSSP's subscription, and gives nothing in the customer's tenant",
    held: notHeld,
  },
  grants: "holds what the SIEM signs in with",
  judged: { vaultName: "key-vaults" },
  isExpected: hasHandover,
  write: vaultRoles,
  read: ["Reader"],
  additions: notApplicable("it is in the MSSP's subscription, which the search does not read"),
  licence: notApplicable("a subscription of Azure"),
  leftWhenAdopted: notApplicable("its value is the credential"),
  adoption: notApplicable("it is in the MSSP's subscription: no onboarding of a customer by hand leaves it"),
  evidence: notApplicable("it is in the MSSP's subscription: who uses it signs in as the application"),
  removal: { by: "destroy", order: removalOrder.credential },
  stays: "a deleted secret for the retention period of its vault",
} as const satisfies AccessKind;
