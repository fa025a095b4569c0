/**
 * Relationships of granular delegated admin privileges, in the partner's tenant. Partner Center makes them: the
 * sandbox only shows those that a test or a person puts there.
 * https://learn.microsoft.com/graph/api/tenantrelationship-list-delegatedadminrelationships
 */
import { entity, list } from "../answers";
import { get } from "../directory";
import { permissions } from "../permissions";
import { parameter, type Route } from "../route";

const entitySet = "delegatedAdminRelationships";
const path = `/tenantRelationships/${entitySet}`;
const contextName = `tenantRelationships/${entitySet}`;
const common = { versions: ["v1.0"], permissions: permissions.readDelegatedAdminRelationships } as const;

export const delegatedAdminRoutes: readonly Route[] = [
  {
    method: "GET",
    path,
    ...common,
    handle: (call) => list(call, entitySet, call.tenant.objects(entitySet).values(), contextName),
  },
  {
    method: "GET",
    path: `${path}/{id}`,
    ...common,
    handle: (call) => entity(call, entitySet, get(call.tenant, entitySet, parameter(call, "id")), contextName),
  },
];
