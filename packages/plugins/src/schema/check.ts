/**
 * Checks arguments against a schema and reports errors with the official plugins' messages: those
 * of Terraform's SDK (helper/schema) as passed on by Pulumi's bridge.
 */
import {
  type Value,
  type ValueRecord,
  canonical,
  hasUnknowns,
  isList,
  isRecord,
  valueText,
  unknown,
} from "../protocol/values";
import { type ResourceProperties, type ResourceProperty, isInput, isZero, terraformName } from "./property";

/** One error. */
export interface Problem {
  /** The path in Pulumi's names: `message.body`. */
  path: string;
  /** The path in Terraform's names: `message.0.body`. */
  terraformPath: string;
  summary: string;
  detail?: string;
}

/** What a stand-in says of a property that its table lacks: the official plugin has it, or refuses it. */
export const standInLacks = (name: string): string => `The stand-in has no \`${name}\`: use \`--plugins official\``;

/**
 * All errors of the arguments, in the order of the schema.
 * @param before the arguments of the last time: the engine gives again what `ignoreChanges` names
 * @param unknownKey what to say of an argument that the schema lacks
 */
export function problemsOf(
  properties: ResourceProperties,
  inputs: ValueRecord,
  before: ValueRecord = {},
  unknownKey: (name: string) => string = standInLacks,
): Problem[] {
  const root = { properties, inputs, unknownKey };
  return checkRecord(properties, inputs, { path: "", terraformPath: "", before, root });
}

/** The message that `pulumi up` shows for a resource of that name. */
export function reasonFor(problem: Problem, resourceName: string): string {
  const text = problem.detail === undefined ? problem.summary : `${problem.summary}. ${problem.detail}`;
  return problem.path === "" ? text : `${text}. Examine values at '${resourceName}.${problem.path}'.`;
}

/** The message for a function's caller. */
export function reasonForFunction(problem: Problem): string {
  const text = problem.detail === undefined ? problem.summary : `${problem.summary}: ${problem.detail}`;
  return problem.terraformPath === "" ? text : `[${problem.terraformPath}] ${text}`;
}

/**
 * The arguments with defaults, whose names are in `__defaults`, as in the bridge
 * (`applyDefaults` in pkg/tfbridge/schema.go). A property that had a default keeps its old value:
 * one that the old inputs list in `__defaults`, or each if they have no list, as after a refresh
 * that has found other values.
 */
export function withDefaults(
  properties: ResourceProperties,
  inputs: ValueRecord,
  before: ValueRecord = {},
): ValueRecord {
  const filled: Record<string, Value> = {};
  const defaults: string[] = [];
  for (const [name, value] of Object.entries(inputs)) {
    if (value !== null && name !== "__defaults") filled[name] = nestedDefaults(properties[name], value, before[name]);
  }
  const { __defaults: listed } = before;
  for (const [name, property] of Object.entries(properties)) {
    if (property.default === undefined || filled[name] !== undefined) continue;
    const old = isList(listed) && !listed.includes(name) ? undefined : (before[name] ?? undefined);
    // The bridge leaves a default that is the zero value to the provider.
    if (old === undefined && isZero(property.default)) continue;
    filled[name] = old ?? property.default;
    defaults.push(name);
  }
  return { ...filled, __defaults: defaults.sort() };
}

/** A primitive, converted to its property's type. */
function coerced(property: ResourceProperty, value: Value): Value {
  if (!["boolean", "number", "string"].includes(typeof value)) return value;
  if (!["boolean", "integer", "string"].includes(property.kind)) return value;
  if (property.kind === "string" && typeof value === "boolean") return String(value);
  const decoded = decode(property, value);
  return "value" in decoded ? decoded.value : value;
}

interface Place {
  path: string;
  terraformPath: string;
  before: Value | undefined;
  root: { properties: ResourceProperties; inputs: ValueRecord; unknownKey: (name: string) => string };
}

