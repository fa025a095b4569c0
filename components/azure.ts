/**
 * The components that need azure-native, loaded when a stack uses them: a stack without them starts without azure-native.
 *
 * `await import("./credentialHandover")` would do the same, and can't: Node's own `import` doesn't find TypeScript files, and the program is
 * run from its sources.
 */
import { createRequire } from "node:module";

const load = createRequire(__filename);

type Subscription = typeof import("./azureSubscription");

/** The provider's maker and `CredentialHandover`. */
export function loadCredentialHandover(): Subscription & typeof import("./credentialHandover") {
  return {
    ...(load("./azureSubscription") as Subscription),
    ...(load("./credentialHandover") as typeof import("./credentialHandover")),
  };
}

/** The provider's maker and `AzureDelegation`. */
export function loadAzureDelegation(): Subscription & typeof import("./azureDelegation") {
  return {
    ...(load("./azureSubscription") as Subscription),
    ...(load("./azureDelegation") as typeof import("./azureDelegation")),
  };
}
