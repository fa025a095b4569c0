/**
 * Activated directory roles and their templates.
 * https://learn.microsoft.com/graph/api/resources/directoryrole
 */
import { find } from "../directory";
import { badRequest, notFound } from "../graphErrors";
import { permissions } from "../permissions";
import type { Call, Route } from "../route";
import { forgetAssignment, rememberAssignment } from "../roles";
import { referenceRoutes } from "./referenceRoutes";
import { jsonText, type JsonObject } from "../json";
import { entityRoutes } from "./entityRoutes";

const common = { read: permissions.readRoles, write: permissions.writeRoles };

export const directoryRoleRoutes: readonly Route[] = [
  ...entityRoutes({ ...common, entitySet: "directoryRoleTemplates" }),
  ...entityRoutes({ ...common, entitySet: "directoryRoles", create: activate }),
  ...referenceRoutes("directoryRoles", "members", common, {
    added: (call, role, target) => rememberAssignment(call.tenant, role, target.object.id),
    removed: (call, role, principalId) => forgetAssignment(call.tenant, role, principalId),
  }),
];

function activate({ tenant }: Call, values: JsonObject): JsonObject {
  const roleTemplateId = jsonText(values["roleTemplateId"]).toLowerCase();
  const template = find(tenant, "directoryRoleTemplates", roleTemplateId);
  if (template === undefined) throw notFound(roleTemplateId);
  if (find(tenant, "directoryRoles", `(roleTemplateId='${roleTemplateId}')`) !== undefined) {
    throw badRequest(
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
  }
  const { description = null, displayName = null } = template;
  return { description, displayName, roleTemplateId };
}