function nestedDefaults(property: ResourceProperty | undefined, value: Value, before: Value | undefined): Value {
  if (property?.fields === undefined) return property === undefined ? value : coerced(property, value);
  const { fields } = property;
  const old = (item: Value | undefined) => (isRecord(item) ? item : {});
  if (isList(value)) {
    return value.map((item, index) =>
      isRecord(item) ? withDefaults(fields, item, old(isList(before) ? before[index] : undefined)) : item,
    );
  }
  return isRecord(value) ? withDefaults(fields, value, old(before)) : value;
}

function checkRecord(properties: ResourceProperties, inputs: ValueRecord, place: Place): Problem[] {
  const problems: Problem[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const at = below(place, name, terraformName(name, property));
    problems.push(...checkProperty(property, inputs[name], at));
  }
  for (const [name, value] of Object.entries(inputs)) {
    if (name in properties || name === "__defaults" || value === null) continue;
    problems.push({ ...below(place, name, terraformName(name)), summary: place.root.unknownKey(name) });
  }
  return problems;
}

function below(place: Place, name: string, terraform: string): Place {
  return {
    path: place.path === "" ? name : `${place.path}.${name}`,
    terraformPath: place.terraformPath === "" ? terraform : `${place.terraformPath}.${terraform}`,
    before: isRecord(place.before) ? place.before[name] : undefined,
    root: place.root,
  };
}

function checkProperty(property: ResourceProperty, value: Value | undefined, at: Place): Problem[] {
  const name = at.terraformPath;
  const combination = combinationProblem(property, at);
  if (combination !== undefined) return [{ ...at, ...combination }];
  if (value === undefined || value === null) {
    if (property.usage !== "required") return [];
    const detail = `The argument "${name}" is required, but no definition was found.`;
    return [{ ...at, summary: "Missing required argument", detail }];
  }
  if (!isInput(property)) {
    const detail =
      `Can't configure a value for "${name}": its value will be decided automatically based on the result of ` +
      "applying this configuration.";
    return [{ ...at, summary: "Value for unconfigurable attribute", detail }];
  }
  if (property.unsupported && canonical(value) !== canonical(at.before ?? null))
    return [{ ...at, summary: standInLacks(at.path.split(".").at(-1) ?? "") }];
  // An unknown value counts as set; nothing else can be checked.
  if (hasUnknowns(value)) return [];
  return checkType(property, value, at);
}

function combinationProblem(property: ResourceProperty, at: Place): { summary: string; detail: string } | undefined {
  const name = at.terraformPath;
  if (property.exactlyOneOf !== undefined) {
    const all = [...property.exactlyOneOf].sort();
    const unknowns = all.filter((one) => valueOf(one, at) === unknown);
    const specified = all.filter((one) => isSet(one, at) && !unknowns.includes(one));
    const summary = "Invalid combination of arguments";
    if (specified.length === 0 && unknowns.length === 0) {
      return { summary, detail: `"${name}": one of \`${all.join(",")}\` must be specified` };
    }
    if (specified.length > 1) {
      const both = specified.join(",");
      return {
        summary,
        detail: `"${name}": only one of \`${all.join(",")}\` can be specified, but \`${both}\` were specified.`,
      };
    }
  }
  if (property.atLeastOneOf !== undefined && !property.atLeastOneOf.some((one) => isSet(one, at))) {
    const all = [...property.atLeastOneOf].sort().join(",");
    return { summary: "Missing required argument", detail: `"${name}": one of \`${all}\` must be specified` };
  }
  return undefined;
}

/** Whether the argument with this Terraform name has a value, known or unknown. */
function isSet(terraform: string, at: Place): boolean {
  const value = valueOf(terraform, at);
  return value !== undefined && value !== null;
}

function valueOf(terraform: string, { root: { properties, inputs } }: Place): Value | undefined {
  const entry = Object.entries(properties).find(([name, property]) => terraformName(name, property) === terraform);
  return entry && inputs[entry[0]];
}

