import type { OAuth2PermissionGrant } from "@defender-mssp/microsoft";
import { delegatedConsent as kind } from "../../../domain/kinds/delegatedConsent";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { deletionStep, graphPresence } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, AccessPrincipal } from "./kindCalls";

export const delegatedConsent: KindCalls = {
  presence: graphPresence(kind.address),
  search: notApplicable("found with the principal that has it"),
  held: consents,
};

async function consents(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type !== "servicePrincipal") return [];
  return (await tenant.list<OAuth2PermissionGrant>(`/v1.0/servicePrincipals/${id}/oauth2PermissionGrants`)).map(
    (grant) => ({
      kind: "delegatedConsent",
      name: "delegated permissions",
      id: grant.id,
      what: `the delegated permissions ${(grant.scope ?? "").trim()} of ${grant.resourceId}`,
      step: deletionStep(tenant, `/v1.0/oauth2PermissionGrants/${grant.id}`),
    }),
  );
}
