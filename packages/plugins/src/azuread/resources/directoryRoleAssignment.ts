/** https://www.pulumi.com/registry/packages/azuread/api-docs/directoryroleassignment/ */
import { string, type ResourceProperties } from "../../schema/property";
import { notEmpty, resourceId, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { readFrom, required } from "../mapping";
import { type AzureadResource, objectId } from "../types";

const base = "/roleManagement/directory/roleAssignments";

const properties: ResourceProperties = {
  roleId: string("required", { graph: "roleDefinitionId", forceNew: true, check: uuid }),
  principalObjectId: string("required", { graph: "principalId", forceNew: true, check: uuid }),
  appScopeId: string("optional or computed", { graph: "appScopeId", forceNew: true, unsupported: true }),
  directoryScopeId: string("optional or computed", { graph: "directoryScopeId", forceNew: true, check: notEmpty }),
};

export const directoryRoleAssignment: AzureadResource = {
  name: "DirectoryRoleAssignment",
  terraform: "azuread_directory_role_assignment",
  properties,
  schemaVersion: 1,
  minutes: { create: 5, read: 5, delete: 5 },
  importId: resourceId(
    "RoleManagementDirectoryRoleAssignment",
    "/roleManagement/directory/roleAssignments/{unifiedRoleAssignmentId}",
  ),
  async create(plan, call, created) {
    const assignment = await call.post(base, {
      "@odata.type": odataType("roleAssignments"),
      principalId: plan.text("principalObjectId"),
      roleDefinitionId: plan.text("roleId"),
      directoryScopeId: plan.text("directoryScopeId") || "/",
    });
    const id = required(assignment.id, "role assignment ID");
    created(`${base}/${id}`);
    await call.poll(
      `role assignment for "${plan.text("principalObjectId")}" to reflect in directory role "${plan.text("roleId")}"`,
      async () => (await call.find(`${base}/${id}`)) !== undefined,
      { hits: 3, pause: 1000 },
    );
  },
  async read(id, call) {
    const assignment = await call.find(`${base}/${objectId(id)}`);
    return assignment && readFrom(properties, assignment);
  },
  delete: (id, call) => call.delete(`${base}/${objectId(id)}`),
};
