/** Objects of any type by ID. https://learn.microsoft.com/graph/api/resources/directoryobject */
import { directoryObject, typed } from "../answers";
import { findDirectoryObject, getDirectoryObject } from "../directory";
import { entitySets } from "../entities";
import { badRequest, missingValue } from "../errors";
import { permissions } from "../permissions";
import {
  actionResult,
  callBody,
  bothVersions,
  context,
  parameter,
  type RouteAnswer,
  type Call,
  type Route,
} from "../route";

const mostIds = 1000;

export const directoryObjectRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/directoryObjects/{id}",
    versions: bothVersions,
    permissions: permissions.readDirectoryObjects,
    handle: (call) => directoryObject(call, getDirectoryObject(call.tenant, parameter(call, "id"))),
  },
  {
    method: "POST",
    path: "/directoryObjects/getByIds",
    versions: bothVersions,
    permissions: permissions.readDirectoryObjects,
    handle: getByIds,
  },
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
