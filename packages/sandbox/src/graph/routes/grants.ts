/**
 * Delegated permission grants.
 * https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
 */
import type { StoredObject } from "../../cloud/model";
import { createdEntity, list } from "../answers";
import { find, get } from "../directory";
import { badRequest, missingValue, notFound, sameKey } from "../errors";
import { grantId } from "../identifiers";
import { complete, update } from "../objects";
import { permissions } from "../permissions";
import { callBody, bothVersions, noContent, parameter, type RouteAnswer, type Call, type Route } from "../route";
import { checkCreate, checkUpdate } from "../validate";
import { subject } from "./references";
import { jsonText, type JsonObject } from "../json";
import { readingRoutes } from "./reading";

const entitySet = "oauth2PermissionGrants";
const versions = bothVersions;

export const grantRoutes: readonly Route[] = [
  ...readingRoutes(entitySet, permissions.readGrants, grantOf),
  { method: "POST", path: "/oauth2PermissionGrants", versions, permissions: permissions.writeGrants, handle: create },
  {
    method: "PATCH",
    path: "/oauth2PermissionGrants/{id}",
    versions,
    permissions: permissions.writeGrants,
    handle: (call) => {
      const grant = grantOf(call);
      const changed = withoutFixed(grant, callBody(call));
      update(entitySet, grant, checkUpdate(entitySet, changed, call.version).values);
      call.cloud.changed();
      return noContent;
    },
  },
  {
    method: "DELETE",
    path: "/oauth2PermissionGrants/{id}",
    versions,
    permissions: permissions.writeGrants,
    handle: (call) => {
      call.tenant.objects(entitySet).delete(grantOf(call).id);
      call.cloud.changed();
      return noContent;
    },
  },
  {
    method: "GET",
    path: "/servicePrincipals/{id}/oauth2PermissionGrants",
    versions,
    permissions: permissions.readGrants,
    handle: (call) => {
      const client = subject(call, "servicePrincipals");
      const grants = [...call.tenant.objects(entitySet).values()].filter(({ clientId }) => clientId === client.id);
      return list(call, entitySet, grants);
    },
  },
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

function create(call: Call): RouteAnswer {
  const { values } = checkCreate(entitySet, callBody(call), call.version);
  const [clientId, resourceId] = [jsonText(values["clientId"]), jsonText(values["resourceId"])];
  for (const id of [clientId, resourceId]) {
    if (find(call.tenant, "servicePrincipals", id) === undefined) throw notFound(id);
  }
  const principalId = principalOf(call, values["consentType"], values["principalId"]);
  const id = grantId(clientId, resourceId, principalId);
  if (call.tenant.objects(entitySet).has(id)) throw sameKey("Permission entry already exists.");
  const grant = complete(entitySet, { ...values, principalId, id });
  call.tenant.objects(entitySet).set(id, grant);
  call.cloud.changed();
  return createdEntity(call, entitySet, grant);
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

function grantOf(call: Call): StoredObject {
  return get(call.tenant, entitySet, parameter(call, "id"));
}
