/**
 * What an MSSP makes in a customer's stack besides the program's own: modules of this folder,
 * chosen by a setting. docs/extensions.md.
 */
import { existsSync } from "node:fs";
import type * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import type { CustomerOnboarding } from "../components/customerOnboarding";
import type { Settings } from "../settings";

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
 * @throws pulumi.RunError where there is none of that name, or it exports no `extend`.
 */
export function loadExtension(name: string): Extension {
  const file = `extensions/${name}.ts`;
  // The engine runs a program in its project's folder.
  if (!existsSync(file)) {
    throw new pulumi.RunError(`extension: there is no ${file}. Nothing was changed.`);
  }
  // esbuild takes every module that the pattern fits into the program; only the named one runs.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { extend } = require(`./${name}.ts`) as { readonly extend?: Extension };
  if (typeof extend !== "function") {
    throw new pulumi.RunError(`extension: ${file} exports no function "extend". Nothing was changed.`);
  }
  return extend;
}
