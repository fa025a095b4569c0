/**
 * From planned and read values to the outputs that the official plugins answer, and from outputs
 * back to inputs.
 */
import {
  type Value,
  type ValueRecord,
  canonical,
  hasUnknowns,
  isList,
  isRecord,
  Secret,
  unknown,
} from "../protocol/values";
import {
  type ResourceProperties,
  type ResourceProperty,
  isCollection,
  isComputed,
  isInput,
  isZero,
  zeroOf,
} from "./property";

/** The inputs; an omitted one has its default or, if the service sets it, its last value. */
export function planned(properties: ResourceProperties, inputs: ValueRecord, state?: ValueRecord): ValueRecord {
  const plan: Record<string, Value> = {};
  for (const [name, property] of Object.entries(properties)) {
    const given = inputs[name];
    if (given !== undefined && given !== null) plan[name] = withoutDefaultsKey(given);
    else if (property.default !== undefined) plan[name] = property.default;
    else if (state !== undefined) {
      const before = state[name] ?? null;
      if (isComputed(property) || property.isDefaultState?.(before)) plan[name] = before;
    }
  }
  return plan;
}

/** Outputs of a create's preview: values of the service are unknown. */
export function previewedCreate(properties: ResourceProperties, plan: ValueRecord): ValueRecord {
  return each(properties, (name, property) => {
    const value = plan[name] ?? (isComputed(property) ? unknown : null);
    if (value === null && isCollection(property) && property.fields !== undefined) return [];
    return withFields(property, value, () => null);
  });
}

/** Outputs of an update's preview. A removed value becomes the zero value. */
export function previewedUpdate(properties: ResourceProperties, plan: ValueRecord, state: ValueRecord): ValueRecord {
  return each(properties, (name, property) => {
    const before = state[name] ?? null;
    const value = plan[name];
    if (value !== undefined) return value;
    return isZero(before) ? before : zeroOf(property);
  });
}

/** The operation whose outputs are completed. `failure`: a change that failed half way. */
export type OutputsAfter = "change" | "failure" | "refresh";

/**
 * Outputs after a real operation: the read values, else the planned ones. Omitted empty collections
 * are null after a change, as in Terraform (blocks are not); after a refresh they are empty. After a
 * change a planned set replaces the one that was read, as `normalizeNullValues` in
 * hashicorp/terraform-plugin-sdk: a difference that the service already had shows at a refresh.
 */
export function completed(
  properties: ResourceProperties,
  plan: ValueRecord,
  read: ValueRecord,
  after: OutputsAfter,
): ValueRecord {
  return each(properties, (name, property) => {
    const isPlanned = after === "change" && property.kind === "set" && isOtherSet(plan[name], read[name]);
    const value = (isPlanned ? plan[name] : read[name]) ?? plan[name] ?? null;
    if (hasUnknowns(value)) return null;
    const isUnset =
      isZero(plan[name]) && !isComputed(property) && isCollection(property) && property.fields === undefined;
    if (after !== "refresh" && isUnset && isEmptyCollection(value)) return null;
    if (value === null && property.fields !== undefined && property.kind !== "object") return [];
    return withFields(property, value, (field) => (isCollection(field) ? null : zeroOf(field)));
  });
}

/** Results of a function. Values that the service omits are omitted; omitted arguments are zero. */
export function invoked(properties: ResourceProperties, args: ValueRecord, read: ValueRecord): ValueRecord {
  const results: Record<string, Value> = {};
  for (const [name, property] of Object.entries(properties)) {
    const value = read[name] ?? args[name] ?? (property.usage === "optional" ? zeroOf(property) : undefined);
    if (value !== undefined && value !== null) results[name] = value;
  }
  return results;
}

/** Wraps the secrets of the schema, also null for a value that the service does not return. */
export function withSecrets(properties: ResourceProperties, values: ValueRecord): ValueRecord {
  const marked: Record<string, Value> = { ...values };
  for (const [name, property] of Object.entries(properties)) {
    const value = values[name];
    if (value === undefined) continue;
    if (property.secret) marked[name] = new Secret(value);
    else if (property.fields !== undefined && isRecord(value)) marked[name] = withSecrets(property.fields, value);
  }
  return marked;
}

