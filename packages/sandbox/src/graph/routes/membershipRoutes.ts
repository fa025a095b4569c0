/** `checkMemberGroups` and the like: transitive, as the service answers them; and what somebody owns. */
import { directoryObjects, stringCollection } from "../answers";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { findDirectoryObject, get, getDirectoryObject, linkedFrom } from "../directory";
import { memberships } from "../expand";
import type { EntitySetName } from "../entities";
import { badRequest, missingValue } from "../graphErrors";
import { textsIn } from "../json";
import { transitiveGroups, transitiveMemberships } from "../memberships";
import { permissions } from "../permissions";
import {
  actionResult,
  callBody,
  bothVersions,
  parameter,
  route,
  type RouteAnswer,
  type Call,
  type Method,
  type Route,
} from "../route";
import { subject } from "./referenceRoutes";

const mostGroups = 20;
const ownable = ["applications", "servicePrincipals", "groups"] as const;
/** With the permissions that read them. */
const principals = [
  ["users", permissions.readUsers],
  ["groups", permissions.readGroups],
  ["servicePrincipals", permissions.readServicePrincipals],
] as const satisfies readonly (readonly [EntitySetName, Route["permissions"]])[];

export const membershipRoutes: readonly Route[] = [
  ...actions("/directoryObjects/{id}", (call) => getDirectoryObject(call.tenant, parameter(call, "id")).object.id),
  ...principals.flatMap(([entitySet, read]) => {
    const idOf = (call: Call): string => get(call.tenant, entitySet, parameter(call, "id")).id;
    return [
      ...actions(`/${entitySet}/{id}`, idOf),
      route(
        "GET",
        `/${entitySet}/{id}/memberOf`,
        read,
        (call) => directoryObjects(call, memberships(call.tenant, subject(call, entitySet).id), "groups"),
        { searchable: true, castable: "always" },
      ),
      transitive(entitySet, idOf),
      ...(entitySet === "groups" ? [] : [owned(entitySet, read, idOf)]),
    ];
  }),
];

function actions(path: string, idOf: (call: Call) => string): Route[] {
  const common = { method: "POST" as Method, versions: bothVersions, permissions: permissions.readMemberships };
  return [["Groups", "groupIds", transitiveGroups] as const, ["Objects", "ids", allMemberships] as const].flatMap(
    ([of, ids, among]) => [
      {
        ...common,
        path: `${path}/checkMember${of}`,
        handle: (call: Call) => check(call, ids, of, among(call.tenant, idOf(call))),
      },
      {
        ...common,
        path: `${path}/getMember${of}`,
        handle: (call: Call) => getAll(call, of, among(call.tenant, idOf(call))),
      },
    ],
  );
}

function allMemberships(tenant: Tenant, id: string): StoredObject[] {
  return transitiveMemberships(tenant, id).map(({ object }) => object);
}

/** https://learn.microsoft.com/graph/api/user-list-ownedobjects, …/serviceprincipal-list-ownedobjects */
function owned(entitySet: EntitySetName, read: Route["permissions"], idOf: (call: Call) => string): Route {
  return route(
    "GET",
    `/${entitySet}/{id}/ownedObjects`,
    read,
    (call) => {
      const id = idOf(call);
      const ids = ownable.flatMap((set) => linkedFrom(call.tenant, `${set}.owners`, id));
      return directoryObjects(
        call,
        ids.flatMap((objectId) => findDirectoryObject(call.tenant, objectId) ?? []),
        "groups",
      );
    },
    { castable: "always" },
  );
}

function transitive(entitySet: EntitySetName, idOf: (call: Call) => string): Route {
  return route(
    "GET",
    `/${entitySet}/{id}/transitiveMemberOf`,
    permissions.readMemberships,
    (call) => directoryObjects(call, transitiveMemberships(call.tenant, idOf(call)), "groups"),
    { searchable: true, castable: "advanced" },
  );
}

function check(call: Call, ids: string, of: string, memberships: readonly StoredObject[]): RouteAnswer {
  const asked = callBody(call)[ids];
  if (!Array.isArray(asked)) throw missingValue(ids, `checkMember${of}`);
  if (asked.length > mostGroups) throw badRequest(`Too many elements in '${ids}': at most ${mostGroups} are checked.`);
  const memberOf = new Set<Json>(memberships.map(({ id }) => id));
  return actionResult(
    call,
    stringCollection(
      call,
      textsIn(asked).filter((id) => memberOf.has(id)),
    ),
  );
}

function getAll(call: Call, of: string, memberships: readonly StoredObject[]): RouteAnswer {
  const securityEnabledOnly = callBody(call)["securityEnabledOnly"];
  if (typeof securityEnabledOnly !== "boolean") throw missingValue("securityEnabledOnly", `getMember${of}`);
  const found = memberships.filter(({ securityEnabled }) => !securityEnabledOnly || securityEnabled !== false);
  return actionResult(
    call,
    stringCollection(
      call,
      found.map(({ id }) => id),
    ),
  );
}
