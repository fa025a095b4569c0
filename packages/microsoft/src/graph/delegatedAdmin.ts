/**
 * Granular delegated admin privileges (GDAP) of a partner: Graph shows them in the partner's tenant.
 * https://learn.microsoft.com/graph/api/resources/delegatedadminrelationship
 */
import { graphCollection } from "./collection";

export const graphAdminRelationships = graphCollection("/v1.0/tenantRelationships/delegatedAdminRelationships", {
  read: ["DelegatedAdminRelationship.Read.All"],
});

export interface DelegatedAdminRelationship {
  readonly id: string;
  readonly displayName: string;
  readonly status: string;
  readonly customer?: { readonly tenantId?: string } | null;
  readonly accessDetails?: { readonly unifiedRoles?: readonly { readonly roleDefinitionId: string }[] } | null;
}
