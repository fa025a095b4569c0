/** The stand-in provider plugins, in the versions of the program's SDKs. */
import azuread from "@pulumi/azuread/package.json";
import random from "@pulumi/random/package.json";

/**
 * Versions are those of the installed SDKs: the engine looks for a plugin of exactly that version.
 */
export const standInPlugins: readonly { readonly name: string; readonly version: string }[] = [
  { name: "azuread", version: azuread.version },
  { name: "random", version: random.version },
  ...azureNative(),
];

/** Only customers with resources in Azure install this SDK, which is the largest dependency. */
function azureNative() {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { version } = require("@pulumi/azure-native/package.json") as { readonly version: string };
    return [{ name: "azure-native", version }];
  } catch {
    return [];
  }
}
