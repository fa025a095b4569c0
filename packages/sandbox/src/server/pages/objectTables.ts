/**
 * The tables of a tenant's objects. Each names the properties that it shows, so that no property
 * with a secret can get into one.
 */
import { badge, code, table, type Block, type Cell, type Column } from "@defender-mssp/pages";
import { roleAssignmentsOf } from "../../azure/access";
import { azureResources } from "../../azure/subscriptions";
import type { Json, StoredObject } from "../../cloud/model";
import type { TenantRecord } from "../../cloud/store";
import { objectName } from "../names";
import {
  appRoleName,
  directoryRoleName,
  groupsOfPackage,
  linked,
  objectsIn,
  objectsOf,
  principalName,
  text,
  texts,
} from "./reading";

type Row = readonly Cell[];

function tableOf(caption: string, titles: readonly (string | Column)[], rows: readonly Row[]): Block {
  const columns = titles.map((title) => (typeof title === "string" ? { title } : title));
  return table({ caption, columns, rows: rows.map((cells) => ({ cells })) });
}

/** Rows that the picture links to. */
function tableOfObjects(
  caption: string,
  titles: readonly (string | Column)[],
  objects: readonly StoredObject[],
  cellsOf: (object: StoredObject) => Row,
): Block {
  const columns = titles.map((title) => (typeof title === "string" ? { title } : title));
  return table({ caption, columns, rows: objects.map((object) => ({ id: object.id, cells: cellsOf(object) })) });
}

const choice = (title: string): Column => ({ title, choices: true });
/** For texts without spaces, such as IDs. */
const long = (title: string): Column => ({ title, kind: "long" });

export function userTable(tenant: TenantRecord): Block {
  const titles = [
    "Name",
    choice("Type"),
    long("User principal name"),
    choice("Invitation"),
    choice("Enabled"),
    long("Object ID"),
  ];
  return tableOfObjects("Members and guests", titles, objectsOf(tenant, "users"), (user) => [
    objectName(user),
    text(user["userType"]),
    text(user["userPrincipalName"]),
    text(user["externalUserState"]),
    text(user["accountEnabled"]),
    code(user.id),
  ]);
}

export function groupTable(tenant: TenantRecord): Block {
  const titles = ["Name", long("Members"), long("Owners"), choice("Role-assignable"), long("Object ID")];
  return tableOfObjects("Groups with their members", titles, objectsOf(tenant, "groups"), (group) => [
    objectName(group),
    namesOf(tenant, linked(tenant, "groups.members", group.id)),
    namesOf(tenant, linked(tenant, "groups.owners", group.id)),
    text(group["isAssignableToRole"]) || "false",
    code(group.id),
  ]);
}

export function applicationTable(tenant: TenantRecord): Block {
  const titles = ["Name", "Client secrets", "Certificates", choice("Audience"), long("Application ID")];
  return tableOf(
    "Registered applications",
    titles,
    objectsOf(tenant, "applications").map((application) => [
      objectName(application),
      credentials(application["passwordCredentials"]),
      credentials(application["keyCredentials"]),
      text(application["signInAudience"]),
      code(text(application["appId"])),
    ]),
  );
}

export function servicePrincipalTable(tenant: TenantRecord): Block {
  const titles = ["Name", choice("Enabled"), "App roles", long("Application ID"), long("Object ID")];
  return tableOfObjects("Service principals", titles, objectsOf(tenant, "servicePrincipals"), (principal) => [
    objectName(principal),
    text(principal["accountEnabled"]),
    String(objectsIn(principal["appRoles"]).length),
    code(text(principal["appId"])),
    code(principal.id),
  ]);
}

export function appRoleTable(tenant: TenantRecord): Block {
  const assignments = [...tenant.objects("appRoleAssignments").values()];
  return tableOf(
    "App roles that are assigned",
    [choice("Application"), choice("API"), long("App role")],
    assignments.map(({ principalId, resourceId, appRoleId }) => [
      principalName(tenant, text(principalId)),
      principalName(tenant, text(resourceId)),
      appRoleName(tenant, text(resourceId), text(appRoleId)),
    ]),
  );
}

export function grantTable(tenant: TenantRecord): Block {
  const grants = [...tenant.objects("oauth2PermissionGrants").values()];
  return tableOf(
    "Delegated permissions that are consented to",
    [choice("Application"), choice("API"), long("Permissions"), choice("For")],
    grants.map(({ clientId, resourceId, scope, consentType, principalId }) => [
      principalName(tenant, text(clientId)),
      principalName(tenant, text(resourceId)),
      text(scope),
      consentType === "AllPrincipals" ? "everybody" : principalName(tenant, text(principalId)),
    ]),
  );
}

