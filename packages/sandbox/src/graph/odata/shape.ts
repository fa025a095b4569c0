/** A stored object in the service's form: properties, their order, and `$select`. */
import type { Json, StoredObject } from "../../cloud/model";
import {
  complexTypes,
  complexTypeOf,
  entitySets,
  typeAnnotation,
  type EntitySetName,
  type GraphVersion,
  type EntityProperty,
} from "../entities";
import { isIn } from "../entities/property";
import { unreadableRequest, type EmulatedGraphError } from "../graphErrors";
import { jsonText, objectsIn, type JsonObject } from "../json";
import { unknownName } from "../unserved";

/**
 * One object, for a version and a selection (canonical names, or `undefined` for the default
 * properties).
 */
export function shape(
  entitySet: EntitySetName,
  object: StoredObject,
  version: GraphVersion,
  select?: readonly string[],
): JsonObject {
  const answer: JsonObject = {};
  for (const [name, property] of answerOrder(entitySet, object)) {
    if (!isIn(property, version) || property.writeOnly) continue;
    if (select === undefined ? property.selectedIn.includes(version) : !select.includes(name)) continue;
    const value =
      property.small === undefined || version === "beta"
        ? present(property, stored(object, name, property))
        : jsonText(stored(object, property.small, property)).replace(/^./, (letter) => letter.toLowerCase());
    answer[name] = select === undefined ? withoutKeys(property, value) : value;
  }
  return answer;
}

/**
 * The canonical names of selected properties; case-insensitive. Throws the service's 400 for an
 * unknown one.
 */
export function canonicalSelect(
  select: readonly string[] | undefined,
  entitySet: EntitySetName,
  version: GraphVersion,
): readonly string[] | undefined {
  if (select === undefined || select.includes("*")) return undefined;
  const { properties } = entitySets[entitySet];
  return select.map((wanted) => {
    const entry = Object.entries(properties).find(
      ([name, property]) => name.toLowerCase() === wanted.toLowerCase() && isIn(property, version),
    );
    if (entry === undefined) throw unknownProperty(entitySet, wanted, version);
    return entry[0];
  });
}

/** The refusal of a name in `$select` or `$expand`. */
export function unknownProperty(entitySet: EntitySetName, name: string, version: GraphVersion): EmulatedGraphError {
  const type = `microsoft.graph.${entitySets[entitySet].type}`;
  const text = `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type '${type}'.`;
  return unknownName(type, name, version, unreadableRequest(text));
}

/** A value of a complex type with all properties, in the service's order. */
export function present(property: EntityProperty, value: Json): Json {
  if (typeof property.type !== "object" || value === null) return value;
  if (property.collection) {
    return Array.isArray(value) ? value.map((item) => present({ ...property, collection: false }, item)) : [];
  }
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const declared = property.type.complex;
  const type = complexTypeOf(declared, value) ?? declared;
  const properties = complexTypes[type];
  if (properties === undefined) return value;
  const inner = Object.entries(properties).map(([name, part]) => [name, present(part, stored(value, name, part))]);
  return { ...typeAnnotation(declared, type), ...(Object.fromEntries(inner) as JsonObject) };
}

/** The public key of a certificate is only returned if `$select` names `keyCredentials`. */
function withoutKeys(property: EntityProperty, value: Json): Json {
  const isKeys = typeof property.type === "object" && property.type.complex === "keyCredential";
  return isKeys ? objectsIn(value).map((credential) => ({ ...credential, key: null })) : value;
}

/** Beta's other names, read from v1.0's property. */
const keptAs: Readonly<Record<string, string>> = {
  publishedPermissionScopes: "oauth2PermissionScopes",
  creationTimestamp: "createdDateTime",
};

function stored(object: Readonly<Record<string, Json>>, name: string, property: EntityProperty): Json {
  const value = object[keptAs[name] ?? name];
  return value === undefined ? structuredClone(property.default ?? null) : value;
}

/** The table's order, with nulls of complex types at their place in the table. */
function answerOrder(entitySet: EntitySetName, object: StoredObject): [string, EntityProperty][] {
  const order: [string, EntityProperty][] = [];
  const entries = Object.entries(entitySets[entitySet].properties);
  const isMoved = ([name, property]: [string, EntityProperty]): boolean =>
    property.nullBefore !== undefined && stored(object, name, property) === null;
  const moved = entries.filter(isMoved);
  for (const entry of entries) {
    order.push(...moved.filter(([, property]) => property.nullBefore === entry[0]));
    if (!moved.includes(entry)) order.push(entry);
  }
  return order;
}