/** A refresh's inputs: the current value of each property that the program gave. */
export function refreshedInputs(properties: ResourceProperties, inputs: ValueRecord, state: ValueRecord): ValueRecord {
  const refreshed: Record<string, Value> = {};
  for (const [name, before] of Object.entries(inputs)) {
    if (name === "__defaults" || !(name in state)) continue;
    refreshed[name] = refreshedValue(properties[name], before, state[name] ?? null);
  }
  const defaults = isList(inputs.__defaults) ? inputs.__defaults : [];
  const unchanged = defaults.filter((name) => typeof name === "string" && refreshed[name] === inputs[name]);
  return unchanged.length === 0 ? refreshed : { ...refreshed, __defaults: unchanged };
}

/** An import's inputs: every property that a program would have to give to get this object. */
export function importedInputs(properties: ResourceProperties, state: ValueRecord): ValueRecord {
  const inputs: Record<string, Value> = {};
  for (const [name, property] of Object.entries(properties)) {
    if (!isInput(property) || property.unsupported) continue;
    const value = withoutComputed(property, state[name] ?? null);
    if (property.usage === "required" || !isDefaultOrZero(property, value)) inputs[name] = value;
  }
  return { ...inputs, __defaults: [] };
}

function each(properties: ResourceProperties, value: (name: string, property: ResourceProperty) => Value): ValueRecord {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, value(name, property)]));
}

/** Blocks with every field, those that aren't set with what `unset` says. */
function withFields(property: ResourceProperty, value: Value, unset: (field: ResourceProperty) => Value): Value {
  if (property.fields === undefined) return value;
  const { fields } = property;
  if (isList(value)) return value.map((item) => withFields(property, item, unset));
  if (!isRecord(value)) return value;
  return each(fields, (name, field) => {
    const inner = value[name] ?? null;
    if (inner !== null) return withFields(field, inner, unset);
    return field.fields === undefined ? unset(field) : null;
  });
}

/** Whether a planned set, wholly known, has other items than the one that was read. */
function isOtherSet(planned: Value | undefined, read: Value | undefined): boolean {
  if (!isList(planned) || !isList(read) || hasUnknowns(planned)) return false;
  const sorted = (items: readonly Value[]) => canonical([...items].sort());
  return sorted(planned) !== sorted(read);
}

function isEmptyCollection(value: Value): boolean {
  return isList(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

function withoutDefaultsKey(value: Value): Value {
  if (isList(value)) return value.map(withoutDefaultsKey);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([name, inner]) => name !== "__defaults" && inner !== null);
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutDefaultsKey(inner)]));
}

/** One argument of a refresh; of a block only what the program gave of it. */
function refreshedValue(property: ResourceProperty | undefined, before: Value, now: Value): Value {
  if (isList(before) && isList(now)) return refreshedList(property, before, now);
  if (!isRecord(before) || !isRecord(now)) return now;
  const entries = Object.entries(before).filter(([name]) => name !== "__defaults" && name in now);
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, refreshedValue(property?.fields?.[name], inner, now[name] ?? null)]),
  );
}

/**
 * New items are drift of the outputs alone: the program never asked for them. Those of a set keep
 * the program's order.
 */
function refreshedList(property: ResourceProperty | undefined, before: readonly Value[], now: readonly Value[]): Value {
  const item = property === undefined ? undefined : { ...property, kind: "object" as const };
  if (property?.kind !== "set") {
    return now.slice(0, before.length).map((one, index) => refreshedValue(item, before[index] ?? null, one));
  }
  const isThere = (one: Value) => {
    const bare = withoutDefaultsKey(one);
    return now.some((other) => canonical(refreshedValue(item, bare, other)) === canonical(bare));
  };
  return before.filter(isThere).map(withoutDefaultsKey);
}

function withoutComputed(property: ResourceProperty, value: Value): Value {
  if (property.fields === undefined) return value;
  const { fields } = property;
  if (isList(value)) return value.map((item) => withoutComputed({ ...property, kind: "object" }, item));
  if (!isRecord(value)) return value;
  const entries = Object.entries(fields)
    .filter(([, field]) => isInput(field))
    .map(([name, field]): [string, Value] => [name, withoutComputed(field, value[name] ?? null)])
    .filter(([name, inner]) => fields[name]?.usage === "required" || !isDefaultOrZero(fields[name], inner));
  return { ...Object.fromEntries(entries), __defaults: [] };
}

/** Whether this is the value of an omitted property. */
function isDefaultOrZero(property: ResourceProperty | undefined, value: Value): boolean {
  if (property?.default !== undefined) return value === property.default;
  return isZero(value) || (isRecord(value) && Object.keys(value).every((name) => name === "__defaults"));
}
