import { azureNativeProvider } from "./azureNative/provider";
import { azureadProvider } from "./azuread/provider";
import type { PluginEnvironment } from "./host";
import type { Provider } from "./protocol/provider";
import { randomProvider } from "./random/provider";

/** The provider of a stand-in plugin. @throws Error for an unknown one. */
export function makeProvider(name: string, version: string, environment: PluginEnvironment): Provider {
  switch (name) {
    case "azure-native":
      return azureNativeProvider(version, environment);
    case "azuread":
      return azureadProvider(version, environment);
    case "random":
      return randomProvider(version);
    default:
      throw new Error(`no stand-in is called ${name}`);
  }
}
