/** https://www.pulumi.com/registry/packages/azuread/api-docs/getserviceprincipal/ */
import type { ValueRecord } from "../../protocol/values";
import { boolean, map, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { uuid } from "../../schema/validators";
import type { GraphOperation, GraphEntity } from "../graph";
import { objectsAt, readFrom, required, sameText, textAt } from "../mapping";
import { samlMetadataUrl } from "../resources/servicePrincipal";
import type { AzureadFunction } from "../types";

const exactlyOneOf = ["client_id", "object_id"];

const properties: ResourceProperties = {
  clientId: string("optional or computed", { graph: "appId", exactlyOneOf, check: uuid }),
  objectId: string("optional or computed", { graph: "id", exactlyOneOf, check: uuid }),
  accountEnabled: boolean("computed", { graph: "accountEnabled" }),
  appRoleIds: map("computed"),
  displayName: string("optional or computed", { graph: "displayName", unsupported: true }),
  oauth2PermissionScopeIds: map("computed"),
  samlMetadataUrl: string("computed"),
};

export const getServicePrincipal: AzureadFunction = {
  name: "getServicePrincipal",
  terraform: "azuread_service_principal",
  properties,
  async invoke(args, call) {
    const found = await findServicePrincipal(args, call);
    const id = required(found.id, "object ID of the service principal");
    return {
      id: `/servicePrincipals/${id}`,
      values: {
        ...readFrom(properties, found),
        appRoleIds: idsByValue(objectsAt(found, "appRoles")),
        oauth2PermissionScopeIds: idsByValue(objectsAt(found, "oauth2PermissionScopes")),
        samlMetadataUrl: await samlMetadataUrl(call, id),
      },
    };
  },
};

async function findServicePrincipal(args: Fields, call: GraphOperation): Promise<GraphEntity> {
  if (args.has("objectId")) {
    const id = args.text("objectId");
    const found = await call.find(`/servicePrincipals/${id}`);
    if (found !== undefined) return found;
    throw new Error(`[object_id] Service Principal (Service Principal: "${id}") was not found`);
  }
  const clientId = args.text("clientId");
  const all = await call.list(`/servicePrincipals?$filter=${encodeURIComponent(`appId eq '${clientId}'`)}`);
  const found = all.find((one) => sameText(textAt(one, "appId"), clientId));
  if (found === undefined) throw new Error("No service principal found: no service principal found");
  return found;
}

function idsByValue(items: readonly GraphEntity[]): ValueRecord {
  const entries = items.map((item): [string, string] => [textAt(item, "value"), item.id ?? ""]);
  return Object.fromEntries(entries.filter(([value, id]) => value !== "" && id !== ""));
}
