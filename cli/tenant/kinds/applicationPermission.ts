import { publishedApplications, type AppRoleAssignment } from "@defender-mssp/microsoft";
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
  return own.map((assignment) => ({
    kind: "applicationPermission",
    id: assignment.id,
    what: `${type === "servicePrincipal" ? "the application permission" : "the app role"} ${permissionName(assignment)} of ${assignment.resourceDisplayName ?? assignment.resourceId}`,
    step: deletionStep(tenant, `${path}/${assignment.id}`),
  }));
}

/** Roles of other applications are shown by their ID. */
function permissionName({ appRoleId }: AppRoleAssignment): string {
  const roles = publishedApplications.flatMap(({ appRoles }) => Object.entries(appRoles));
  return roles.find(([, role]) => role === appRoleId)?.[0] ?? appRoleId;
}