export function directoryRoleTable(tenant: TenantRecord): Block {
  const assignments = [...tenant.objects("roleAssignments").values()];
  return tableOf(
    "Assignments of directory roles",
    ["Who", choice("Role"), long("Scope")],
    assignments.map(({ principalId, roleDefinitionId, directoryScopeId }) => [
      principalName(tenant, text(principalId)),
      directoryRoleName(tenant, text(roleDefinitionId)),
      code(text(directoryScopeId)),
    ]),
  );
}

export function defenderRoleTable(tenant: TenantRecord): Block {
  const assignments = [...tenant.objects("defenderRoleAssignments").values()];
  return tableOf(
    "Roles of Defender's unified RBAC",
    ["Role", long("Assigned to"), long("Permissions")],
    objectsOf(tenant, "defenderRoleDefinitions").map((role) => {
      const given = assignments.filter(({ roleDefinitionId }) => roleDefinitionId === role.id);
      const actions = objectsIn(role["rolePermissions"]).flatMap(({ allowedResourceActions }) =>
        texts(allowedResourceActions),
      );
      return [
        objectName(role),
        namesOf(
          tenant,
          given.flatMap(({ principalIds }) => texts(principalIds)),
        ),
        actions.join(", "),
      ];
    }),
  );
}

export function siemTable(tenant: TenantRecord): Block {
  return tableOf(
    "Applications that are authorized for the legacy alert API (the sandbox's own)",
    [long("Application ID"), long("MSSP's tenant"), choice("State")],
    [...tenant.objects("siemAuthorizations").values()].map(({ applicationId, msspTenantId, status }) => [
      code(text(applicationId)),
      code(text(msspTenantId)),
      badge("passed", text(status)),
    ]),
  );
}

export function ruleTable(tenant: TenantRecord): Block {
  return tableOf(
    "E-mail notification rules (the sandbox's own)",
    ["Rule", "Severities", long("Recipients")],
    [...tenant.objects("notificationRules").values()].map(({ name, severities, recipients }) => [
      text(name),
      texts(severities).join(", "),
      texts(recipients).join(", "),
    ]),
  );
}

export function packageTable(tenant: TenantRecord): Block {
  const assignments = [...tenant.objects("accessPackageAssignments").values()];
  return tableOf(
    "Access packages",
    ["Package", choice("Catalog"), "Gives membership of", "Held by"],
    objectsOf(tenant, "accessPackages").map((one) => {
      const holders = assignments.filter(({ accessPackageId }) => accessPackageId === one.id);
      return [
        objectName(one),
        objectName(tenant.objects("accessPackageCatalogs").get(text(one["catalogId"]))),
        namesOf(tenant, groupsOfPackage(tenant, one.id)),
        holders
          .map(
            ({ targetId }) => objectName(tenant.objects("accessPackageSubjects").get(text(targetId))) || text(targetId),
          )
          .join(", "),
      ];
    }),
  );
}

export function resourceTable(tenant: TenantRecord): Block {
  return tableOf(
    "Resources",
    [choice("Type"), "Name", choice("Location"), long("Resource ID")],
    objectsOf(tenant, azureResources).map(({ id, name, type, location }) => [
      text(type),
      text(name),
      text(location),
      code(id),
    ]),
  );
}

export function azureRoleTable(tenant: TenantRecord): Block {
  return tableOf(
    "Assignments of Azure roles",
    ["Who", choice("Role"), long("Scope")],
    roleAssignmentsOf(tenant).map(({ principalId, role, at }) => [principalName(tenant, principalId), role, code(at)]),
  );
}

/** The sandbox's secrets, sealed or hashed, are none of these: a collection has only its number here. */
export function countTable(tenant: TenantRecord): Block {
  return tableOf(
    "Objects of each kind",
    ["Kind", { title: "Number", kind: "number" }],
    [...tenant.collections()].sort().map((name) => [name, String(tenant.objects(name).size)]),
  );
}

function namesOf(tenant: TenantRecord, ids: readonly string[]): string {
  return ids.map((id) => principalName(tenant, id)).join(", ");
}

/** How many there are, and when the last one ends. */
function credentials(value: Json | undefined): string {
  const ends = objectsIn(value).map(({ endDateTime }) => text(endDateTime));
  const last = ends.sort().at(-1);
  return last === undefined ? "" : `${ends.length}, the last until ${last.slice(0, 10)}`;
}
