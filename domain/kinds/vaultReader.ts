import { hasVaultReader } from "../prerequisiteSettings";
import { azureRoleAssignment } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** The SIEM's right to read the secret in the Key Vault: a role assignment of Azure. */
export const vaultReader = {
  key: "vaultReader",
  singular: "Azure role assignment",
  plural: "Azure role assignments",
  place: "MSSP's subscription",
  types: [azureRoleAssignment],
  name: notApplicable("it has a random name"),
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: {
    search: "it is in the MSSP's subscription, and gives nothing in the customer's tenant",
    held: notHeld,
  },
  grants: "lets the SIEM read the secret",
  judged: { principalId: "azure-principals", roleDefinitionId: "azure-principals", scope: "azure-principals" },
  isExpected: hasVaultReader,
  write: () => ["Role Based Access Control Administrator"],
  read: ["Reader"],
  additions: notApplicable("it is in the MSSP's subscription, which the search does not read"),
  licence: notApplicable("a subscription of Azure"),
  leftWhenAdopted: notApplicable("it has nothing but its role and its principal"),
  adoption: notApplicable("it is in the MSSP's subscription: no onboarding of a customer by hand leaves it"),
  evidence: notApplicable("it is in the MSSP's subscription: who uses it signs in as the application"),
  removal: { by: "owner", owner: "keyVaultSecret", property: "scope", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
