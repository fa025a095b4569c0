/**
 * Delegated permission grants.
 * https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
 */
import type { StoredObject } from "../../cloud/model";
import { list } from "../answers";
import { find, get } from "../directory";
import { badRequest, missingValue, notFound, sameKey } from "../graphErrors";
import { grantId } from "../identifiers";
import { permissions } from "../permissions";
import { route, type Call, type Route } from "../route";
import { subject } from "./referenceRoutes";
import { jsonText, type JsonObject } from "../json";
import { alone, asSent, entityRoutes } from "./entityRoutes";

const entitySet = "oauth2PermissionGrants";

export const grantRoutes: readonly Route[] = [
  ...entityRoutes({
    entitySet,
    read: permissions.readGrants,
    write: permissions.writeGrants,
    body: (call, body) =>
      call.parameters["id"] === undefined
        ? body
        : withoutFixed(get(call.tenant, entitySet, call.parameters["id"]), body),
    create,
    change: asSent,
    remove: alone,
  }),
  ...(
    [
      ["servicePrincipals", "clientId"],
      ["users", "principalId"],
    ] as const
  ).map(([owners, property]): Route =>
    route("GET", `/${owners}/{id}/oauth2PermissionGrants`, permissions.readGrants, (call) => {
      const { id } = subject(call, owners);
      const grants = [...call.tenant.objects(entitySet).values()].filter((grant) => grant[property] === id);
      return list(call, entitySet, grants);
    }),
  ),
];

const fixed = ["clientId", "consentType", "principalId", "resourceId"];

/**
 * Only the scope can be changed; the others may be sent as they are. The text is from
 * https://github.com/MicrosoftDocs/azure-docs/issues/105249.
 */
function withoutFixed(grant: StoredObject, body: JsonObject): JsonObject {
  const other = fixed.find((name) => body[name] !== undefined && body[name] !== grant[name]);
  if (other !== undefined) throw badRequest(`Property cannot be updated: ${other}`);
  return Object.fromEntries(Object.entries(body).filter(([name]) => !fixed.includes(name)));
}

function create(call: Call, values: JsonObject): JsonObject {
  const [clientId, resourceId] = [jsonText(values["clientId"]), jsonText(values["resourceId"])];
  for (const id of [clientId, resourceId]) {
    if (find(call.tenant, "servicePrincipals", id) === undefined) throw notFound(id);
  }
  const principalId = principalOf(call, values["consentType"], values["principalId"]);
  const id = grantId(clientId, resourceId, principalId);
  if (call.tenant.objects(entitySet).has(id)) throw sameKey("Permission entry already exists.");
  return { ...values, principalId, id };
}

/** A grant for one user has a principal; one for all users has none. */
function principalOf(call: Call, consentType: unknown, principalId: unknown): string | null {
  if (consentType !== "Principal") {
    if (typeof principalId === "string")
      throw badRequest("'principalId' must be null where 'consentType' is 'AllPrincipals'.");
    return null;
  }
  if (typeof principalId !== "string") throw missingValue("principalId", "OAuth2PermissionGrant");
  return get(call.tenant, "users", principalId).id;
}
