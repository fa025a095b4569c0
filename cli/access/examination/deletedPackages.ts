/**
 * Access packages of the state that somebody deleted in the tenant. azuread's read of what such a package
 * gives fails, so each command that refreshes fails until the state has lost that resource.
 */
import { goneStatuses, graphAccessPackages, graphCall, isGone, type CallContext } from "@defender-mssp/microsoft";
import { isCallError } from "@defender-mssp/errors";
import { accessPackageResource } from "../../../domain/kinds/accessPackages";
import { shellQuoted } from "../../base/shellWord";
import type { Deployment } from "../../stack/deployment";

/** What to do about them; undefined where there are none, or they may not be looked at. */
export async function deletedPackagesNote(
  { stack, resources }: Deployment,
  tenantId: string,
  context: CallContext,
): Promise<string | undefined> {
  const types: readonly string[] = accessPackageResource.types;
  const associations = resources.filter(({ type, id }) => types.includes(type) && id !== "");
  if (associations.length === 0) return undefined;
  const firstSegment = (id: string) => id.split("/")[0] ?? "";
  const call = await graphCall(tenantId, context);
  const deleted = new Set<string>();
  try {
    for (const packageId of new Set(associations.map(({ id }) => firstSegment(id))))
      if (isGone(await call(graphAccessPackages.item(packageId), { accept: goneStatuses }))) deleted.add(packageId);
  } catch (error) {
    if (isCallError(error)) return undefined;
    throw error;
  }
  const commands = associations
    .filter(({ id }) => deleted.has(firstSegment(id)))
    .map(({ urn }) => `  npx pulumi state delete ${shellQuoted(urn)} --target-dependents --stack ${stack} --yes`);
  if (commands.length === 0) return undefined;
  return [
    `The tenant has lost access packages of stack ${stack}: --refresh and destroy fail. Before any \`up\` without --refresh, run:`,
    ...commands,
    `Then \`npx pulumi up --refresh --stack ${stack}\` creates the packages again, and \`destroy --refresh\` removes the rest.`,
  ].join("\n");
}
