/** `$expand`: navigations inside the object, at most twenty objects each, as in the directory. */
import type { Json, StoredObject, Tenant } from "../cloud/model";
import { findDirectoryObject, linked, linkedFrom, type DirectoryEntry } from "./directory";
import { type EntitySetName, type GraphVersion, entitySets, odataType } from "./entities";
import { canonicalSelect, shape, unknownProperty } from "./odata/shape";
import type { Expansion } from "./odata/query";
import type { Call } from "./route";

const most = 20;

/** `object`: where the navigation starts; its ID is `id`. */
type Navigation = (tenant: Tenant, id: string, object: StoredObject) => readonly DirectoryEntry[];

const heldRole: Readonly<Record<string, Navigation>> = {
  principal: (tenant, _id, { principalId }) => {
    const principal = typeof principalId === "string" ? findDirectoryObject(tenant, principalId) : undefined;
    return principal === undefined ? [] : [principal];
  },
  roleDefinition: named("roleDefinitions", "roleDefinitionId"),
};

/**
 * The targets of a navigation, by its name. Shared by `$expand` and the navigations' own routes.
 */
export const navigations: Readonly<Partial<Record<EntitySetName, Readonly<Record<string, Navigation>>>>> = {
  applications: { owners: linkedObjects("applications.owners"), federatedIdentityCredentials },
  servicePrincipals: {
    owners: linkedObjects("servicePrincipals.owners"),
    memberOf: memberships,
    appRoleAssignedTo: withProperty("appRoleAssignments", "resourceId"),
    appRoleAssignments: withProperty("appRoleAssignments", "principalId"),
    oauth2PermissionGrants: withProperty("oauth2PermissionGrants", "clientId"),
  },
  groups: { owners: linkedObjects("groups.owners"), members: linkedObjects("groups.members"), memberOf: memberships },
  users: { memberOf: memberships, manager: linkedObjects("users.manager") },
  roleAssignments: heldRole,
  roleAssignmentScheduleInstances: heldRole,
  roleEligibilityScheduleInstances: heldRole,
  directoryRoles: { members: linkedObjects("directoryRoles.members") },
  administrativeUnits: { members: linkedObjects("administrativeUnits.members") },
  accessPackages: {
    catalog: named("accessPackageCatalogs", "catalogId"),
    accessPackageResourceRoleScopes: linkedIn("accessPackages", "accessPackageResourceRoleScopes"),
    resourceRoleScopes: linkedIn("accessPackages", "accessPackageResourceRoleScopes"),
  },
  accessPackageAssignments: {
    accessPackage: named("accessPackages", "accessPackageId"),
    target: linkedIn("accessPackageAssignments", "accessPackageSubjects", "target"),
  },
  assignmentPolicies: { accessPackage: named("accessPackages", "accessPackageId") },
  accessPackageResources: {
    roles: linkedIn("accessPackageResources", "accessPackageResourceRoles"),
    scopes: linkedIn("accessPackageResources", "accessPackageResourceScopes"),
  },
  accessPackageResourceRoleScopes: {
    accessPackageResourceRole: linkedIn("accessPackageResourceRoleScopes", "accessPackageResourceRoles"),
    accessPackageResourceScope: linkedIn("accessPackageResourceRoleScopes", "accessPackageResourceScopes"),
    role: linkedIn("accessPackageResourceRoleScopes", "accessPackageResourceRoles"),
    scope: linkedIn("accessPackageResourceRoleScopes", "accessPackageResourceScopes"),
  },
};

/** Navigations to one object, not to a list. */
const toOne: ReadonlySet<string> = new Set([
  "manager",
  "target",
  "catalog",
  "accessPackage",
  "principal",
  "roleDefinition",
  "accessPackageResourceRole",
  "accessPackageResourceScope",
  "role",
  "scope",
]);

/** v1.0's names of navigations that beta calls `accessPackageResource…`. */
const ofV1: ReadonlySet<string> = new Set(["resourceRoleScopes", "roles", "scopes", "role", "scope"]);

function isNamedIn(version: GraphVersion, name: string): boolean {
  return version === "beta" ? !ofV1.has(name) : !name.startsWith("accessPackageResource");
}

/** The object whose ID is in a property. */
function named(entitySet: EntitySetName, property: string): Navigation {
  return (tenant, _id, { [property]: id }) => {
    const object = typeof id === "string" ? tenant.objects(entitySet).get(id) : undefined;
    return object === undefined ? [] : [{ entitySet, object }];
  };
}

/** The expanded navigations of one object. Throws the service's 400 for an unknown navigation. */
export function expanded(
  call: Call,
  entitySet: EntitySetName,
  object: StoredObject,
  expand: readonly Expansion[] = call.query.expand,
): Record<string, Json> {
  return Object.fromEntries(
    expand.map(({ name, select, expand: further }) => {
      const navigation = Object.entries(navigations[entitySet] ?? {}).find(
        ([each]) => each.toLowerCase() === name.toLowerCase() && isNamedIn(call.version, each),
      );
      if (navigation === undefined) {
        throw unknownProperty(entitySet, name, call.version);
      }
      const found = navigation[1](call.tenant, object.id, object).slice(0, most);
      const answered = found.map((target) => inner(call, target, select, further));
      return [navigation[0], toOne.has(navigation[0]) ? (answered[0] ?? null) : answered];
    }),
  );
}

function inner(
  call: Call,
  { entitySet, object }: DirectoryEntry,
  select: readonly string[] | undefined,
  expand: readonly Expansion[],
): Json {
  const body = {
    ...shape(entitySet, object, call.version, canonicalSelect(select, entitySet, call.version)),
    ...expanded(call, entitySet, object, expand),
  };
  return entitySets[entitySet].directoryObject ? { "@odata.type": odataType(entitySet), ...body } : body;
}

/** Groups, directory roles and administrative units that an object is a direct member of. */
export function memberships(tenant: Tenant, id: string): DirectoryEntry[] {
  return (["groups", "directoryRoles", "administrativeUnits"] as const).flatMap((entitySet) =>
    linkedFrom(tenant, `${entitySet}.members`, id).flatMap((from) => {
      const object = tenant.objects(entitySet).get(from);
      return object === undefined ? [] : [{ entitySet, object }];
    }),
  );
}

function linkedObjects(link: string): (tenant: Tenant, id: string) => DirectoryEntry[] {
  return (tenant, id) => linked(tenant, link, id).flatMap((to) => findDirectoryObject(tenant, to) ?? []);
}

/** Linked objects (`<from>.<to>`) that are not directory objects. */
function linkedIn(
  from: EntitySetName,
  to: EntitySetName,
  name: string = to,
): (tenant: Tenant, id: string) => DirectoryEntry[] {
  return (tenant, id) =>
    linked(tenant, `${from}.${name}`, id).flatMap((targetId) => {
      const object = tenant.objects(to).get(targetId);
      return object === undefined ? [] : [{ entitySet: to, object }];
    });
}

function withProperty(entitySet: EntitySetName, property: string): (tenant: Tenant, id: string) => DirectoryEntry[] {
  return (tenant, id) =>
    [...tenant.objects(entitySet).values()]
      .filter((object) => object[property] === id)
      .map((object) => ({ entitySet, object }));
}

function federatedIdentityCredentials(tenant: Tenant, id: string): DirectoryEntry[] {
  return linked(tenant, "applications.federatedIdentityCredentials", id).flatMap((credentialId) => {
    const object = tenant.objects("federatedIdentityCredentials").get(credentialId);
    return object === undefined ? [] : [{ entitySet: "federatedIdentityCredentials" as const, object }];
  });
}
