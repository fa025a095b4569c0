/**
 * Installs the plugins that a state and the program name, so that the engine may be forbidden to
 * download any: between the check of a state and the engine's command, the state may change.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { AllowedPackage } from "../../../domain/stateCode";
import { isProviderType, providerTypePrefix } from "../../../domain/resourceTypes";
import { readAllowedPackages } from "../../../settings/fromFile";
import { exists } from "../../base/exists";
import type { Place } from "../../base/place";
import type { Deployment } from "../../stack/deployment";
import { runPulumi } from "../../stack/pulumi";

/** Packages of the program with a plugin of their own; azure-native only where it is installed. */
const programPackages = ["azuread", "azure-native", "random"];

/** @param deployment a state that was checked. */
export async function installPlugins(deployment: Deployment, place: Place): Promise<void> {
  const { stack, resources } = deployment;
  const allowed = await readAllowedPackages(stack, place.folder);
  const ofState = resources.flatMap(({ type, inputs: { version } }): AllowedPackage[] =>
    isProviderType(type) && typeof version === "string"
      ? [{ name: type.slice(providerTypePrefix.length), version }]
      : [],
  );
  const names = new Set([...programPackages, ...allowed.map(({ name }) => name)]);
  const plugins = [...programPackages.flatMap(installedVersion), ...ofState, ...allowed]
    .filter(({ name }) => names.has(name))
    .map(({ name, version }) => `${name} ${version}`);
  for (const plugin of new Set(plugins)) {
    const [name = "", version = ""] = plugin.split(" ");
    if (!(await isOnPath(name, place))) await runPulumi(["plugin", "install", "resource", name, version], place);
  }
}

function installedVersion(name: string): AllowedPackage[] {
  try {
    const { version } = JSON.parse(readFileSync(require.resolve(`@pulumi/${name}/package.json`), "utf8")) as {
      readonly version: string;
    };
    return [{ name, version }];
  } catch {
    return [];
  }
}

/** The engine takes such a plugin, whatever its version. */
async function isOnPath(name: string, { environment }: Place): Promise<boolean> {
  const folders = (environment["PATH"] ?? "").split(path.delimiter);
  const places = await Promise.all(folders.map((folder) => exists(path.join(folder, `pulumi-resource-${name}`))));
  return places.includes(true);
}
