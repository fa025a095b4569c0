/**
 * Type tokens that the installed provider SDKs can declare, read from their files: importing
 * azure-native takes seconds.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Plugins whose types a stack of this program can declare. */
export const judgedPlugins = ["azuread", "azure-native", "random"] as const;

/**
 * Names of types, by plugin, and for azure-native by plugin and module (`azure-native:keyvault`).
 */
export type TypeNames = Readonly<Record<string, readonly string[]>>;

/** @param packages the folder `node_modules`. */
export function declarableTypes(packages: string): TypeNames {
  const found: Record<string, string[]> = {};
  for (const plugin of judgedPlugins) {
    for (const file of sourcesOf(path.join(packages, "@pulumi", plugin))) {
      // Each class has its token in `__pulumiType`.
      for (const [, token = ""] of readFileSync(file, "utf8").matchAll(/__pulumiType = '([^']+)'/g)) {
        const { group, name } = partsOf(token);
        // The provider's own class has the plugin's name alone.
        if (name !== "") (found[group] ??= []).push(name);
      }
    }
  }
  return sorted(found);
}

/**
 * `azuread:index/group:Group` → azuread, Group. `azure-native:keyvault:Vault` →
 * azure-native:keyvault, Vault.
 */
export function partsOf(token: string): { readonly group: string; readonly name: string } {
  const [plugin = "", module = "", name = ""] = token.split(":");
  return { group: plugin === "azure-native" ? `${plugin}:${module}` : plugin, name };
}

export function sorted(names: TypeNames): TypeNames {
  const groups = Object.keys(names).filter((group) => (names[group] ?? []).length > 0);
  return Object.fromEntries(groups.sort().map((group) => [group, [...new Set(names[group])].sort()]));
}

/** The compiled files of a package and of its modules, one folder deep. */
function sourcesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const folders = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== "node_modules",
  );
  return [folder, ...folders.map(({ name }) => path.join(folder, name))].flatMap((one) =>
    readdirSync(one)
      .filter((file) => file.endsWith(".js") && !/^(get|list)[A-Z]/.test(file))
      .map((file) => path.join(one, file)),
  );
}
