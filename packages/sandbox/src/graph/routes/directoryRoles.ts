/**
 * Activated directory roles and their templates.
 * https://learn.microsoft.com/graph/api/resources/directoryrole
 */
import { randomUUID } from "node:crypto";
import { createdEntity } from "../answers";
import { find, get } from "../directory";
import { badRequest, notFound } from "../errors";
import { complete } from "../objects";
import { permissions } from "../permissions";
import { callBody, bothVersions, parameter, type RouteAnswer, type Call, type Route } from "../route";
import { forgetAssignment, rememberAssignment } from "../roles";
import { checkCreate } from "../validate";
import { referenceRoutes } from "./references";
import { jsonText } from "../json";
import { readingRoutes } from "./reading";

const versions = bothVersions;

export const directoryRoleRoutes: readonly Route[] = [
  ...readingRoutes("directoryRoleTemplates", permissions.readRoles, (call) =>
    get(call.tenant, "directoryRoleTemplates", parameter(call, "id")),
  ),
  ...readingRoutes("directoryRoles", permissions.readRoles, (call) =>
    get(call.tenant, "directoryRoles", parameter(call, "id")),
  ),
  { method: "POST", path: "/directoryRoles", versions, permissions: permissions.writeRoles, handle: activate },
  ...referenceRoutes(
    "directoryRoles",
    "members",
    { read: permissions.readRoles, write: permissions.writeRoles },
    {
      added: (call, role, target) => rememberAssignment(call.tenant, role, target.object.id),
      removed: (call, role, principalId) => forgetAssignment(call.tenant, role, principalId),
    },
  ),
];

function activate(call: Call): RouteAnswer {
  const { values } = checkCreate("directoryRoles", callBody(call), call.version);
  const roleTemplateId = jsonText(values["roleTemplateId"]).toLowerCase();
  const template = find(call.tenant, "directoryRoleTemplates", roleTemplateId);
  if (template === undefined) throw notFound(roleTemplateId);
  if (find(call.tenant, "directoryRoles", `(roleTemplateId='${roleTemplateId}')`) !== undefined) {
    throw badRequest(
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
  }
  const role = complete("directoryRoles", {
    id: randomUUID(),
    description: template["description"] ?? null,
    displayName: template["displayName"] ?? null,
    roleTemplateId,
  });
  call.tenant.objects("directoryRoles").set(role.id, role);
  call.cloud.changed();
  return createdEntity(call, "directoryRoles", role);
}
