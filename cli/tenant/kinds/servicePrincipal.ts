import { graphServicePrincipals } from "@defender-mssp/microsoft";
import { servicePrincipal as kind } from "../../../domain/kinds/servicePrincipal";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { registrations } from "./application";
import { deletion, restorablePresence } from "./graphPresence";
import type { KindCalls, KindTenant, Sighting } from "./kindCalls";
import { ownership } from "./ownership";
import { servicePrincipalsPath, type ServicePrincipalEntry } from "./servicePrincipalEntry";

export const servicePrincipal: KindCalls = {
  presence: restorablePresence(kind.address),
  search: connectorPrincipals,
  held: notApplicable("it is a principal"),
};

/** Service principals of app registrations in this tenant that carry a mark. */
async function connectorPrincipals(tenant: KindTenant): Promise<Sighting[]> {
  const marked = await registrations(tenant);
  return (await tenant.list<ServicePrincipalEntry>(servicePrincipalsPath)).flatMap(({ id, appId, displayName }) => {
    const owner = ownership(tenant.owner, marked.find((application) => application.appId === appId)?.description);
    if (owner === undefined) return [];
    return [
      {
        ...{ kind: "servicePrincipal" as const, id, name: displayName, ...owner, gives: [] },
        principal: { type: "servicePrincipal" as const, id },
        ...deletion(tenant, graphServicePrincipals.item(id)),
      },
    ];
  });
}
