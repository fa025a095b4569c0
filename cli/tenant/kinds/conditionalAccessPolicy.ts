import { listAccessPolicies } from "@defender-mssp/microsoft";
import { conditionalAccessPolicy as kind } from "../../../domain/kinds/conditionalAccessPolicy";
import { deletionStep, graphPresence } from "./graphPresence";
import type { KindCalls, KindTenant, Sighting } from "./kindCalls";

const collection = kind.address;

export const conditionalAccessPolicy = {
  presence: graphPresence(collection),
  search: policies,
} satisfies KindCalls;

/** Policies whose conditions name the MSSP's tenant. They take access away, and give none. */
async function policies(tenant: KindTenant): Promise<Sighting[]> {
  const { msspTenantId } = tenant.owner;
  return (await listAccessPolicies(tenant.graph))
    .filter(({ conditions }) =>
      JSON.stringify(conditions ?? {})
        .toLowerCase()
        .includes(msspTenantId.toLowerCase()),
    )
    .map(({ id, displayName }) => ({
      kind: "conditionalAccessPolicy",
      id,
      name: displayName ?? id,
      whose: "thisMssp",
      evidence: "its conditions name the MSSP's tenant",
      gives: [],
      step: deletionStep(tenant, `${collection}/${id}`),
    }));
}
