/**
 * What an MSSP makes in a customer's stack besides the program's own: modules of this folder,
 * chosen by a setting. docs/policy.md.
 */
import type * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import type { CustomerOnboarding } from "../components/customerOnboarding";
import type { Settings } from "../settings";
import { extensionModule } from "./fromCheckout";

/** The customer, with everything of the program's declared. */
export interface ExtendedCustomer {
  readonly settings: Settings;
  readonly onboarding: CustomerOnboarding;
  /** Of the customer's tenant. */
  readonly provider: azuread.Provider;
}

/** What a module of extensions/ exports as `extend`: declares resources. */
export type Extension = (customer: ExtendedCustomer) => void | Promise<void>;

/**
 * Loads the module that the settings name. For before the first declaration.
 *
 * @throws pulumi.RunError where there is none of that name, it does not load, or it exports no
 * `extend`.
 */
export function loadExtension(name: string): Extension {
  const { file, load } = extensionModule(name);
  const { extend } = load() as { readonly extend?: Extension };
  if (typeof extend !== "function") {
    throw new pulumi.RunError(`extension: ${file} exports no function "extend". Nothing was changed.`);
  }
  return extend;
}
