/**
 * The components that need azure-native, loaded when a stack uses them: a stack without them starts without azure-native. By `require`,
 * which the program's compiler (`program.js`) and the tests' both understand for a TypeScript file.
 */
/* eslint-disable @typescript-eslint/no-require-imports */

type Subscription = typeof import("./azureSubscription");

/** The provider's maker and `CredentialHandover`. */
export function loadCredentialHandover(): Subscription & typeof import("./credentialHandover") {
  return {
    ...(require("./azureSubscription") as Subscription),
    ...(require("./credentialHandover") as typeof import("./credentialHandover")),
  };
}

/** The provider's maker and `AzureDelegation`. */
export function loadAzureDelegation(): Subscription & typeof import("./azureDelegation") {
  return {
    ...(require("./azureSubscription") as Subscription),
    ...(require("./azureDelegation") as typeof import("./azureDelegation")),
  };
}
