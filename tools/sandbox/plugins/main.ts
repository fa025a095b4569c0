/**
 * Entry of a plugin process: `node main.js <azure-native | azuread | random> [engine address]`. The engine starts it by way of a launcher
 * in its plugins folder.
 */
import { createRequire } from "node:module";
import { standInPlugins } from "./index";
import type { Provider } from "./protocol/provider";
import { serve } from "./protocol/serve";

/** Loads a module when it is needed: the port goes out first, and each process needs one of them. */
const load = createRequire(__filename);

function makerOf(name: string | undefined): () => Provider {
  const version = standInPlugins.find((plugin) => plugin.name === name)?.version ?? "";
  switch (name) {
    case "azure-native":
      return () =>
        (load("./azureNative/provider") as typeof import("./azureNative/provider")).azureNativeProvider(version);
    case "azuread":
      return () => (load("./azuread/provider") as typeof import("./azuread/provider")).azureadProvider(version);
    case "random":
      return () => (load("./random/provider") as typeof import("./random/provider")).randomProvider(version);
    default: {
      const names = standInPlugins.map((one) => one.name).join(", ");
      throw new Error(`There is a stand-in for ${names}, not for ${name ?? "nothing"}.`);
    }
  }
}

async function main(): Promise<void> {
  await serve(makerOf(process.argv[2]));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
