/**
 * Checks a request's body against the table, as two layers of the service do: the OData layer
 * refuses wrong types (`BadRequest`), the directory refuses values (`Request_BadRequest`).
 */
import { isUuid } from "@defender-mssp/microsoft";
import type { Json } from "../cloud/model";
import {
  complexTypes,
  complexTypeOf,
  entitySets,
  typeAnnotation,
  type EntitySetName,
  type GraphVersion,
  type EntityProperties,
  type EntityProperty,
} from "./entities";
import { complex, isIn } from "./entities/property";
import { badRequest, invalidValue, missingValue, unreadableRequest } from "./graphErrors";
import { asMoment } from "./identifiers";
import { isObject, jsonText, type JsonObject } from "./json";
import { unknownName } from "./unserved";

/** The content of a body: values of properties, and references to bind (`owners@odata.bind`). */
export interface CheckedBody {
  values: JsonObject;
  bindings: ReadonlyMap<string, readonly string[]>;
}

const longestString = 1024;
const longestDisplayName = 256;

/** The body of a create. Throws the service's error for a wrong or missing value. */
export function checkCreate(entitySet: EntitySetName, body: JsonObject, version: GraphVersion): CheckedBody {
  const checked = check(entitySet, body, version, "create");
  for (const [name, property] of Object.entries(entitySets[entitySet].properties)) {
    const value = checked.values[name];
    if (property.required && isIn(property, version) && (value === undefined || value === null)) {
      throw missingValue(name, resourceName(entitySet));
    }
  }
  return checked;
}

/** Properties of an object that is not made by a request: each is checked, none is required. */
export function checkProperties(entitySet: EntitySetName, properties: JsonObject): JsonObject {
  return check(entitySet, properties, "v1.0", "create").values;
}

/**
 * The body of an update: only named properties change. With `present`, read-only properties may
 * have their current value: clients send the whole object.
 */
export function checkUpdate(
  entitySet: EntitySetName,
  body: JsonObject,
  version: GraphVersion,
  present: Readonly<JsonObject> = {},
): CheckedBody {
  const { properties } = entitySets[entitySet];
  const changes = Object.entries(body).filter(
    ([name, value]) => properties[name]?.write !== "create" || value !== present[name],
  );
  return check(entitySet, Object.fromEntries(changes), version, "update");
}

/** A value of a complex type in an action's parameters. */
export function checkComplex(typeName: string, value: Json, what: string): JsonObject {
  const property = complex(typeName, { nullable: false, default: undefined });
  const checked = checkValue(what, property, value);
  return checked as JsonObject;
}

/** The resource's name in the directory's messages, such as `Application`. */
export function resourceName(entitySet: EntitySetName): string {
  const { type } = entitySets[entitySet];
  return type.charAt(0).toUpperCase() + type.slice(1);
}

/** An existing value with an update: complex values are merged, others replaced. */
export function merged(before: Json | undefined, update: Json): Json {
  if (!isObject(before) || !isObject(update)) return update;
  const result: JsonObject = { ...before };
  for (const [name, value] of Object.entries(update)) result[name] = merged(before[name], value);
  return result;
}

function check(
  entitySet: EntitySetName,
  body: JsonObject,
  version: GraphVersion,
  mode: "create" | "update",
): CheckedBody {
  const { properties, links } = entitySets[entitySet];
  const values: JsonObject = {};
  const bindings = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(body)) {
    const link = name.endsWith("@odata.bind") ? name.slice(0, -"@odata.bind".length) : undefined;
    if (link !== undefined) {
      if (!Object.hasOwn(links, link)) throw badRequest(`Invalid property '${link}'.`);
      bindings.set(link, references(link, value));
      continue;
    }
    // A body may contain the object's type and ID; the service ignores them.
    if (name.includes("@odata.") || name === "id") continue;
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined || !isIn(property, version)) {
      const type = `microsoft.graph.${entitySets[entitySet].type}`;
      throw unknownName(type, name, version, badRequest(`Invalid property '${name}'.`));
    }
    if (property.write === "never" || (property.write === "create" && mode === "update")) {
      throw badRequest(`Property '${name}' is read-only and cannot be set.`, [{ target: name, code: "ReadOnly" }]);
    }
    const small = version === "v1.0" ? property.small : undefined;
    const sent = small === undefined ? value : jsonText(value).replace(/^./, (letter) => letter.toUpperCase());
    values[small ?? name] = checkDirectoryValue(name, property, checkValue(name, property, sent), entitySet);
  }
  return { values, bindings };
}

