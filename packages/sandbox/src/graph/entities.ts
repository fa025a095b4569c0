/**
 * The one table of Graph's entity sets, shared by the emulated Graph and the stand-in plugins: each
 * set's type, its properties (type, null or not, default, writable or not, returned by default or
 * only when selected, in the service's order), whether a delete is soft, and its links.
 *
 * Source: Microsoft's published metadata, and recorded answers, which take precedence.
 */
import { applicationSets } from "./entities/applicationSets";
import { groupSets } from "./entities/groupSets";
import { userSets } from "./entities/userSets";
import { grantSets } from "./entities/grantSets";
import { tenantSets } from "./entities/tenantSets";
import { policySets } from "./entities/policySets";
import { privilegedAccessSets } from "./entities/privilegedAccessSets";
import { conditionalAccessSets } from "./entities/conditionalAccessSets";
import { crossTenantAccessSets } from "./entities/crossTenantAccessSets";
import { entitlementSets } from "./entities/entitlementSets";
import { tenantGovernanceSets } from "./entities/tenantGovernanceSets";
import { auditSets } from "./entities/auditSets";
import { administrativeUnitSets } from "./entities/administrativeUnitSets";
import { subscriptionSets } from "./entities/subscriptionSets";
import type { EntitySet } from "./entities/entitySet";
import type { GraphVersion } from "./entities/property";

export { signInAudiences } from "./entities/applicationSets";
export { complexTypes, complexTypeOf, typeAnnotation } from "./entities/complexTypes";
export type { GraphVersion, PrimitiveType, EntityProperties, EntityProperty } from "./entities/property";

const sets = {
  ...applicationSets,
  ...groupSets,
  ...userSets,
  ...grantSets,
  ...administrativeUnitSets,
  ...tenantSets,
  ...policySets,
  ...privilegedAccessSets,
  ...conditionalAccessSets,
  ...crossTenantAccessSets,
  ...entitlementSets,
  ...tenantGovernanceSets,
  ...auditSets,
  ...subscriptionSets,
};

export type EntitySetName = keyof typeof sets;

export const entitySets: Readonly<Record<EntitySetName, EntitySet<EntitySetName>>> = sets;

/** The `@odata.type` of an entity set's objects. */
export function odataType(entitySet: EntitySetName): string {
  return `#microsoft.graph.${entitySets[entitySet].type}`;
}

export function isGraphPath(path: string): boolean {
  return /^\/(v1\.0|beta)\//.test(path);
}

export function isGraphVersion(name: string): name is GraphVersion {
  return name === "v1.0" || name === "beta";
}

export function isEntitySet(name: string): name is EntitySetName {
  return Object.hasOwn(entitySets, name);
}

/** The entity sets of directory objects, in the order of the search for an ID. */
export const directoryObjectSets = (Object.keys(entitySets) as EntitySetName[]).filter(
  (name) => entitySets[name].directoryObject,
);
