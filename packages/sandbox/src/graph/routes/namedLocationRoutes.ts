/**
 * Named locations of Conditional Access. None is evaluated: What If takes no notice of them.
 * https://learn.microsoft.com/graph/api/resources/namedlocation
 */
import { randomUUID } from "node:crypto";
import type { StoredObject } from "../../cloud/model";
import { listDerived, typed } from "../answers";
import { get } from "../directory";
import { entitySets, odataType, type EntitySetName } from "../entities";
import { unreadableRequest } from "../errors";
import { wholeSeconds } from "../identifiers";
import type { JsonObject } from "../json";
import { licensed } from "../licences";
import { complete } from "../objects";
import { permissions } from "../permissions";
import {
  callBody,
  context,
  created,
  noContent,
  ok,
  parameter,
  type Call,
  type Route,
  type RouteAnswer,
} from "../route";
import { checkCreate } from "../validate";

const entitySet = "namedLocations";
const path = "/identity/conditionalAccess/namedLocations";
const contextName = path.slice(1);
const derivedSets = ["ipNamedLocations", "countryNamedLocations"] as const;
const versions = ["v1.0"] as const;

export const namedLocationRoutes: readonly Route[] = [
  {
    method: "GET",
    path,
    versions,
    permissions: permissions.readPolicies,
    handle: (call) =>
      listDerived(call, {
        base: entitySet,
        derived: derivedSets,
        objects: call.tenant.objects(entitySet).values(),
        name: contextName,
      }),
  },
  ...licensed("conditionalAccess", [
    { method: "POST", path, versions, permissions: permissions.writeConditionalAccess, handle: create },
  ]),
  {
    method: "GET",
    path: `${path}/{id}`,
    versions,
    permissions: permissions.readPolicies,
    handle: (call) => ok({ ...entityContext(call), ...whole(call, subject(call)) }),
  },
  {
    method: "DELETE",
    path: `${path}/{id}`,
    versions,
    permissions: permissions.writeConditionalAccess,
    handle: (call) => {
      call.tenant.objects(entitySet).delete(subject(call).id);
      call.cloud.changed();
      return noContent;
    },
  },
];

function create(call: Call): RouteAnswer {
  const body = callBody(call);
  const type = typeNamed(body["@odata.type"]);
  const now = wholeSeconds(call.cloud.now());
  const times = { id: randomUUID(), createdDateTime: now, modifiedDateTime: now };
  const location = {
    ...complete(type, { ...checkCreate(type, body, call.version).values, ...times }),
    "@odata.type": odataType(type),
  };
  call.tenant.objects(entitySet).set(location.id, location);
  call.cloud.changed();
  return created(
    { ...entityContext(call), ...whole(call, location) },
    `${call.origin}/${call.version}${path}/${location.id}`,
  );
}

function subject(call: Call): StoredObject {
  return get(call.tenant, entitySet, parameter(call, "id"));
}

function whole(call: Call, location: StoredObject): JsonObject {
  return typed(call, { entitySet: typeNamed(location["@odata.type"]), object: location });
}

function entityContext(call: Call): JsonObject {
  return { "@odata.context": context(call, `${contextName}/$entity`) };
}

/** "You must specify the @odata.type of the derived type"; the error's text is the sandbox's own. */
function typeNamed(name: JsonObject[string] | undefined): EntitySetName {
  const type = derivedSets.find((set) => name === odataType(set));
  if (type !== undefined) return type;
  const types = derivedSets.map((set) => entitySets[set].type);
  throw unreadableRequest(`A named location has the @odata.type of ${types.join(" or ")}.`);
}
