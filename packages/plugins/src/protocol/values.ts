/**
 * Pulumi property values on the wire and in memory.
 *
 * On the wire a property value is a protobuf Struct in which some objects carry a signature
 * (secrets, output values, assets, resource references) and one marker string stands for an unknown
 * value. In memory unknown is a symbol and a secret an object of its own, so that neither is taken
 * for a string or a plain object.
 *
 * https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/deployment-execution/property-values.html
 */
import { unknownValue } from "@defender-mssp/microsoft";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** A value that is unknown until its resources exist. */
export const unknown: unique symbol = Symbol("unknown");

/** A value that the engine encrypts in its state and hides on the terminal. */
export class Secret {
  constructor(readonly value: Value) {}
}

export type Value = null | boolean | number | string | typeof unknown | Secret | readonly Value[] | ValueRecord;

export interface ValueRecord {
  readonly [name: string]: Value;
}

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

/** Reads what the engine sent. Nulls inside are kept. */
export function fromStruct(struct: Struct | undefined): ValueRecord {
  if (struct === undefined) return {};
  return recordFromWire(struct.toJavaScript());
}

/** Writes what the engine will read. Properties whose value is `undefined` are left out. */
export function toStruct(values: ValueRecord): Struct {
  return Struct.fromJavaScript(recordToWire(values));
}

/** A value without its secret wrappers, at any depth. */
export function exposed(value: Value): Value {
  if (value instanceof Secret) return exposed(value.value);
  if (isList(value)) return value.map(exposed);
  if (isRecord(value)) return mapRecord(value, exposed);
  return value;
}

/** Whether a part of the value is unknown. */
export function hasUnknowns(value: Value): boolean {
  if (value === unknown) return true;
  if (value instanceof Secret) return hasUnknowns(value.value);
  if (isList(value)) return value.some(hasUnknowns);
  return isRecord(value) && Object.values(value).some(hasUnknowns);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isRecord(value: Value | undefined): value is ValueRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

/** The record; an empty one for any other value. */
export function recordOf(value: Value | undefined): ValueRecord {
  return isRecord(value) ? value : {};
}

/** A primitive value as a string; undefined for others. */
export function valueText(value: Value | undefined): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** The same keys with changed values. */
export function mapRecord(record: ValueRecord, change: (value: Value) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** The same string for equal values in any order of keys, for the comparison of sets. */
export function canonical(value: Value): string {
  if (value === unknown) return unknownValue;
  if (value instanceof Secret) return canonical(value.value);
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(",")}}`;
}

function recordFromWire(record: Readonly<Record<string, JavaScriptValue>>): ValueRecord {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fromWire(value)]));
}

function fromWire(value: JavaScriptValue): Value {
  if (value === unknownValue) return unknown;
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Readonly<Record<string, JavaScriptValue>>;
  const signature = record[signatureKey];
  if (signature === undefined) return recordFromWire(record);
  const inner = record.value === undefined ? unknown : fromWire(record.value);
  switch (signature) {
    case secretSignature:
      return new Secret(inner);
    case outputSignature:
      return record.secret === true ? new Secret(inner) : inner;
    case resourceSignature:
      return typeof record.id === "string" ? fromWire(record.id) : fromWire(record.urn ?? null);
    default:
      throw new Error("The sandbox's stand-in plugins take no assets and archives.");
  }
}

function recordToWire(record: ValueRecord): Record<string, JavaScriptValue> {
  const wire: Record<string, JavaScriptValue> = {};
  for (const [name, value] of Object.entries(record) as [string, Value | undefined][]) {
    if (value !== undefined) wire[name] = toWire(value);
  }
  return wire;
}

function toWire(value: Value): JavaScriptValue {
  if (value === unknown) return unknownValue;
  if (value instanceof Secret) return { [signatureKey]: secretSignature, value: toWire(value.value) };
  if (isList(value)) return value.map(toWire);
  if (isRecord(value)) return recordToWire(value);
  return value;
}

/** The value at a path such as `properties.principalId`. */
export function at(object: unknown, path: string): unknown {
  let value = object;
  for (const step of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** Sets the value at a path and creates missing parents. */
export function put(body: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split(".");
  const last = steps.pop() ?? path;
  let target = body;
  for (const step of steps) target = (target[step] ??= {}) as Record<string, unknown>;
  target[last] = value;
}
