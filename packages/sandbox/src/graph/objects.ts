/** Stored objects: all properties that the service returns, in the table's order. */
import type { Json, StoredObject } from "../cloud/model";
import { complexTypes, entitySets, type EntitySetName, type EntityProperty } from "./entities";
import { present } from "./odata/shape";
import { type JsonObject, isObject } from "./json";
import { merged } from "./validate";

/** Beta's names of v1.0's properties. */
const aliases: ReadonlySet<string> = new Set(["publishedPermissionScopes", "creationTimestamp"]);

/** An object with these values and the table's defaults for the rest. */
export function complete(entitySet: EntitySetName, values: JsonObject & { id: string }): StoredObject {
  const object: StoredObject = { id: values.id };
  for (const [name, property] of Object.entries(entitySets[entitySet].properties)) {
    if (property.writeOnly || aliases.has(name)) continue;
    object[name] = present(property, withDefault(property, values[name]));
  }
  return object;
}

/** Updates a stored object: complex values are merged, others replaced. */
export function update(entitySet: EntitySetName, object: StoredObject, values: JsonObject): void {
  for (const [name, value] of Object.entries(values)) {
    const property = entitySets[entitySet].properties[name];
    if (property === undefined || property.writeOnly) continue;
    object[name] = present(property, value === null ? withDefault(property, null) : merged(object[name], value));
  }
}

/**
 * Values as they are returned later. The service returns some collections in another order than
 * sent; here the order is always reversed, so that a client that relies on it fails.
 */
export function asReadBack(entitySet: EntitySetName, values: JsonObject): JsonObject {
  const { properties } = entitySets[entitySet];
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, reordered(properties[name], value)]));
}

function reordered(property: EntityProperty | undefined, value: Json): Json {
  if (property === undefined) return value;
  if (property.collection) return property.unordered && Array.isArray(value) ? [...value].reverse() : value;
  if (typeof property.type !== "object" || !isObject(value)) return value;
  const properties = complexTypes[property.type.complex] ?? {};
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, reordered(properties[name], inner)]));
}

function withDefault(property: EntityProperty, value: Json | undefined): Json {
  const standard = structuredClone(property.default ?? null);
  // Complex values and collections always exist: null empties them.
  if (value === undefined || (value === null && (property.collection || isObject(standard)))) return standard;
  return isObject(standard) ? merged(standard, value) : value;
}
