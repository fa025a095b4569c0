/**
 * Access packages and catalogs of the state that somebody deleted in the tenant. azuread's read of what such a package
 * gives, or of what such a catalog holds, fails, so each command that refreshes fails until the state has lost that
 * resource.
 */
import {
  goneStatuses,
  graphAccessPackages,
  graphCall,
  graphCatalogs,
  isGone,
  type CallContext,
} from "@defender-mssp/microsoft";
import { isCallError } from "@defender-mssp/errors";
import { accessPackageResource, catalogResource } from "../../../domain/kinds/accessPackages";
import { shellQuoted } from "../../base/shellWord";
import type { Deployment } from "../../stack/deployment";

/** What to do about them; undefined where there are none, or they may not be looked at. */
export async function deletedPackagesNote(
  { stack, resources }: Deployment,
  tenantId: string,
  context: CallContext,
): Promise<string | undefined> {
  const parents = new Map<string, (id: string) => string>([
    ...accessPackageResource.types.map((type) => [type, graphAccessPackages.item] as const),
    ...catalogResource.types.map((type) => [type, graphCatalogs.item] as const),
  ]);
  const associations = resources.flatMap(({ type, id, urn }) => {
    const path = id === "" ? undefined : parents.get(type)?.(id.split("/")[0] ?? "");
    return path === undefined ? [] : [{ urn, path }];
  });
  if (associations.length === 0) return undefined;
  const call = await graphCall(tenantId, context);
  const deleted = new Set<string>();
  try {
    for (const path of new Set(associations.map((association) => association.path)))
      if (isGone(await call(path, { accept: goneStatuses }))) deleted.add(path);
  } catch (error) {
    if (isCallError(error)) return undefined;
    throw error;
  }
  const commands = associations
    .filter(({ path }) => deleted.has(path))
    .map(({ urn }) => `  npx pulumi state delete ${shellQuoted(urn)} --target-dependents --stack ${stack} --yes`);
  if (commands.length === 0) return undefined;
  return [
    `The tenant has lost access packages or catalogs of stack ${stack}: --refresh and destroy fail. Before any \`up\` without --refresh, run:`,
    ...commands,
    `Then \`npx pulumi up --refresh --stack ${stack}\` creates them again, and \`destroy --refresh\` removes the rest.`,
  ].join("\n");
}
