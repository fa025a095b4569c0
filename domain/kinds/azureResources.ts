/** Resources of Azure. */
import { tenantKinds } from "@defender-mssp/tenant";
import {
  hasDelegation,
  hasHandover,
  hasSentinelAccess,
  hasVaultReader,
  makesResourceGroup,
  makesVault,
  never,
  vaultRoles,
} from "../prerequisiteSettings";
import {
  azureNative,
  azureRoleAssignment,
  component,
  keyVault as keyVaultType,
  registrationAssignment,
  registrationDefinition,
} from "../resourceTypes";
import { type AccessKind, notApplicable, removalOrder } from "./accessKind";
import { azureActivityLog, givesItsHolder, ofAzure } from "./kindAnswers";

/** What resources in the MSSP's subscription share. */
const inMsspSubscription = {
  mark: "tags",
  write: vaultRoles,
  additions: notApplicable("it is in the MSSP's subscription, which the search does not read"),
  licence: notApplicable("a subscription of Azure"),
  adoption: notApplicable("it is in the MSSP's subscription: no onboarding of a customer by hand leaves it"),
} as const;

export const keyVault = {
  ...tenantKinds.keyVault,
  ...inMsspSubscription,
  types: [keyVaultType],
  name: "fixed, with a random part",
  grants: notApplicable("the reader's role assignment gives the right to read"),
  isExpected: makesVault,
  leftWhenAdopted: notApplicable("it is the MSSP's: handover.vaultId names one that exists"),
  evidence: notApplicable("it is in the MSSP's subscription: using it is no action in the customer's tenant"),
  removal: { by: "destroy", order: removalOrder.container },
  stays: "a deleted vault for its retention period",
} as const satisfies AccessKind;

export const keyVaultSecret = {
  ...tenantKinds.keyVaultSecret,
  ...inMsspSubscription,
  types: [azureNative("keyvault:Secret")],
  keep: { operations: ["create", "update"], write: ["Key Vault Contributor"] },
  name: "handover.secretName",
  grants: "holds what the SIEM signs in with",
  isExpected: hasHandover,
  leftWhenAdopted: notApplicable("its value is the credential"),
  evidence: notApplicable("it is in the MSSP's subscription: who uses it signs in as the application"),
  removal: { by: "destroy", order: removalOrder.credential },
  stays: "a deleted secret for the retention period of its vault",
} as const satisfies AccessKind;

export const vaultReader = {
  ...tenantKinds.vaultReader,
  ...inMsspSubscription,
  types: [azureRoleAssignment],
  name: notApplicable("it has a random name"),
  mark: notApplicable("it has no place for a mark"),
  grants: "lets the SIEM read the secret",
  isExpected: hasVaultReader,
  write: () => ["Role Based Access Control Administrator"],
  leftWhenAdopted: notApplicable("it has nothing but its role and its principal"),
  evidence: notApplicable("it is in the MSSP's subscription: who uses it signs in as the application"),
  removal: { by: "owner", owner: "keyVaultSecret", property: "scope", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

export const resourceGroup = {
  ...tenantKinds.resourceGroup,
  ...inMsspSubscription,
  types: [azureNative("resources:ResourceGroup")],
  name: "fixed, with a random part",
  grants: notApplicable("it is the MSSP's, and holds the Key Vault"),
  judged: notApplicable("it grants nothing"),
  isExpected: makesResourceGroup,
  leftWhenAdopted: notApplicable("it is the MSSP's: handover.resourceGroupName names one that exists"),
  evidence: notApplicable("it is in the MSSP's subscription, and does not act"),
  removal: { by: "destroy", order: removalOrder.container },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

/** What the parts of an Azure Lighthouse delegation share. */
const delegationPart = {
  isExpected: hasDelegation,
  licence: notApplicable("a subscription of Azure"),
  leftWhenAdopted: notApplicable("a delegation that exists is not adopted"),
  adoption: ofAzure,
  stays: notApplicable("nothing of it stays"),
} as const;

export const lighthouseDefinition = {
  ...tenantKinds.lighthouseDefinition,
  ...delegationPart,
  types: [registrationDefinition],
  name: "msspName",
  mark: "description",
  grants: "says which roles its assignments give groups of the MSSP's tenant",
  write: () => ["Contributor"],
  additions: notApplicable("the look at its assignments names the roles"),
  evidence: notApplicable("its people act through the delegation that assigns it"),
  removal: { by: "destroy", order: removalOrder.definition },
} as const satisfies AccessKind;

export const lighthouseAssignment = {
  ...tenantKinds.lighthouseAssignment,
  ...delegationPart,
  types: [registrationAssignment],
  name: notApplicable("it has a random name"),
  mark: notApplicable("its definition has one"),
  grants: "gives groups of the MSSP's tenant roles in the customer's subscription",
  write: () => ["Contributor", "Role Based Access Control Administrator"],
  additions: ["added Azure delegations"],
  evidence: {
    who: "people of the MSSP's tenant who have roles by Azure Lighthouse",
    from: "nowhere",
    why: azureActivityLog,
  },
  removal: { by: "destroy", order: removalOrder.assignment },
} as const satisfies AccessKind;

export const sentinelAssignment = {
  ...tenantKinds.sentinelAssignment,
  types: [azureRoleAssignment],
  within: component("SentinelAccess"),
  name: notApplicable("its name is a UUID of its scope, role and group"),
  mark: "description",
  grants: "gives a group a role on a Microsoft Sentinel workspace",
  isExpected: hasSentinelAccess,
  write: () => ["Role Based Access Control Administrator"],
  additions: ["added Azure roles"],
  licence: notApplicable("a subscription of Azure with Microsoft Sentinel"),
  leftWhenAdopted: ["description", "condition", "conditionVersion"],
  adoption: {
    search: "none",
    why: "the next up reads the role assignments: with sentinelAccess it imports those of adopted groups",
  },
  evidence: {
    who: "analysts in Microsoft Sentinel",
    from: "nowhere",
    why: azureActivityLog,
  },
  removal: { by: "destroy", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

export const azureRole = {
  ...tenantKinds.azureRole,
  types: notApplicable("the stack's own are Microsoft Sentinel role assignments"),
  name: notApplicable("it has a random name"),
  mark: notApplicable("another party assigned it"),
  grants: "lets its holder do in a subscription what the role permits",
  judged: notApplicable("no resource of this program declares it"),
  isExpected: never,
  write: notApplicable("this program creates none"),
  additions: ["added Azure roles"],
  licence: notApplicable("a subscription of Azure"),
  leftWhenAdopted: notApplicable("an adopted object keeps its roles"),
  adoption: ofAzure,
  evidence: givesItsHolder,
  removal: { by: "owner", owner: "guest", property: "", order: removalOrder.assignment },
  stays: "an assignment to a deleted principal: it gives nobody access",
} as const satisfies AccessKind;

export const azureResources = [
  keyVault,
  keyVaultSecret,
  vaultReader,
  resourceGroup,
  lighthouseDefinition,
  lighthouseAssignment,
  sentinelAssignment,
  azureRole,
] as const;
