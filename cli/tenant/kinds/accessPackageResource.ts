import { goneStatuses, isGone, packageRolesPath } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";

export const accessPackageResource: KindCalls = {
  presence: rolePresence,
  search: notApplicable("it ends with its access package, which is searched"),
  held: notApplicable("it is nothing that a principal holds"),
};

/** Graph lists the roles inside the package only. */
async function rolePresence({ graph }: KindTenant, { id, ownerId = "" }: ObjectIdentity): Promise<Presence> {
  const answer = await graph(packageRolesPath(ownerId), { accept: goneStatuses });
  if (isGone(answer)) return { state: "notFound" };
  const { accessPackageResourceRoleScopes: scopes = [] } = answer.body as {
    readonly accessPackageResourceRoleScopes?: readonly { readonly id: string }[];
  };
  return { state: scopes.some((scope) => id.includes(scope.id)) ? "found" : "notFound" };
}
