/**
 * Directory synchronization of the tenant, read only. One object, whose ID is the tenant's.
 * https://learn.microsoft.com/graph/api/onpremisesdirectorysynchronization-get
 */
import type { StoredObject } from "../../cloud/model";
import { entity, list } from "../answers";
import { notFound } from "../errors";
import { complete } from "../objects";
import { refuseOptions } from "../odata/query";
import { permissions } from "../permissions";
import { parameter, type Call, type Route } from "../route";

const entitySet = "onPremisesSynchronization";
const path = `/directory/${entitySet}`;
const contextName = path.slice(1);
const common = { method: "GET", versions: ["v1.0"], permissions: permissions.readDirectorySynchronization } as const;

export const onPremisesSynchronizationRoutes: readonly Route[] = [
  { ...common, path, handle: (call) => list(call, entitySet, [synchronization(call)], contextName) },
  {
    ...common,
    path: `${path}/{id}`,
    handle: (call) => {
      const object = synchronization(call);
      const id = parameter(call, "id");
      if (id.toLowerCase() !== object.id) throw notFound(id);
      return entity(call, entitySet, object, contextName);
    },
  },
];

function synchronization(call: Call): StoredObject {
  // "This method supports the $select OData query parameter"
  refuseOptions(call.query, ["$select"]);
  return complete(entitySet, { id: call.tenant.id });
}