function references(link: string, value: Json): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== "string") throw unreadableRequest(`The value of '${link}@odata.bind' must be a reference.`);
    return item;
  });
}

/** The directory's check of a value of the right type. */
function checkDirectoryValue(name: string, property: EntityProperty, value: Json, entitySet: EntitySetName): Json {
  const resource = resourceName(entitySet);
  if (value === null && !property.nullable) throw invalidValue(name, resource);
  if (property.type !== "Edm.String" || property.collection || value === null) return value;
  const longest = name === "displayName" ? longestDisplayName : longestString;
  if (typeof value !== "string" || value.length > longest) throw invalidValue(name, resource);
  if (value === "" && !property.emptyText) throw invalidValue(name, resource);
  return checkMember(property, value) ?? refuse(invalidValue(name, resource));
}

/** The value of the set that was sent; the value itself where there is no set. */
function checkMember({ values, anyCase = false }: EntityProperty, value: string): string | undefined {
  if (values === undefined) return value;
  return values.find((member) => member === value || (anyCase && member.toLowerCase() === value.toLowerCase()));
}

function refuse(error: Error): never {
  throw error;
}

/** The OData layer's check: the right JSON for the type. Returns the value in the stored form. */
function checkValue(name: string, property: EntityProperty, value: Json): Json {
  if (property.collection) {
    if (!Array.isArray(value)) throw unexpectedNode(value, "StartArray");
    return value.map((item) => checkValue(name, { ...property, collection: false, nullable: false }, item));
  }
  if (value === null) return null;
  if (typeof property.type === "object") return checkComplexValue(property.type.complex, value);
  return checkPrimitive(property, value);
}

function checkComplexValue(declared: string, value: Json): JsonObject {
  if (!isObject(value)) throw unexpectedNode(value, "StartObject");
  const typeName = complexTypeOf(declared, value);
  if (typeName === undefined) {
    throw unreadableRequest(
      `A type named '${jsonText(value["@odata.type"])}' could not be resolved by the model, or is not one of 'microsoft.graph.${declared}'.`,
    );
  }
  const properties: EntityProperties = complexTypes[typeName] ?? {};
  for (const name of Object.keys(value)) {
    if (name.includes("@odata.") || Object.hasOwn(properties, name)) continue;
    throw unreadableRequest(
      `The property '${name}' does not exist on type 'microsoft.graph.${typeName}'. Make sure to only use property ` +
        "names that are defined by the type or mark the type as open type.",
    );
  }
  const checked: JsonObject = { ...typeAnnotation(declared, typeName) };
  for (const [name, property] of Object.entries(properties)) {
    const sent = value[name];
    if (sent !== undefined) checked[name] = checkInnerValue(typeName, name, property, sent);
    else if (property.required) throw missingValue(name, typeName);
  }
  return checked;
}

function checkInnerValue(typeName: string, name: string, property: EntityProperty, sent: Json): Json {
  const value = checkValue(name, property, sent);
  if (value === null && !property.nullable) throw invalidValue(name, typeName);
  if (property.values === undefined || value === null) return value;
  return checkMember(property, jsonText(value)) ?? refuse(invalidValue(name, typeName));
}

function checkPrimitive(property: EntityProperty, value: Json): Json {
  switch (property.type) {
    case "Edm.Boolean":
      if (typeof value === "boolean") return value;
      break;
    case "Edm.Int32":
      if (Number.isInteger(value)) return value;
      break;
    case "Edm.Guid":
      if (isUuid(value)) return value.toLowerCase();
      break;
    case "Edm.DateTimeOffset":
      if (typeof value === "string" && isMoment(value)) return asMoment(value);
      break;
    case "Edm.Untyped":
      return value;
    default:
      if (typeof value === "string") return value;
  }
  if (typeof value === "object") throw unexpectedNode(value, "PrimitiveValue");
  throw unreadableRequest(
    `Cannot convert a primitive value to the expected type '${property.type as string}'. See the inner exception for more details.`,
  );
}

function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

function unexpectedNode(value: Json, expected: string): Error {
  const found = Array.isArray(value)
    ? "StartArray"
    : typeof value === "object" && value !== null
      ? "StartObject"
      : "PrimitiveValue";
  return unreadableRequest(
    `An unexpected '${found}' node was found when reading from the JSON reader. A '${expected}' node was expected.`,
  );
}
