import { existsSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ownSettings } from "./ownSettings";
import type { SettingsFile } from "./problems";
import { refuseWrongPrefix } from "./refuseWrongPrefix";
import { withSharedAnalysts } from "./withSharedAnalysts";

/** The configuration of this run, in the form for `settings/index.ts`. */
export interface StackConfiguration {
  /** Value by key, without the project's name in front. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose values are encrypted in the stack's file. */
  readonly secretKeys: readonly string[];
  /** Places of the keys for errors; without `analystsFrom` there are none. */
  readonly file?: SettingsFile;
}

/**
 * The project's own part of the running stack's configuration. Other namespaces belong to the
 * providers.
 */
export function stackConfiguration(): StackConfiguration {
  const project = pulumi.getProject();
  const all = pulumi.runtime.allConfig();
  // Pulumi.yaml gives each setting an empty default.
  const set = Object.keys(all).filter((key) => all[key] !== "");
  refuseWrongPrefix(set, project, `Pulumi.${pulumi.getStack()}.yaml`);
  const values = ownSettings(all, project);
  const merged = withSharedAnalysts(values, projectFolder());
  const shown = `Pulumi.${pulumi.getStack()}.yaml`;
  return {
    values: merged.values,
    ...(values["analystsFrom"] ? { file: { shown, project, placeOf: (key) => merged.placeOf(key) ?? shown } } : {}),
    secretKeys: Object.keys(values).filter((key) => isSecret(`${project}:${key}`)),
  };
}

/**
 * The folder of `Pulumi.yaml`: the program's root or the nearest one above it. An inline program has
 * none of its own; a fleet run sets the variable.
 */
function projectFolder(): string {
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
