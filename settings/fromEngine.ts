import { existsSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ownSettings } from "./ownSettings";
import { placeInStackFile, shownStackFileIn } from "./placeInStackFile";
import { refuseWrongPrefix } from "./refuseWrongPrefix";
import type { StackConfiguration } from "./stackConfiguration";
import { withSharedAnalysts } from "./withSharedAnalysts";

/**
 * The project's own part of the running stack's configuration. Other namespaces belong to the
 * providers.
 */
export function stackConfiguration(): StackConfiguration {
  const project = pulumi.getProject();
  const all = pulumi.runtime.allConfig();
  // Pulumi.yaml gives each setting an empty default.
  const set = Object.keys(all).filter((key) => all[key] !== "");
  const shown = shownOwnFile();
  refuseWrongPrefix(set, project, shown);
  const values = ownSettings(all, project);
  const merged = withSharedAnalysts(values, projectFolder());
  const own = placeInStackFile({ folder: projectFolder(), project, stack: pulumi.getStack() }, values);
  const file = own ?? (values["analystsFrom"] ? { shown, project, placeOf: () => shown } : undefined);
  return {
    values: merged.values,
    ...(file && { file: { ...file, placeOf: (key) => merged.placeOf(key, file.placeOf) } }),
    secretKeys: Object.keys(values).filter((key) => isSecret(`${project}:${key}`)),
  };
}

/** The path of the running stack's settings file from the project's folder, for messages. */
export function shownOwnFile(): string {
  return shownStackFileIn(projectFolder(), pulumi.getStack());
}

/**
 * The folder of `Pulumi.yaml`: the program's root or the nearest one above it. An inline program has
 * none of its own; a fleet run sets the variable.
 */
export function projectFolder(): string {
  const root = pulumi.getRootDirectory() || process.env["PULUMI_NODEJS_ROOT_DIRECTORY"] || process.cwd();
  for (let folder = path.resolve(root); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "Pulumi.yaml"))) return folder;
    if (folder === path.dirname(folder)) return root;
  }
}

/**
 * Whether the engine marked a value as secret. The SDK has the function, which also knows the
 * configuration of an inline program, but not in its types. Without the function every value counts
 * as secret.
 */
function isSecret(key: string): boolean {
  const { isConfigSecret } = pulumi.runtime as { readonly isConfigSecret?: (key: string) => boolean };
  return isConfigSecret?.(key) ?? true;
}
