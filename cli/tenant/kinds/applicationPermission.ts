import { publishedRoleName, type AppRoleAssignment } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { deletionStep, partPresence } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, AccessPrincipal } from "./kindCalls";
import { principalPath } from "./principalPath";

export const applicationPermission: KindCalls = {
  presence: partPresence(
    (principal) => `/v1.0/servicePrincipals/${principal}/appRoleAssignments`,
    ({ id }) => id,
  ),
  search: notApplicable("found with the principal that has it"),
  held: permissions,
};

async function permissions(tenant: KindTenant, principal: AccessPrincipal): Promise<HeldGrant[]> {
  const { type, id } = principal;
  const path = `${principalPath(principal)}/appRoleAssignments`;
  // Graph lists those of a user's groups, too.
  const own = (await tenant.list<AppRoleAssignment>(path)).filter(
    ({ principalId }) => principalId.toLowerCase() === id.toLowerCase(),
  );
  const name = type === "servicePrincipal" ? "application permission" : "app role";
  return own.map((assignment) => ({
    kind: "applicationPermission",
    name,
    id: assignment.id,
    what: `the ${name} ${publishedRoleName(assignment.appRoleId)} of ${assignment.resourceDisplayName ?? assignment.resourceId}`,
    step: deletionStep(tenant, `${path}/${assignment.id}`),
  }));
}
