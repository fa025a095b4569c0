import { graphPermissionGrants, listClientGrants } from "@defender-mssp/microsoft";
import { delegatedConsent as kind } from "../../../domain/kinds/delegatedConsent";
import { deletionStep, graphPresence } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, AccessPrincipal } from "./kindCalls";

export const delegatedConsent = {
  presence: graphPresence(kind.address),
  held: consents,
} satisfies KindCalls;

async function consents(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type !== "servicePrincipal") return [];
  return (await listClientGrants(tenant.graph, id)).map((grant) => ({
    kind: "delegatedConsent",
    name: "delegated permissions",
    id: grant.id,
    what: `the delegated permissions ${(grant.scope ?? "").trim()} of ${grant.resourceId}`,
    step: deletionStep(tenant, graphPermissionGrants.item(grant.id)),
  }));
}
