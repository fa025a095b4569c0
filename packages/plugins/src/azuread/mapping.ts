/** Maps properties of azuread to Graph's JSON, by the `graph` paths of the table. */
import { type EntitySetName, odataType } from "@defender-mssp/sandbox/entities";
import { at, put, type Value, type ValueRecord } from "../protocol/values";
import type { Fields } from "../schema/fields";
import {
  type PlannedValues,
  type ResourceProperties,
  type ResourceProperty,
  isInput,
  zeroOf,
} from "../schema/property";
import type { GraphOperation, GraphEntity } from "./graph";

type Json = Record<string, unknown>;

/**
 * Graph's answer in the form of the official plugin's state: a null or missing value is the type's
 * zero value, unless its parent is missing.
 */
export function readFrom(properties: ResourceProperties, object: GraphEntity): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [name, property] of Object.entries(properties)) {
    if (property.graph === undefined) continue;
    const parent = property.graph.split(".").slice(0, -1).join(".");
    if (parent !== "" && !at(object, parent)) continue;
    values[name] = valueIn(property, at(object, property.graph));
  }
  return values;
}

function valueIn(property: ResourceProperty, value: unknown): Value {
  const { fields, graphForm } = property;
  if (graphForm?.read !== undefined) return graphForm.read(value);
  if (value === undefined || value === null) return zeroOf(property);
  if (fields === undefined) return value as Value;
  return Array.isArray(value)
    ? value.map((item) => readFrom(fields, item as GraphEntity))
    : readFrom(fields, value as GraphEntity);
}

/**
 * A request's body: all properties that the program can give, or those named. An empty string is
 * sent as null.
 */
export function graphBody(
  entitySet: EntitySetName,
  properties: ResourceProperties,
  plan: Fields,
  names?: readonly string[],
): Json {
  return { "@odata.type": odataType(entitySet), ...blockBody(properties, plan, names) };
}

/** The same without a type, as of a block. A block that the program does not set is left out. */
export function blockBody(properties: ResourceProperties, plan: PlannedValues, names?: readonly string[]): Json {
  const body: Json = {};
  for (const [name, property] of Object.entries(properties)) {
    if (property.graph === undefined || !isInput(property) || names?.includes(name) === false) continue;
    const value = valueOf(plan, name, property);
    if (value !== undefined) put(body, property.graph, value);
  }
  return body;
}

/** Names of the mapped properties that an update changes. */
export function changedNames(properties: ResourceProperties, plan: Fields): string[] {
  return Object.keys(properties).filter((name) => properties[name]?.graph !== undefined && plan.changed(name));
}

export function nullIfEmpty(text: string): string | null {
  return text === "" ? null : text;
}

/** `items` without those of `others`. */
export function without(items: readonly string[], others: readonly string[]): string[] {
  return items.filter((item) => !others.includes(item));
}

export function sameText(one: unknown, other: string): boolean {
  return typeof one === "string" && one.toLowerCase() === other.toLowerCase();
}

/** Removes and adds references to match a list such as `/groups/{id}/members`. */
export async function alignReferences(
  call: GraphOperation,
  path: string,
  desired: readonly string[],
  version: "v1.0" | "beta",
): Promise<void> {
  const existing = idsOf(await call.list(path, version));
  for (const id of without(existing, desired)) await call.delete(`${path}/${id}/$ref`, version);
  for (const id of without(desired, existing)) await call.post(`${path}/$ref`, call.reference(id, version), version);
}

export function idsOf(objects: readonly GraphEntity[]): string[] {
  return objects.map(({ id }) => id).filter((id) => id !== undefined);
}

/** A list of objects inside another object's JSON. */
export function objectsAt(object: GraphEntity, path: string): GraphEntity[] {
  const value = at(object, path);
  return Array.isArray(value) ? (value as GraphEntity[]) : [];
}

export function textAt(object: GraphEntity, path: string): string {
  const value = at(object, path);
  return typeof value === "string" ? value : "";
}

/** A value of Graph as a Pulumi value: both are JSON. */
export function recordOf(values: Json): ValueRecord {
  return values as ValueRecord;
}

/** Refuses an answer without its required properties. */
export function required(value: string | undefined, what: string): string {
  if (value) return value;
  throw new Error(`Bad API response: ${what} is missing`);
}

function valueOf(plan: PlannedValues, name: string, property: ResourceProperty): unknown {
  const { fields, graphForm } = property;
  if (graphForm !== undefined) return graphForm.send(plan, name);
  if (fields !== undefined) {
    if (property.kind !== "object") return plan.blocks(name).map((block) => blockBody(fields, block));
    return plan.isSet(name) ? blockBody(fields, plan.block(name)) : undefined;
  }
  switch (property.kind) {
    case "string":
      return nullIfEmpty(plan.text(name));
    case "boolean":
      return plan.flag(name);
    case "integer":
      return plan.number(name);
    case "list":
    case "set":
      return plan.texts(name);
    default:
      throw new Error(`${name} has to be mapped by hand`);
  }
}
