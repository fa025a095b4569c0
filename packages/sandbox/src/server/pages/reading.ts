/** Reading of a tenant's objects for the pages. */
import { recordsOf } from "@defender-mssp/errors/json";
import type { Json, StoredObject } from "../../cloud/model";
import type { TenantRecord } from "../../cloud/store";
import { objectName } from "../names";

/** The objects of a collection, by name. */
export function objectsOf(tenant: TenantRecord, collection: string): StoredObject[] {
  const objects = [...tenant.objects(collection).values()];
  return objects.sort((left, right) => (objectName(left) < objectName(right) ? -1 : 1));
}

export function text(value: Json | undefined): string {
  if (typeof value === "string") return value;
  return typeof value === "boolean" || typeof value === "number" ? String(value) : "";
}

export { textsOf as texts } from "@defender-mssp/errors/json";
export const objectsIn = recordsOf as (value: Json | undefined) => Record<string, Json>[];

/** The name of a directory object, else its ID. */
export function principalName(tenant: TenantRecord, id: string): string {
  for (const collection of ["users", "groups", "servicePrincipals", "applications"]) {
    const object = tenant.objects(collection).get(id);
    if (object !== undefined) return objectName(object) || id;
  }
  return id;
}

/** The value of an app role of an API, such as `User.Read.All`. */
export function appRoleName(tenant: TenantRecord, resourceId: string, appRoleId: string): string {
  const roles = objectsIn(tenant.objects("servicePrincipals").get(resourceId)?.["appRoles"]);
  return text(roles.find(({ id }) => id === appRoleId)?.["value"]) || "default access";
}

/** The name of a directory role, by the ID of its definition or template. */
export function directoryRoleName(tenant: TenantRecord, id: string): string {
  return objectName(tenant.objects("directoryRoleTemplates").get(id)) || id;
}

export function linked(tenant: TenantRecord, name: string, from: string): readonly string[] {
  return tenant.links(name).get(from) ?? [];
}

/** The IDs of the groups that an access package gives. */
export function groupsOfPackage(tenant: TenantRecord, packageId: string): string[] {
  const roleScopes = linked(tenant, "accessPackages.accessPackageResourceRoleScopes", packageId);
  return roleScopes
    .flatMap((id) => linked(tenant, "accessPackageResourceRoleScopes.accessPackageResourceScopes", id))
    .map((id) => text(tenant.objects("accessPackageResourceScopes").get(id)?.["originId"]));
}
