import { listConnectedOrganizations } from "@defender-mssp/microsoft";
import { connectedOrganization as kind } from "../../../domain/kinds/connectedOrganization";
import { deletion, graphPresence } from "./graphPresence";
import type { KindCalls, KindTenant, Sighting } from "./kindCalls";
import { ownership } from "./ownership";

const collection = kind.address;

export const connectedOrganization = {
  presence: graphPresence(collection),
  search: organizations,
} satisfies KindCalls;

/** By the mark, or by the identity source: the MSSP's tenant or one of its domains. */
async function organizations(tenant: KindTenant): Promise<Sighting[]> {
  const { owner } = tenant;
  return (await listConnectedOrganizations(tenant.graph)).flatMap((organization) => {
    const { id, displayName, description, identitySources } = organization;
    const source = identitySources.find(
      ({ tenantId, domainName }) =>
        tenantId?.toLowerCase() === owner.msspTenantId.toLowerCase() ||
        owner.domains.includes(domainName?.toLowerCase() ?? ""),
    );
    const whose =
      ownership(owner, description) ??
      (source === undefined
        ? undefined
        : {
            whose: "thisMssp" as const,
            evidence: `its identity source is ${source.tenantId ?? source.domainName ?? ""}`,
          });
    if (whose === undefined) return [];
    const gives = ["its people can request access packages whose policies name it"];
    return [
      {
        kind: "connectedOrganization" as const,
        id,
        name: displayName,
        ...whose,
        gives,
        ...deletion(tenant, `${collection}/${id}`),
      },
    ];
  });
}
