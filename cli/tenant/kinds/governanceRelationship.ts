import { grantSentences, TenantGovernance } from "@defender-mssp/microsoft";
import type { KindCalls, KindTenant, Sighting } from "./kindCalls";

export const governanceRelationship = {
  search: relationships,
} satisfies KindCalls;

/** What grants something, also where the MSSP has asked to end it. */
async function relationships({ graph, owner }: KindTenant): Promise<Sighting[]> {
  const relationship = await new TenantGovernance(graph, {
    governingTenantId: owner.msspTenantId,
    governedTenantId: owner.tenantId,
  }).current();
  if (relationship === undefined) return [];
  return [
    {
      kind: "governanceRelationship",
      id: relationship.id,
      name: relationship.id,
      whose: "thisMssp",
      evidence: "its governing tenant is the MSSP's",
      gives: grantSentences(relationship.policy),
      step: `npx mssp governance terminate --stack ${owner.stack} --as customer --client-id <ID>`,
    },
  ];
}
