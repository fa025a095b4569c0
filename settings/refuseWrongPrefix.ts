/** Settings of this program below the name of another project: the most likely mistake of a copied block. */
import * as z from "zod/mini";
import { VisibleError } from "@defender-mssp/errors";
import { settingsSchema } from "./index";
import { printable } from "./problems";

/** Namespaces of Pulumi and of the providers, which have keys such as `tenantId`, too. */
const providers: ReadonlySet<string> = new Set(["azuread", "azure-native", "random", "pulumi", "azure", "aws", "gcp"]);

const shape: Readonly<Record<string, unknown>> = settingsSchema.shape;

/**
 * @param keys of the configuration, with their namespaces.
 * @param file the settings file, for people.
 * @throws VisibleError if a setting that the project needs is below another project's name.
 */
export function refuseWrongPrefix(keys: readonly string[], project: string, file: string): void {
  const parts = keys.map((key) => key.split(":", 2) as [string, string | undefined]);
  const own = new Set(parts.flatMap(([namespace, key]) => (namespace === project && key !== undefined ? [key] : [])));
  const namespaces = [...new Set(parts.map(([namespace]) => namespace))].filter(
    (namespace) => namespace !== project && !providers.has(namespace),
  );
  for (const namespace of namespaces) {
    const names = parts.flatMap(([other, key]) =>
      other === namespace && key !== undefined && Object.hasOwn(shape, key) ? [key] : [],
    );
    const missing = names.find((key) => !own.has(key) && !(shape[key] instanceof z.ZodMiniOptional));
    if (missing === undefined) continue;
    throw new VisibleError(
      `${file} names ${names.length === 1 ? "a setting" : `${names.length} settings`} of the project "${printable(namespace)}"; ` +
        `this project is "${project}". Nothing was changed. Write ${project}:${missing}, or leave the prefix out.`,
    );
  }
}
