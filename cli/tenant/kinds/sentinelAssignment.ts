import { azureRoles, lastSegment, type AzureRoleAssignment } from "@defender-mssp/microsoft";
import { shellQuoted } from "../../base/shellWord";
import { azurePresence } from "./azureResources";
import { ownership } from "./ownership";
import type { AccessPrincipal, HeldGrant, KindCalls, KindTenant, Sighting } from "./kindCalls";

export const sentinelAssignment = {
  presence: azurePresence("delegation"),
  search: markedAssignments,
  held: azureRolesHeld,
} satisfies KindCalls;

/** Assignments in the subscription whose description has the stack's mark, or the MSSP's. */
async function markedAssignments(tenant: KindTenant): Promise<Sighting[]> {
  return (await tenant.azureAssignments()).flatMap((assignment) => {
    const { id, properties } = assignment;
    const owner = ownership(tenant.owner, properties.description);
    if (owner === undefined) return [];
    return [
      {
        kind: "sentinelAssignment",
        id,
        name: azureRoleText(assignment),
        ...owner,
        ...(typeof properties.createdOn === "string" ? { createdOn: properties.createdOn } : {}),
        gives: [`the principal ${properties.principalId} has ${azureRoleText(assignment)} at ${properties.scope}`],
        step: removalStep(id),
      },
    ];
  });
}

async function azureRolesHeld(tenant: KindTenant, { id }: AccessPrincipal): Promise<HeldGrant[]> {
  const assignments = await tenant.azureAssignments();
  return assignments
    .filter(({ properties }) => properties.principalId.toLowerCase() === id.toLowerCase())
    .map((assignment) => ({
      kind: "sentinelAssignment",
      name: "Azure role",
      id: assignment.id,
      what: `${azureRoleText(assignment)} at ${assignment.properties.scope}`,
      step: removalStep(assignment.id),
    }));
}

/** Such as `the Azure role Microsoft Sentinel Reader`. */
export function azureRoleText({ properties }: AzureRoleAssignment): string {
  const id = lastSegment(properties.roleDefinitionId).toLowerCase();
  const known = Object.entries(azureRoles).find(([, role]) => role === id);
  return `the Azure role ${known?.[0] ?? id}`;
}

function removalStep(id: string): string {
  return `az role assignment delete --ids ${shellQuoted(id)}`;
}
