import { graphAdminRelationships, graphList, type DelegatedAdminRelationship } from "@defender-mssp/microsoft";
import { gdapRelationship as kind } from "../../../domain/kinds/gdapRelationship";
import type { KindCalls, KindTenant, Sighting } from "./kindCalls";

export const gdapRelationship = {
  search: delegatedAdminSightings,
} satisfies KindCalls;

/** Those that give access, or will after an approval that was given. */
const grantingStatuses = ["activating", "active", "approved", "expiring", "terminating", "terminationRequested"];

/** Graph shows them in the partner's tenant: here, the MSSP's. */
export async function delegatedAdminSightings({
  msspGraph,
  owner,
}: Pick<KindTenant, "msspGraph" | "owner">): Promise<Sighting[]> {
  return (await graphList<DelegatedAdminRelationship>(await msspGraph(), graphAdminRelationships.path))
    .filter(({ customer }) => customer?.tenantId?.toLowerCase() === owner.tenantId.toLowerCase())
    .filter(({ status }) => grantingStatuses.includes(status))
    .map(({ id, displayName, status, accessDetails }) => ({
      kind: "gdapRelationship",
      id,
      name: displayName,
      whose: "thisMssp",
      evidence: "its partner is the MSSP's tenant",
      gives: [`it is ${status}, with ${accessDetails?.unifiedRoles?.length ?? 0} roles`],
      step: kind.removal.step,
    }));
}
