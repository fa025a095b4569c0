/** The two reading routes of each entity set: the list and one object. */
import type { StoredObject } from "../../cloud/model";
import { entity, list } from "../answers";
import type { EntitySetName } from "../entities";
import type { RoutePermissions } from "../permissions";
import { bothVersions, type Call, type Route } from "../route";
import { subject } from "./references";

/** The lists that take `$search`; a list of another type refuses it, as the OData layer does. */
const searchable: ReadonlySet<EntitySetName> = new Set(["applications", "servicePrincipals", "users"]);

/** @param one finds the object of the path */
export function readingRoutes(
  entitySet: EntitySetName,
  permissions: RoutePermissions,
  one: (call: Call) => StoredObject = (call) => subject(call, entitySet),
): Route[] {
  const common = { method: "GET", versions: bothVersions, permissions } as const;
  return [
    {
      ...common,
      path: `/${entitySet}`,
      searchable: searchable.has(entitySet),
      handle: (call) => list(call, entitySet, call.tenant.objects(entitySet).values()),
    },
    { ...common, path: `/${entitySet}/{id}`, handle: (call) => entity(call, entitySet, one(call)) },
  ];
}
