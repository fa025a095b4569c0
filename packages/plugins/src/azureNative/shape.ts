/** Converts between Pulumi's values and the resource manager's JSON. */
import { at, put, type Value, type ValueRecord, canonical, isList, isRecord, unknown } from "../protocol/values";
import { type ResourceProperties, type ResourceProperty, isInput } from "../schema/property";
import type { ArmObject } from "./resourceManager";
import type { ArmResource } from "./resources";

type Json = Record<string, unknown>;

/** Names of the parameters in a path, without the provider's own. */
export function pathNames({ path }: ArmResource): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).filter((name) => name !== "subscriptionId");
}

/** The ID. A scope is a path of its own, with or without a slash at its start. */
export function idOf(resource: ArmResource, inputs: ValueRecord, subscriptionId: string): string {
  return resource.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = name === "subscriptionId" ? subscriptionId : inputs[name];
    if (typeof value !== "string" || value === "") throw new Error(`${resource.name}: ${name} is missing.`);
    return name === "scope" ? value.replace(/^\/+|\/+$/g, "") : encodeURIComponent(value);
  });
}

/** The parameters in an ID; undefined for an ID of another type. */
export function namesIn(resource: ArmResource, id: string): Record<string, string> | undefined {
  const pattern = resource.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === "scope" ? "(?<scope>.+)" : `(?<${name}>[^/]+)`,
  );
  const groups = new RegExp(`^${pattern}$`, "i").exec(id)?.groups;
  if (groups === undefined) return undefined;
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
}

/** A request's body: every argument that isn't part of the path. */
export function armBody(resource: ArmResource, inputs: ValueRecord): Json {
  const inPath = pathNames(resource);
  const own = Object.entries(resource.properties).filter(([name]) => !inPath.includes(name));
  return toArm(Object.fromEntries(own), inputs);
}

export function outputsOf(resource: ArmResource, answered: ArmObject): Record<string, Value> {
  const inPath = pathNames(resource).filter((name) => !resource.pathOutputs?.includes(name));
  const own = Object.entries(resource.properties).filter(([name]) => !inPath.includes(name));
  const values = fromArm(Object.fromEntries(own), answered);
  return { ...values, azureApiVersion: resource.apiVersion };
}

/**
 * Outputs of a preview: arguments are known, Azure's values are not. In an update Azure's values
 * stay, except `changing`.
 */
export function previewOf(resource: ArmResource, inputs: ValueRecord, state?: ValueRecord): Record<string, Value> {
  const inPath = pathNames(resource).filter((name) => !resource.pathOutputs?.includes(name));
  const own = Object.entries(resource.properties).filter(([name]) => !inPath.includes(name));
  return previewed(Object.fromEntries(own), inputs, state, "", new Set(resource.changing));
}

/**
 * Inputs after a refresh: changed outputs change the inputs. A value that the service never returns
 * (a secret's) stays.
 */
export function refreshedInputs(
  properties: ResourceProperties,
  inputs: ValueRecord,
  before: ValueRecord,
  now: ValueRecord,
): ValueRecord {
  const result: Record<string, Value> = { ...inputs };
  for (const [name, property] of Object.entries(properties)) {
    if (!isInput(property)) continue;
    const old: Value = before[name] ?? null;
    const fresh: Value = now[name] ?? null;
    const given = inputs[name];
    if (canonical(old) === canonical(fresh)) continue;
    if (fresh === null) Reflect.deleteProperty(result, name);
    else if (property.fields !== undefined && isRecord(given) && isRecord(old) && isRecord(fresh)) {
      result[name] = refreshedInputs(property.fields, given, old, fresh);
    } else result[name] = withoutComputed(property, fresh);
  }
  return result;
}

/** Inputs of an import: all arguments that a program can give. */
export function importedInputs(properties: ResourceProperties, outputs: ValueRecord): ValueRecord {
  return withoutComputedFields(properties, outputs);
}

function toArm(properties: ResourceProperties, values: ValueRecord): Json {
  const body: Json = {};
  for (const [name, property] of Object.entries(properties)) {
    const value = values[name];
    if (!isInput(property) || value === undefined || value === null) continue;
    put(body, property.arm ?? name, toArmValue(property, value));
  }
  return body;
}

function toArmValue({ fields }: ResourceProperty, value: Value): unknown {
  if (fields === undefined) return value;
  if (isList(value)) return value.map((item) => (isRecord(item) ? toArm(fields, item) : item));
  return isRecord(value) ? toArm(fields, value) : value;
}

function fromArm(properties: ResourceProperties, answered: ArmObject): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [name, property] of Object.entries(properties)) {
    const value = at(answered, property.arm ?? name);
    if (value !== undefined && value !== null) values[name] = fromArmValue(property, value);
  }
  return values;
}

function fromArmValue({ fields }: ResourceProperty, value: unknown): Value {
  if (fields === undefined || Object.keys(fields).length === 0) return value as Value;
  if (Array.isArray(value)) return (value as ArmObject[]).map((item) => fromArm(fields, item));
  return fromArm(fields, value as ArmObject);
}

function previewed(
  properties: ResourceProperties,
  inputs: ValueRecord,
  state: ValueRecord | undefined,
  path: string,
  changing: ReadonlySet<string>,
): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [name, property] of Object.entries(properties)) {
    const here = path === "" ? name : `${path}.${name}`;
    const given = inputs[name] ?? null;
    const before = state?.[name] ?? null;
    if (property.secret) continue;
    if (property.usage === "computed") values[name] = state === undefined || changing.has(here) ? unknown : before;
    else if (property.fields !== undefined && property.kind === "object" && isRecord(given)) {
      const inner = state === undefined ? undefined : isRecord(before) ? before : {};
      values[name] = previewed(property.fields, given, inner, here, changing);
    } else if (given !== null) values[name] = given;
  }
  return values;
}

function withoutComputedFields(properties: ResourceProperties, values: ValueRecord): Record<string, Value> {
  const result: Record<string, Value> = {};
  for (const [name, property] of Object.entries(properties)) {
    const value = values[name] ?? null;
    if (isInput(property) && value !== null) result[name] = withoutComputed(property, value);
  }
  return result;
}

function withoutComputed({ fields }: ResourceProperty, value: Value): Value {
  if (fields === undefined) return value;
  if (isList(value)) return value.map((item) => (isRecord(item) ? withoutComputedFields(fields, item) : item));
  return isRecord(value) ? withoutComputedFields(fields, value) : value;
}
