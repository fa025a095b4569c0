/** The stand-in provider plugins: which there are, in the versions that the program's SDKs ask for. */
import azureNative from "@pulumi/azure-native/package.json";
import azuread from "@pulumi/azuread/package.json";
import random from "@pulumi/random/package.json";

/** Versions are those of the installed SDKs: the engine looks for a plugin of exactly that version. */
export const standInPlugins: { name: string; version: string }[] = [
  { name: "azuread", version: azuread.version },
  { name: "random", version: random.version },
  { name: "azure-native", version: azureNative.version },
];
