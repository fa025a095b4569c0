/**
 * App role assignments, seen from the resource (`appRoleAssignedTo`) and from the principal
 * (`appRoleAssignments`). https://learn.microsoft.com/graph/api/resources/approleassignment
 */
import type { Json, StoredObject } from "../../cloud/model";
import { createdEntity, entity, list } from "../answers";
import { find, findDirectoryObject, type DirectoryEntry } from "../directory";
import { badRequest, notFound } from "../graphErrors";
import { appRoleAssignmentId, sevenDecimals } from "../identifiers";
import { complete } from "../objects";
import { permissions } from "../permissions";
import { bothVersions, type Call, callBody, done, parameter, type Route, type RouteAnswer } from "../route";
import { checkCreate, resourceName } from "../validate";
import { isObject, jsonText } from "../json";
import { subject } from "./referenceRoutes";

const entitySet = "appRoleAssignments";
/** The role ID for a resource without roles: access only. */
const defaultAccess = "00000000-0000-0000-0000-000000000000";

const { readAppRoleAssignments, readGroupAppRoles, readUserAppRoles } = permissions;

/** The side of the assignments, its property, and what reads them. */
const sides = [
  {
    owners: "servicePrincipals",
    navigation: "appRoleAssignedTo",
    property: "resourceId",
    read: readAppRoleAssignments,
  },
  {
    owners: "servicePrincipals",
    navigation: "appRoleAssignments",
    property: "principalId",
    read: readAppRoleAssignments,
  },
  { owners: "users", navigation: "appRoleAssignments", property: "principalId", read: readUserAppRoles },
  { owners: "groups", navigation: "appRoleAssignments", property: "principalId", read: readGroupAppRoles },
] as const;
type Side = (typeof sides)[number];

export const appRoleAssignmentRoutes: readonly Route[] = sides.flatMap(routesOf);

function routesOf(side: Side): Route[] {
  const path = `/${side.owners}/{id}/${side.navigation}`;
  const reading = { versions: bothVersions, permissions: side.read };
  const writing = { versions: bothVersions, permissions: permissions.writeAppRoleAssignments };
  return [
    {
      ...reading,
      method: "GET",
      path,
      handle: (call) => list(call, entitySet, assignmentsOf(call, side), contextName(call, side)),
    },
    { ...writing, method: "POST", path, handle: (call) => create(call, side) },
    {
      ...reading,
      method: "GET",
      path: `${path}/{assignment}`,
      handle: (call) => entity(call, entitySet, assignmentOf(call, side), contextName(call, side)),
    },
    {
      ...writing,
      method: "DELETE",
      path: `${path}/{assignment}`,
      handle: done((call) => {
        const found = findAssignment(call, side);
        // Not 404: reported in https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/968.
        if (found === undefined) throw badRequest("EntitlementGrant being updated or deleted is not found.");
        call.tenant.objects(entitySet).delete(found.id);
      }),
    },
  ];
}

function create(call: Call, side: Side): RouteAnswer {
  const owner = subject(call, side.owners);
  const { values } = checkCreate(entitySet, callBody(call), call.version);
  if (values[side.property] !== owner.id) throw badRequest("Not a valid reference update.");
  const [appRoleId, resourceId, principalId] = [values["appRoleId"], values["resourceId"], values["principalId"]].map(
    String,
  );
  const resource = find(call.tenant, "servicePrincipals", resourceId ?? "");
  if (resource === undefined) throw notFound(resourceId ?? "");
  const principal = findDirectoryObject(call.tenant, principalId ?? "");
  if (principal === undefined) throw notFound(principalId ?? "");
  checkRole(resource, appRoleId ?? "", principal);
  const there = [...call.tenant.objects(entitySet).values()];
  if (
    there.some(
      (other) =>
        other["appRoleId"] === appRoleId &&
        other["principalId"] === principal.object.id &&
        other["resourceId"] === resource.id,
    )
  ) {
    const message = "Permission being assigned already exists on the object";
    throw badRequest(message, [{ code: "InvalidUpdate", message }]);
  }
  const assignment = complete(entitySet, {
    ...values,
    id: appRoleAssignmentId(principal.object.id),
    createdDateTime: sevenDecimals(call.cloud.now()),
    principalDisplayName: principal.object["displayName"] ?? null,
    principalType: resourceName(principal.entitySet),
    resourceDisplayName: resource["displayName"] ?? null,
  });
  call.tenant.objects(entitySet).set(assignment.id, assignment);
  call.cloud.changed();
  return createdEntity(call, entitySet, assignment, contextName(call, side));
}

/** The role must be one of the resource's and allow this type of principal. */
function checkRole(resource: StoredObject, appRoleId: string, { entitySet: principalSet }: DirectoryEntry): void {
  const roles = (Array.isArray(resource["appRoles"]) ? resource["appRoles"] : []).filter(isObject);
  if (appRoleId === defaultAccess && roles.length === 0) return;
  const role = roles.find(({ id }) => id === appRoleId);
  const memberTypes: Json = role?.["allowedMemberTypes"] ?? [];
  const wanted = principalSet === "servicePrincipals" ? "Application" : "User";
  if (role?.["isEnabled"] !== true || !Array.isArray(memberTypes) || !memberTypes.includes(wanted)) {
    throw badRequest(`Permission being assigned was not found on application '${jsonText(resource["appId"])}'.`);
  }
}

function assignmentsOf(call: Call, side: Side): StoredObject[] {
  const owner = subject(call, side.owners);
  return [...call.tenant.objects(entitySet).values()].filter((object) => object[side.property] === owner.id);
}

function assignmentOf(call: Call, side: Side): StoredObject {
  const found = findAssignment(call, side);
  if (found === undefined) throw notFound(parameter(call, "assignment"));
  return found;
}

function findAssignment(call: Call, side: Side): StoredObject | undefined {
  const id = parameter(call, "assignment");
  return assignmentsOf(call, side).find((object) => object.id === id);
}

function contextName(call: Call, side: Side): string {
  return `${side.owners}('${parameter(call, "id")}')/${side.navigation}`;
}
