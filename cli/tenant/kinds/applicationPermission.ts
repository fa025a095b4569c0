import {
  appRoleAssignmentsPath,
  graphPrincipals,
  publishedRoleName,
  type AppRoleAssignment,
} from "@defender-mssp/microsoft";
import { deletionStep, partPresence } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, AccessPrincipal } from "./kindCalls";

export const applicationPermission = {
  presence: partPresence(appRoleAssignmentsPath, ({ id }) => id),
  held: permissions,
} satisfies KindCalls;

async function permissions(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  const path = `${graphPrincipals[type].item(id)}/appRoleAssignments`;
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
