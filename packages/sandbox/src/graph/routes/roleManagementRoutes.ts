/**
 * Directory roles as role-based access control: definitions and assignments.
 * https://learn.microsoft.com/graph/api/resources/unifiedroleassignment
 */
import { randomUUID } from "node:crypto";
import type { StoredObject } from "../../cloud/model";
import { find, findDirectoryObject } from "../directory";
import { badRequest, missingValue, notFound } from "../graphErrors";
import { roleAssignmentId } from "../identifiers";
import { permissions } from "../permissions";
import type { Call, Route } from "../route";
import { findAssignment, forgetMember, rememberMember } from "../roles";
import { jsonText, type JsonObject } from "../json";
import { entityRoutes } from "./entityRoutes";

const common = { read: permissions.readRoles, write: permissions.writeRoles };

export const roleManagementRoutes: readonly Route[] = [
  ...entityRoutes({
    ...common,
    entitySet: "roleAssignments",
    create: assign,
    remove: ({ tenant }, assignment) => forgetMember(tenant, assignment),
  }),
  ...entityRoutes({
    ...common,
    entitySet: "roleDefinitions",
    licence: "customRoles",
    create: (_call, values) => {
      const id = randomUUID();
      return { version: null, templateId: id, ...values, id, isBuiltIn: false };
    },
    change: (_call, values, role) => {
      refuseBuiltIn(role);
      return values;
    },
    remove: ({ tenant }, role) => {
      refuseBuiltIn(role);
      const used = [...tenant.objects("roleAssignments").values()].some((each) => each["roleDefinitionId"] === role.id);
      if (used) throw badRequest("The role definition has role assignments, which must be deleted first.");
    },
  }),
];

/** "You can't delete built-in roles"; the texts of both refusals are the sandbox's own. */
function refuseBuiltIn({ isBuiltIn }: StoredObject): void {
  if (isBuiltIn !== false) throw badRequest("A built-in role can be neither changed nor deleted.");
}

export function assign({ tenant }: Call, values: JsonObject): JsonObject & { id: string } {
  const principalId = jsonText(values["principalId"]).toLowerCase();
  const roleDefinitionId = jsonText(values["roleDefinitionId"]).toLowerCase();
  const scope = values["directoryScopeId"] ?? values["appScopeId"];
  if (typeof scope !== "string") throw missingValue("directoryScopeId", "UnifiedRoleAssignment");
  if (find(tenant, "roleDefinitions", roleDefinitionId) === undefined) throw notFound(roleDefinitionId);
  checkRoleHolder({ tenant }, principalId);
  const scopedTo = jsonText(values["directoryScopeId"]).split("/").at(-1) ?? "";
  if (scopedTo !== "" && findDirectoryObject(tenant, scopedTo) === undefined) throw notFound(scopedTo);
  if (findAssignment(tenant, roleDefinitionId, principalId, scope) !== undefined) {
    throw badRequest(
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
  }
  const assignment = {
    ...values,
    id: roleAssignmentId(roleDefinitionId, principalId, scope),
    principalId,
    roleDefinitionId,
  };
  rememberMember(tenant, assignment);
  return assignment;
}

/** @throws EmulatedGraphError for a principal that the tenant does not have, or a group that may have no role */
export function checkRoleHolder(call: Pick<Call, "tenant">, principalId: string): void {
  const found = findDirectoryObject(call.tenant, principalId);
  if (found === undefined) throw notFound(principalId);
  if (found.entitySet === "groups" && found.object["isAssignableToRole"] !== true) {
    throw badRequest("A role can be assigned to a group only if the group was created with isAssignableToRole.");
  }
}
