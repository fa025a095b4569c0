/**
 * Soft-deleted objects, kept for 30 days. https://learn.microsoft.com/graph/api/resources/directory
 */
import { forget } from "../../cloud/deleted";
import type { DeletedObject, StoredObject } from "../../cloud/model";
import { directoryObject, list } from "../answers";
import { restore, withoutRestore } from "../directory";
import { entitySets, type EntitySetName } from "../entities";
import { denied, notFound } from "../graphErrors";
import { permissions, type RoutePermissions } from "../permissions";
import { actionResult, type Call, done, parameter, route, type Route, type RouteAnswer } from "../route";
import { mayAlso } from "./referenceRoutes";
import { nameBeforeDeletion } from "./userRoutes";

const path = "/directory/deletedItems";

/** Soft-deleted types: the set, the name in the path, and the permissions to restore or purge. */
const kinds: readonly { entitySet: EntitySetName; type: string; write: RoutePermissions }[] = [
  { entitySet: "applications", type: "application", write: permissions.writeApplication },
  { entitySet: "servicePrincipals", type: "servicePrincipal", write: permissions.writeServicePrincipal },
  { entitySet: "groups", type: "group", write: permissions.writeGroup },
  { entitySet: "users", type: "user", write: permissions.deleteUser },
  { entitySet: "administrativeUnits", type: "administrativeUnit", write: permissions.writeAdministrativeUnits },
];

export const deletedItemRoutes: readonly Route[] = [
  ...kinds.map(({ entitySet, type }): Route =>
    route("GET", `${path}/microsoft.graph.${type}`, permissions.readDeletedItems, (call) =>
      list(call, entitySet, deletedOf(call, entitySet), entitySets[entitySet].path),
    ),
  ),
  route("GET", `${path}/{id}`, permissions.readDeletedItems, (call) => {
    const { collection, object } = deletedItem(call);
    return directoryObject(call, { entitySet: collection as EntitySetName, object: withoutRestore(object) });
  }),
  route(
    "DELETE",
    `${path}/{id}`,
    permissions.readDeletedItems,
    done((call) => {
      forget(call.tenant, writable(call));
    }),
  ),
  route("POST", `${path}/{id}/restore`, permissions.readDeletedItems, restoreItem),
];

function restoreItem(call: Call): RouteAnswer {
  const deleted = writable(call);
  if (deleted.collection === "users") deleted.object["userPrincipalName"] = nameBeforeDeletion(deleted.object);
  const found = restore(call.tenant, deleted);
  call.cloud.changed();
  return actionResult(call, directoryObject(call, found).body ?? {});
}

function deletedOf(call: Call, entitySet: EntitySetName): StoredObject[] {
  return [...call.tenant.deleted.values()]
    .filter(({ collection }) => collection === entitySet)
    .map(({ object }) => withoutRestore(object));
}

function deletedItem(call: Call): DeletedObject {
  const id = parameter(call, "id");
  const deleted = call.tenant.deleted.get(id.toLowerCase());
  if (deleted === undefined) throw notFound(id);
  return deleted;
}

/** A deleted object requires the same permissions as before its deletion. */
function writable(call: Call): DeletedObject {
  const deleted = deletedItem(call);
  const kind = kinds.find(({ entitySet }) => entitySet === deleted.collection);
  if (kind === undefined || !mayAlso(call, kind.write)) throw denied(kind?.write.application);
  return deleted;
}
