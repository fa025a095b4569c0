/** Delegated grants, app role assignments, directory roles and their assignments. */
import type { EntityProperties } from "./property";
import { boolean, complexes, computed, dateTime, each, guid, readOnly, string, strings } from "./property";
import { anyPrincipal, directorySet, plainSet } from "./entitySet";

/** https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant */
const oauth2PermissionGrant: EntityProperties = {
  clientId: string({ nullable: false, required: true, write: "create" }),
  consentType: string({ required: true, write: "create", values: ["AllPrincipals", "Principal"] }),
  expiryTime: dateTime({ only: "beta" }),
  id: string({ ...computed }),
  principalId: string({ write: "create" }),
  resourceId: string({ nullable: false, required: true, write: "create" }),
  scope: string({ default: "" }),
  startTime: dateTime({ only: "beta" }),
};

/** https://learn.microsoft.com/graph/api/resources/approleassignment */
const appRoleAssignment: EntityProperties = {
  id: string({ ...computed }),
  deletedDateTime: dateTime(readOnly),
  appRoleId: guid({ nullable: false, required: true, write: "create", default: undefined }),
  createdDateTime: dateTime({ ...computed, only: "v1.0" }),
  // Beta's name of the same time; returned from `createdDateTime`.
  creationTimestamp: dateTime({ ...computed, only: "beta" }),
  principalDisplayName: string(readOnly),
  principalId: guid({ required: true, write: "create" }),
  ...each(string(readOnly), "principalType", "resourceDisplayName"),
  resourceId: guid({ required: true, write: "create" }),
};

/** https://learn.microsoft.com/graph/api/resources/directoryrole */
const directoryRole: EntityProperties = {
  id: string({ ...computed }),
  deletedDateTime: dateTime(readOnly),
  ...each(string(readOnly), "description", "displayName"),
  roleTemplateId: string({ nullable: false, required: true, write: "create", default: undefined }),
};

/** https://learn.microsoft.com/graph/api/resources/directoryroletemplate */
const directoryRoleTemplate: EntityProperties = {
  id: string({ ...computed }),
  deletedDateTime: dateTime(readOnly),
  ...each(string(readOnly), "description", "displayName"),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroleassignment */
const unifiedRoleAssignment: EntityProperties = {
  id: string({ ...computed }),
  principalId: string({ nullable: false, required: true, write: "create" }),
  directoryScopeId: string({ write: "create" }),
  appScopeId: string({ write: "create", selectedIn: ["v1.0"] }),
  roleDefinitionId: string({ nullable: false, required: true, write: "create" }),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroledefinition */
const unifiedRoleDefinition: EntityProperties = {
  id: string({ ...computed }),
  ...each(string(), "description", "displayName"),
  isBuiltIn: boolean({ ...readOnly, default: true }),
  isEnabled: boolean({ default: true }),
  resourceScopes: strings({ default: ["/"] }),
  templateId: string(),
  version: string({ default: "1" }),
  rolePermissions: complexes("unifiedRolePermission"),
};

/** `isBuiltIn`, which is the service's to say, is false for a new one: `routes/roleManagement.ts`. */
const directoryRoleDefinition: EntityProperties = {
  ...unifiedRoleDefinition,
  displayName: string({ required: true }),
  isEnabled: boolean({ default: true, required: true }),
  rolePermissions: complexes("unifiedRolePermission", { required: true }),
};

/**
 * A Defender role.
 * https://learn.microsoft.com/graph/api/resources/unifiedroledefinition?view=graph-rest-beta
 */
const defenderRoleDefinition: EntityProperties = {
  ...unifiedRoleDefinition,
  displayName: string({ required: true }),
  isBuiltIn: boolean({ ...readOnly, default: false }),
};

/**
 * https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentmultiple?view=graph-rest-beta
 */
const unifiedRoleAssignmentMultiple: EntityProperties = {
  id: string({ ...computed }),
  displayName: string({ required: true }),
  description: string(),
  roleDefinitionId: string({ nullable: false, required: true, write: "create" }),
  principalIds: strings({ unordered: true }),
  directoryScopeIds: strings(),
  appScopeIds: strings({ unordered: true }),
};

export const grantSets = {
  oauth2PermissionGrants: plainSet("oAuth2PermissionGrant", oauth2PermissionGrant),
  appRoleAssignments: plainSet("appRoleAssignment", appRoleAssignment),
  directoryRoles: directorySet("directoryRole", directoryRole, {
    links: { members: anyPrincipal },
    alternateKey: "roleTemplateId",
    directoryService: "Microsoft.DirectoryServices.DirectoryRole",
  }),
  directoryRoleTemplates: directorySet("directoryRoleTemplate", directoryRoleTemplate),
  roleAssignments: plainSet("unifiedRoleAssignment", unifiedRoleAssignment, "roleManagement/directory/roleAssignments"),
  roleDefinitions: plainSet(
    "unifiedRoleDefinition",
    directoryRoleDefinition,
    "roleManagement/directory/roleDefinitions",
  ),
  defenderRoleAssignments: plainSet(
    "unifiedRoleAssignmentMultiple",
    unifiedRoleAssignmentMultiple,
    "roleManagement/defender/roleAssignments",
  ),
  defenderRoleDefinitions: plainSet(
    "unifiedRoleDefinition",
    defenderRoleDefinition,
    "roleManagement/defender/roleDefinitions",
  ),
};
