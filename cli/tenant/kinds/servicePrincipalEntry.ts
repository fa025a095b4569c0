/** Service principals in the customer's tenant, read once for every kind that looks at them. */
import { graphServicePrincipals } from "@defender-mssp/microsoft";
import type { KindKey } from "../../../domain/kinds/kinds";
import { deletion } from "./graphPresence";
import type { KindTenant, Sighting } from "./kindCalls";
import { ownership } from "./ownership";

export interface ServicePrincipalEntry {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly appOwnerOrganizationId?: string | null;
  readonly notes?: string | null;
}

export const servicePrincipalsPath = `${graphServicePrincipals.path}?$select=id,appId,displayName,appOwnerOrganizationId,notes&$top=999`;

/** Service principals of applications of the MSSP's tenant. */
export async function msspEntries({ list, owner }: KindTenant): Promise<readonly ServicePrincipalEntry[]> {
  return (await list<ServicePrincipalEntry>(servicePrincipalsPath)).filter(
    ({ appOwnerOrganizationId }) => appOwnerOrganizationId?.toLowerCase() === owner.msspTenantId.toLowerCase(),
  );
}

const ofMssp = { whose: "thisMssp", evidence: "its application is of the MSSP's tenant" } as const;

/** Those of one kind, as sightings. */
export async function msspPrincipals(
  tenant: KindTenant,
  kind: KindKey,
  isOfKind: (entry: ServicePrincipalEntry) => boolean,
): Promise<Sighting[]> {
  return (await msspEntries(tenant)).filter(isOfKind).map(({ id, displayName, notes }) => ({
    ...{ kind, id, name: displayName },
    ...(ownership(tenant.owner, notes) ?? ofMssp),
    principal: { type: "servicePrincipal", id },
    gives: [],
    ...deletion(tenant, graphServicePrincipals.item(id)),
  }));
}
