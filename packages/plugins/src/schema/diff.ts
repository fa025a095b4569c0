/**
 * The changes of an update: a resource's last outputs compared with its new arguments, as in
 * Terraform's plan.
 */
import type { ChangeKind, PropertyDifference } from "../protocol/provider";
import {
  type Value,
  type ValueRecord,
  canonical,
  hasUnknowns,
  isList,
  isRecord,
  recordOf,
  valueText,
} from "../protocol/values";
import {
  type ResourceProperties,
  type ResourceProperty,
  isCollection,
  isComputed,
  isInput,
  isZero,
  memberPath,
} from "./property";

/**
 * The property paths that differ. Computed properties that the program does not set never differ.
 */
export function changesOf(
  properties: ResourceProperties,
  state: ValueRecord,
  inputs: ValueRecord,
): Map<string, PropertyDifference> {
  const changes = new Map<string, PropertyDifference>();
  for (const [name, property] of Object.entries(properties)) {
    if (!isInput(property)) continue;
    compare(property, state[name], inputs[name], { path: name, replace: Boolean(property.forceNew), changes });
  }
  return changes;
}

/** Names of the properties that an update in place never changes. */
export function stablesOf(properties: ResourceProperties): string[] {
  return Object.entries(properties)
    .filter(([, property]) => property.forceNew)
    .map(([name]) => name);
}

function compare(
  property: ResourceProperty,
  before: Value | undefined,
  after: Value | undefined,
  at: Comparison,
): void {
  const { path, replace, changes } = at;
  const record = (kind: ChangeKind) => changes.set(path, { kind, replace });
  if (after === undefined || after === null) {
    // An import's inputs have no defaults, and a refresh after it compares them unchecked: Terraform's plan fills them in.
    const isDefault = property.default !== undefined && before === property.default;
    const isUnchanged =
      isComputed(property) || isEmpty(before) || isDefault || property.isDefaultState?.(before ?? null);
    if (!isUnchanged) record("delete");
    return;
  }
  if (hasUnknowns(after)) {
    record(isEmpty(before) ? "add" : "update");
    return;
  }
  if ((before === undefined || before === null) && isCollection(property)) {
    if (!isZero(after)) record("add");
    return;
  }
  switch (property.kind) {
    case "set":
      compareSets(listOf(before), listOf(after), at);
      break;
    case "list":
    case "objects":
      compareLists(property, listOf(before), listOf(after), at);
      break;
    case "map":
      compareMaps(recordOf(before), recordOf(after), at);
      break;
    case "object":
      if (isEmpty(before) && !isEmpty(after)) record("add");
      else compareFields(property, recordOf(before), recordOf(after), at);
      break;
    default:
      if (isEqual(property, before, after)) return;
      record(before === undefined || before === null ? "add" : "update");
  }
}

function isEqual(property: ResourceProperty, before: Value | undefined, after: Value): boolean {
  if (isZero(before) && isZero(after)) return true;
  const text = (value: Value | undefined) => (isZero(value) ? "" : primitive(property, value ?? null));
  const [old, now] = [text(before), text(after)];
  return property.ignoresCase ? old.toLowerCase() === now.toLowerCase() : old === now;
}

/** Programs may give "true" in place of true. */
function primitive(property: ResourceProperty, value: Value): string {
  if (property.kind === "boolean") return String(value === true || value === "true");
  return typeof value === "string" ? value : canonical(value);
}

/** The position of a comparison and its result. */
interface Comparison {
  readonly path: string;
  /** A change here replaces the resource. */
  readonly replace: boolean;
  readonly changes: Map<string, PropertyDifference>;
}

function compareSets(before: readonly Value[], after: readonly Value[], { path, replace, changes }: Comparison): void {
  for (const [index, item] of after.entries()) {
    if (!before.includes(item)) changes.set(`${path}[${index}]`, { kind: "add", replace });
  }
  for (const [index, item] of before.entries()) {
    if (after.includes(item)) continue;
    const at = `${path}[${index}]`;
    changes.set(at, { kind: changes.has(at) ? "update" : "delete", replace });
  }
}

function compareLists(
  property: ResourceProperty,
  before: readonly Value[],
  after: readonly Value[],
  { path, replace, changes }: Comparison,
): void {
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const at = `${path}[${index}]`;
    if (index >= before.length) changes.set(at, { kind: "add", replace });
    else if (index >= after.length) changes.set(at, { kind: "delete", replace });
    else if (property.fields !== undefined) {
      compareFields(property, recordOf(before[index]), recordOf(after[index]), { path: at, replace, changes });
    } else if (before[index] !== after[index]) changes.set(at, { kind: "update", replace });
  }
}

function compareMaps(before: ValueRecord, after: ValueRecord, { path, replace, changes }: Comparison): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const at = memberPath(path, key);
    if (!(key in before)) changes.set(at, { kind: "add", replace });
    else if (!(key in after)) changes.set(at, { kind: "delete", replace });
    else if (valueText(before[key]) !== valueText(after[key])) changes.set(at, { kind: "update", replace });
  }
}

function compareFields(
  property: ResourceProperty,
  before: ValueRecord,
  after: ValueRecord,
  { path, replace, changes }: Comparison,
): void {
  for (const [name, field] of Object.entries(property.fields ?? {})) {
    if (!isInput(field)) continue;
    const at = { path: `${path}.${name}`, replace: replace || Boolean(field.forceNew), changes };
    compare(field, before[name], after[name], at);
  }
}

/** Unset, or a block with nothing set inside. */
function isEmpty(value: Value | undefined): boolean {
  if (!isRecord(value)) return isZero(value);
  return Object.entries(value).every(([name, inner]) => name === "__defaults" || isEmpty(inner));
}

function listOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : [];
}