function checkType(property: ResourceProperty, value: Value, at: Place): Problem[] {
  switch (property.kind) {
    case "string":
    case "boolean":
    case "integer":
      return checkPrimitive(property, value, at);
    case "map":
      return isRecord(value) ? [] : [{ ...at, summary: "Attribute must be a map" }];
    case "object": {
      if (!isRecord(value)) return [expectedObject(value, at)];
      return checkRecord(property.fields ?? {}, value, { ...at, terraformPath: `${at.terraformPath}.0` });
    }
    case "list":
    case "set":
    case "objects":
      return checkList(property, value, at);
  }
}

function checkList(property: ResourceProperty, value: Value, at: Place): Problem[] {
  if (!isList(value)) return [{ ...at, summary: "Attribute must be a list" }];
  const { minimumItems: minimum = 0, maximumItems: maximum = Infinity } = property;
  const name = at.terraformPath;
  if (value.length > maximum) {
    const detail = `Attribute ${name} supports ${maximum} item maximum, but config has ${value.length} declared.`;
    return [{ ...at, summary: "Too many list items", detail }];
  }
  if (value.length < minimum) {
    const detail = `Attribute ${name} requires ${minimum} item minimum, but config has only ${value.length} declared.`;
    return [{ ...at, summary: "Not enough list items", detail }];
  }
  const isSetOf = property.kind === "set";
  return value.flatMap((item, index) => {
    // An error inside a set is reported for the set: its items have no index.
    const path = isSetOf ? at.path : `${at.path}[${index}]`;
    const itemAt: Place = {
      ...at,
      path,
      terraformPath: `${name}.${index}`,
      before: isList(at.before) ? at.before[index] : undefined,
    };
    const problems = checkItem(property, item, itemAt);
    return isSetOf ? problems.map((problem) => ({ ...problem, path: at.path })) : problems;
  });
}

function checkItem(property: ResourceProperty, item: Value, at: Place): Problem[] {
  if (property.fields === undefined) return checkPrimitive({ ...property, kind: "string" }, item, at);
  return isRecord(item) ? checkRecord(property.fields, item, at) : [expectedObject(item, at)];
}

function expectedObject(value: Value, at: Place): Problem {
  const kind = isList(value) ? "slice" : typeof value === "boolean" ? "bool" : typeof value;
  return { ...at, summary: "Expected Object Type", detail: `Expected object, got ${kind}` };
}

function checkPrimitive(property: ResourceProperty, value: Value, at: Place): Problem[] {
  if (isList(value)) return [{ ...at, summary: "Attribute must be a single value, not a list" }];
  if (isRecord(value)) return [{ ...at, summary: "Attribute must be a single value, not a map" }];
  const decoded = decode(property, value);
  if ("summary" in decoded) return [{ ...at, summary: decoded.summary }];
  const problem = property.check?.(decoded.value, at.terraformPath);
  return problem === undefined ? [] : [{ ...at, summary: problem }];
}

/** Terraform accepts "true" as a boolean, "2" as a number, and a number as a string. */
function decode(property: ResourceProperty, value: Value): { value: Value } | { summary: string } {
  if (property.kind === "boolean") {
    if (typeof value === "boolean" || typeof value === "number") return { value: Boolean(value) };
    if (["1", "t", "T", "true", "TRUE", "True"].includes(valueText(value))) return { value: true };
    if (["", "0", "f", "F", "false", "FALSE", "False"].includes(valueText(value))) return { value: false };
    const quoted = JSON.stringify(value);
    return { summary: `'' cannot parse '' as bool: strconv.ParseBool: parsing ${quoted}: invalid syntax` };
  }
  if (property.kind === "integer") {
    const number = typeof value === "string" ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number)) return { value: number };
    return { summary: `Attribute must be a whole number, got ${valueText(value)}` };
  }
  if (typeof value === "boolean") return { value: value ? "1" : "0" };
  return { value: isZero(value) ? "" : valueText(value) };
}
