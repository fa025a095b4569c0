/** Objects of any type by ID. https://learn.microsoft.com/graph/api/resources/directoryobject */
import { directoryObject, typed } from "../answers";
import { findDirectoryObject, getDirectoryObject } from "../directory";
import { entitySets } from "../entities";
import { badRequest, denied, missingValue } from "../graphErrors";
import { permissions } from "../permissions";
import {
  actionResult,
  callBody,
  context,
  noContent,
  ok,
  parameter,
  route,
  type RouteAnswer,
  type Call,
  type Route,
} from "../route";
import { applicationRoutes } from "./applicationRoutes";
import { groupRoutes } from "./groupRoutes";
import { mayAlso } from "./referenceRoutes";
import { servicePrincipalRoutes } from "./servicePrincipalRoutes";
import { userRoutes } from "./userRoutes";

const mostIds = 1000;
/** A deletion is that of the object's own path, with its permission. */
const own = [...applicationRoutes, ...servicePrincipalRoutes, ...groupRoutes, ...userRoutes];

export const directoryObjectRoutes: readonly Route[] = [
  route("GET", "/directoryObjects/{id}", permissions.readDirectoryObjects, (call) =>
    directoryObject(call, getDirectoryObject(call.tenant, parameter(call, "id"))),
  ),
  route("POST", "/directoryObjects/getByIds", permissions.readDirectoryObjects, getByIds),
  route("DELETE", "/directoryObjects/{id}", permissions.readDirectoryObjects, (call) => {
    const { entitySet } = getDirectoryObject(call.tenant, parameter(call, "id"));
    const route = own.find(({ method, path }) => method === "DELETE" && path === `/${entitySet}/{id}`);
    if (route === undefined || !mayAlso(call, route.permissions)) throw denied(route?.permissions.application);
    return route.handle(call);
  }),
  // The sandbox's tenants have neither a naming policy nor extension properties.
  route("POST", "/directoryObjects/validateProperties", permissions.readDirectoryObjects, (call) => {
    const { displayName, mailNickname } = callBody(call);
    if (displayName === undefined && mailNickname === undefined)
      throw missingValue("displayName", "validateProperties");
    return noContent;
  }),
  route("POST", "/directoryObjects/getAvailableExtensionProperties", permissions.readDirectoryObjects, (call) =>
    ok({ "@odata.context": context(call, "Collection(microsoft.graph.extensionProperty)"), value: [] }),
  ),
];

/** Unknown IDs and objects of other types are omitted. */
function getByIds(call: Call): RouteAnswer {
  const { ids, types } = callBody(call);
  if (!Array.isArray(ids)) throw missingValue("ids", "getByIds");
  if (ids.length > mostIds) throw badRequest(`Too many elements in 'ids': at most ${mostIds} are looked up.`);
  const wanted = Array.isArray(types) ? types : undefined;
  const found = ids.flatMap((id) => (typeof id === "string" ? (findDirectoryObject(call.tenant, id) ?? []) : []));
  const value = found
    .filter(({ entitySet }) => wanted === undefined || wanted.includes(entitySets[entitySet].type))
    .map((target) => typed(call, target));
  return actionResult(call, { "@odata.context": context(call, "directoryObjects"), value });
}
