/** `checkMemberGroups` and `getMemberGroups`: transitive, as the service answers them. */
import { directoryObjects, stringCollection } from "../answers";
import { get, getDirectoryObject } from "../directory";
import type { EntitySetName } from "../entities";
import { badRequest, missingValue } from "../errors";
import { transitiveGroups, transitiveMemberships } from "../memberships";
import { permissions } from "../permissions";
import {
  actionResult,
  callBody,
  bothVersions,
  parameter,
  type RouteAnswer,
  type Call,
  type Method,
  type Route,
} from "../route";

const mostGroups = 20;
const principals = ["users", "groups", "servicePrincipals"] as const satisfies readonly EntitySetName[];

export const membershipRoutes: readonly Route[] = [
  ...actions("/directoryObjects/{id}", (call) => getDirectoryObject(call.tenant, parameter(call, "id")).object.id),
  ...principals.flatMap((entitySet) => {
    const idOf = (call: Call): string => get(call.tenant, entitySet, parameter(call, "id")).id;
    return [...actions(`/${entitySet}/{id}`, idOf), transitive(entitySet, idOf)];
  }),
];

function actions(path: string, idOf: (call: Call) => string): Route[] {
  const common = { method: "POST" as Method, versions: bothVersions, permissions: permissions.readMemberships };
  return [
    { ...common, path: `${path}/checkMemberGroups`, handle: (call) => checkMemberGroups(call, idOf(call)) },
    { ...common, path: `${path}/getMemberGroups`, handle: (call) => getMemberGroups(call, idOf(call)) },
  ];
}

function transitive(entitySet: EntitySetName, idOf: (call: Call) => string): Route {
  return {
    method: "GET",
    path: `/${entitySet}/{id}/transitiveMemberOf`,
    versions: bothVersions,
    permissions: permissions.readMemberships,
    searchable: true,
    castable: "advanced",
    handle: (call) => directoryObjects(call, transitiveMemberships(call.tenant, idOf(call)), "groups"),
  };
}

function checkMemberGroups(call: Call, id: string): RouteAnswer {
  const asked = callBody(call)["groupIds"];
  if (!Array.isArray(asked)) throw missingValue("groupIds", "checkMemberGroups");
  if (asked.length > mostGroups)
    throw badRequest(`Too many elements in 'groupIds': at most ${mostGroups} are checked.`);
  const memberOf = transitiveGroups(call.tenant, id).map((group) => group.id);
  return actionResult(
    call,
    stringCollection(
      call,
      asked.filter((groupId): groupId is string => typeof groupId === "string" && memberOf.includes(groupId)),
    ),
  );
}

function getMemberGroups(call: Call, id: string): RouteAnswer {
  const securityEnabledOnly = callBody(call)["securityEnabledOnly"];
  if (typeof securityEnabledOnly !== "boolean") throw missingValue("securityEnabledOnly", "getMemberGroups");
  const groups = transitiveGroups(call.tenant, id).filter(
    (group) => !securityEnabledOnly || group["securityEnabled"] === true,
  );
  return actionResult(
    call,
    stringCollection(
      call,
      groups.map((group) => group.id),
    ),
  );
}
