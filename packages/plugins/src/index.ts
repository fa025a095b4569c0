/** Pulumi on a sandbox: the stand-in provider plugins, and the engine's environment. */
export { PluginHost } from "./host";
export { pulumiEnvironment, type PulumiEnvironment, type PulumiEnvironmentOptions } from "./pulumiEnvironment";
export { pulumiFolders, type PluginSet } from "./pulumiHome";
export { standInPlugins } from "./standInPlugins";
export { tenantsOfStacks } from "./tenantsOfStacks";
