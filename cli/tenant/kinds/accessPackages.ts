/** Catalogs, access packages and what is in them. */
import {
  catalogResourcesPath,
  goneStatuses,
  graphAccessPackages,
  graphAssignmentPolicies,
  graphCatalogs,
  isGone,
  packageRolesPath,
} from "@defender-mssp/microsoft";
import { graphPresence, partPresence } from "./graphPresence";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const accessPackageCatalog = {
  presence: graphPresence(graphCatalogs.path),
  search: markedObjects({ kind: "accessPackageCatalog", collection: graphCatalogs.path }),
} satisfies KindCalls;

export const accessPackage = {
  presence: graphPresence(graphAccessPackages.path),
  search: markedObjects({
    kind: "accessPackage",
    collection: graphAccessPackages.path,
    gives: ["people of the MSSP can hold it"],
  }),
} satisfies KindCalls;

export const assignmentPolicy = {
  presence: graphPresence(graphAssignmentPolicies.path),
  search: markedObjects({
    kind: "assignmentPolicy",
    collection: graphAssignmentPolicies.path,
    gives: ["people of the MSSP can request its access package"],
  }),
} satisfies KindCalls;

export const catalogResource = {
  presence: partPresence(catalogResourcesPath, ({ originId }) => originId),
} satisfies KindCalls;

export const accessPackageResource = {
  presence: rolePresence,
} satisfies KindCalls;

/** Graph lists the roles inside the package only. */
async function rolePresence({ graph }: KindTenant, { id, ownerId = "" }: ObjectIdentity): Promise<Presence> {
  const answer = await graph(packageRolesPath(ownerId), { accept: goneStatuses });
  if (isGone(answer)) return { state: "notFound" };
  const { accessPackageResourceRoleScopes: scopes = [] } = answer.body as {
    readonly accessPackageResourceRoleScopes?: readonly { readonly id: string }[];
  };
  return { state: scopes.some((scope) => id.includes(scope.id)) ? "found" : "notFound" };
}
