import * as pulumi from "@pulumi/pulumi";
import { ownSettings } from "./ownSettings";
import { refuseWrongPrefix } from "./refuseWrongPrefix";

/** The configuration of this run, in the form for `settings/index.ts`. */
export interface StackConfiguration {
  /** Value by key, without the project's name in front. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose values are encrypted in the stack's file. */
  readonly secretKeys: readonly string[];
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
  return { values, secretKeys: Object.keys(values).filter((key) => isSecret(`${project}:${key}`)) };
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
