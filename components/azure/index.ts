/**
 * The Azure components. This file loads azure-native, which takes a third of a second;
 * `../index.ts` exports their types only.
 */
export { AzureDelegation, type AzureDelegationArgs, type AzureDelegationOptions } from "./azureDelegation";
export { azureSubscription, type AzureSubscriptionArgs } from "./azureSubscription";
export { CredentialHandover, type CredentialHandoverArgs, type CredentialHandoverOptions } from "./credentialHandover";
export {
  SentinelAccess,
  type ExistingAssignment,
  type SentinelAccessArgs,
  type SentinelAccessOptions,
  type SentinelGrant,
  type SentinelGrantKey,
} from "./sentinelAccess";
