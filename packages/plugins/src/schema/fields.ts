/**
 * A resource's planned values, read by name and type as Terraform's `d.Get` gives them: unset is
 * the zero value.
 */
import { crc32 } from "node:zlib";
import { type Value, type ValueRecord, canonical, isList, isRecord } from "../protocol/values";
import { type PlannedValues, type ResourceProperties, type ResourceProperty, isZero, zeroOf } from "./property";

export class Fields implements PlannedValues {
  constructor(
    private readonly properties: ResourceProperties,
    readonly values: ValueRecord,
    private readonly before: ValueRecord = {},
  ) {}

  text(name: string): string {
    const value = this.get(name);
    return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
  }

  flag(name: string): boolean {
    const value = this.get(name);
    return value === true || value === "true";
  }

  number(name: string): number {
    return Number(this.get(name) ?? 0);
  }

  /** A list of strings; those of a set in Terraform's order. */
  texts(name: string): string[] {
    const value = this.get(name);
    const items = isList(value) ? value.filter((item) => typeof item === "string") : [];
    return this.properties[name]?.kind === "set" ? inSetOrder(items, this.properties[name]) : items;
  }

  /** The blocks of a list. */
  blocks(name: string): Fields[] {
    const value = this.get(name);
    const fields = this.properties[name]?.fields ?? {};
    return isList(value) ? value.filter(isRecord).map((item) => new Fields(fields, item)) : [];
  }

  /** The only block; an empty one by default. */
  block(name: string): Fields {
    const value = this.get(name);
    return new Fields(this.properties[name]?.fields ?? {}, isRecord(value) ? value : {});
  }

  /** Whether the schema has such a property. */
  knows(name: string): boolean {
    return this.properties[name] !== undefined;
  }

  /** Whether it is set to another value than zero. */
  has(name: string): boolean {
    return !isZero(this.values[name]);
  }

  /** Whether it is set, also to the zero value. */
  isSet(name: string): boolean {
    return (this.values[name] ?? null) !== null;
  }

  /** Whether the program's value differs from the one before the update. */
  changed(name: string): boolean {
    const before: Value = this.before[name] ?? null;
    const now: Value = this.values[name] ?? null;
    if (isZero(before) && isZero(now)) return false;
    const isSetOf = this.properties[name]?.kind === "set";
    const key = (value: Value) => canonical(isSetOf && isList(value) ? [...value].sort() : value);
    return key(before) !== key(now);
  }

  private get(name: string): Value {
    const property = this.properties[name];
    if (property === undefined) throw new Error(`The schema has no property ${name}.`);
    return this.values[name] ?? zeroOf(property);
  }
}

/**
 * Terraform orders a set by the decimal digits of its items' checksums; requests have that order.
 */
function inSetOrder(items: string[], property: ResourceProperty): string[] {
  const suffix = property.hashesString ? "" : ";";
  return items
    .map((item) => ({ item, key: String(crc32(`${item}${suffix}`)) }))
    .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
    .map(({ item }) => item);
}
