/**
 * Administrative units, and roles over one: role assignments in its scope.
 * https://learn.microsoft.com/graph/api/resources/administrativeunit
 */
import type { StoredObject, Tenant } from "../../cloud/model";
import { createdEntity } from "../answers";
import { find, findDirectoryObject, get, remove } from "../directory";
import { innerOf, jsonText } from "../json";
import { complete } from "../objects";
import { permissions } from "../permissions";
import { callBody, parameter, route, type Call, type Route, type RouteAnswer } from "../route";
import { checkCreate } from "../validate";
import { asSent, entityRoutes } from "./entityRoutes";
import { referenceRoutes } from "./referenceRoutes";
import { assign } from "./roleManagementRoutes";

const units = "administrativeUnits";
const scoped = "scopedRoleMemberships";
const scopedPath = "directory/administrativeUnits/{unit}/scopedRoleMembers";
const common = { read: permissions.readAdministrativeUnits, write: permissions.writeAdministrativeUnits };

export const administrativeUnitRoutes: readonly Route[] = [
  ...entityRoutes({
    ...common,
    entitySet: units,
    create: asSent,
    change: asSent,
    remove: ({ cloud, tenant }, unit) => {
      for (const { id } of assignments(tenant, unit)) tenant.objects("roleAssignments").delete(id);
      remove(cloud, tenant, units, unit);
    },
  }),
  ...referenceRoutes(units, "members", common),
  ...entityRoutes({
    read: permissions.readRoles,
    write: permissions.writeRoles,
    entitySet: scoped,
    path: scopedPath,
    context: scoped,
    objects: (call) => assignments(call.tenant, unitOf(call)).map((assignment) => membership(call, assignment)),
    remove: ({ tenant }, { id }) => void tenant.objects("roleAssignments").delete(id),
  }),
  route("POST", `/${scopedPath}`, permissions.writeRoles, addScopedMember),
];

function unitOf(call: Call): StoredObject {
  return get(call.tenant, units, parameter(call, "unit"));
}

function assignments(tenant: Tenant, { id }: StoredObject): StoredObject[] {
  return [...tenant.objects("roleAssignments").values()].filter(
    ({ directoryScopeId }) => directoryScopeId === `/administrativeUnits/${id}`,
  );
}

/** A custom role has no directory role; its own ID stands for it. */
function membership({ tenant }: Call, { id, roleDefinitionId, principalId, directoryScopeId }: StoredObject) {
  const role = find(tenant, "directoryRoles", `(roleTemplateId='${jsonText(roleDefinitionId)}')`);
  const displayName = findDirectoryObject(tenant, jsonText(principalId))?.object["displayName"] ?? null;
  return complete(scoped, {
    id,
    roleId: role?.id ?? jsonText(roleDefinitionId),
    administrativeUnitId: jsonText(directoryScopeId).split("/").at(-1) ?? "",
    roleMemberInfo: { id: jsonText(principalId), displayName },
  });
}

function addScopedMember(call: Call): RouteAnswer {
  const directoryScopeId = `/administrativeUnits/${unitOf(call).id}`;
  const { values } = checkCreate(scoped, callBody(call), call.version);
  const role = get(call.tenant, "directoryRoles", jsonText(values["roleId"]));
  const principalId = innerOf(values["roleMemberInfo"], "id") ?? null;
  const roleDefinitionId = role["roleTemplateId"] ?? null;
  const assignment = complete("roleAssignments", assign(call, { principalId, roleDefinitionId, directoryScopeId }));
  call.tenant.objects("roleAssignments").set(assignment.id, assignment);
  call.cloud.changed();
  return createdEntity(call, scoped, membership(call, assignment), scoped);
}
