/**
 * https://www.pulumi.com/registry/packages/azuread/api-docs/serviceprincipaldelegatedpermissiongrant/
 */
import { set, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { notEmpty, resourceId, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { nullIfEmpty, readFrom, required, textAt } from "../mapping";
import { type AzureadResource, objectId } from "../types";

const properties: ResourceProperties = {
  claimValues: set("required", { minimumItems: 1, check: notEmpty }),
  resourceServicePrincipalObjectId: string("required", { graph: "resourceId", forceNew: true, check: uuid }),
  servicePrincipalObjectId: string("required", { graph: "clientId", forceNew: true, check: uuid }),
  userObjectId: string("optional", { graph: "principalId", forceNew: true, unsupported: true }),
};

export const servicePrincipalDelegatedPermissionGrant: AzureadResource = {
  name: "ServicePrincipalDelegatedPermissionGrant",
  terraform: "azuread_service_principal_delegated_permission_grant",
  properties,
  schemaVersion: 1,
  minutes: { create: 5, read: 5, update: 5, delete: 5 },
  importId: resourceId("OAuth2PermissionGrant", "/oauth2PermissionGrants/{oAuth2PermissionGrantId}"),
  async create(plan, call, created) {
    const client = plan.text("servicePrincipalObjectId");
    const resource = plan.text("resourceServicePrincipalObjectId");
    await call.get(`/servicePrincipals/${client}`);
    await call.get(`/servicePrincipals/${resource}`);
    const body = {
      "@odata.type": odataType("oauth2PermissionGrants"),
      clientId: client,
      resourceId: resource,
      scope: scopeOf(plan),
      consentType: "AllPrincipals",
    };
    const messages = [/does not exist or one of its queried reference-property objects are not present/];
    const grant = await call.post("/oauth2PermissionGrants", body, "v1.0", { notFound: true, messages });
    created(`/oauth2PermissionGrants/${required(grant.id, "ID returned for delegated permission grant")}`);
  },
  async read(id, call) {
    const grant = await call.find(`/oauth2PermissionGrants/${objectId(id)}`);
    if (grant === undefined) return undefined;
    const scopes = textAt(grant, "scope").split(" ").filter(Boolean);
    return { ...readFrom(properties, grant), claimValues: scopes };
  },
  update: (id, plan, call) =>
    call.patch(`/oauth2PermissionGrants/${objectId(id)}`, {
      "@odata.type": odataType("oauth2PermissionGrants"),
      scope: scopeOf(plan),
    }),
  delete: (id, call) => call.delete(`/oauth2PermissionGrants/${objectId(id)}`),
};

function scopeOf(plan: Fields): string | null {
  return nullIfEmpty(plan.texts("claimValues").join(" "));
}
