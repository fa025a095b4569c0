/**
 * Description of a resource type in a stand-in plugin's table: a line for each property.
 *
 * The official plugins are Terraform providers behind Pulumi's bridge, so Terraform's terms apply:
 * its names are in error texts, its types decide how values compare (`set`: without order), and the
 * provider sets a "computed" value if the program does not.
 */
import { type Value, isList } from "../protocol/values";

/**
 * Who gives a property its value: the program (`required`, `optional`), the service (`computed`),
 * or optionally the program (`optional or computed`).
 */
export type PropertyUsage = "required" | "optional" | "computed" | "optional or computed";

/**
 * Returns the official plugin's error for a value, or undefined. `name` is the property's Terraform
 * name.
 */
export type ValueCheck = (value: Value, name: string) => string | undefined;

/** A resource's planned values or a block's, as `Fields` reads them. */
export interface PlannedValues {
  text(name: string): string;
  flag(name: string): boolean;
  number(name: string): number;
  texts(name: string): string[];
  block(name: string): PlannedValues;
  blocks(name: string): PlannedValues[];
  has(name: string): boolean;
  isSet(name: string): boolean;
}

/** How a property stands in Graph's JSON, where that is not the plan's value under another name. */
export interface GraphForm {
  /** The value to send; undefined is left out. */
  send(plan: PlannedValues, name: string): unknown;
  /** Default: as that of any other property. */
  read?(value: unknown): Value;
}

export interface PropertyOptions {
  /** Terraform's name, if it is not the property's in snake case. */
  readonly terraform?: string;
  /** Its path in Graph's JSON, such as `web.homePageUrl`. */
  readonly graph?: string;
  readonly graphForm?: GraphForm;
  /**
   * Its path in the resource manager's JSON, if it differs from the name, such as
   * `properties.principalId`.
   */
  readonly arm?: string;
  /** A change replaces the resource. */
  readonly forceNew?: boolean;
  /** Filled in by `check` and named in the inputs' `__defaults`. */
  readonly default?: boolean | number | string;
  readonly secret?: boolean;
  readonly check?: ValueCheck;
  /** Terraform names of top-level properties. */
  readonly exactlyOneOf?: readonly string[];
  readonly atLeastOneOf?: readonly string[];
  readonly minimumItems?: number;
  readonly maximumItems?: number;
  /** Whether `A` and `a` are equal. */
  readonly ignoresCase?: boolean;
  /** Whether omitting it is no change while the state has this value, which the service sets. */
  readonly isDefaultState?: (value: Value) => boolean;
  /**
   * For a set: Terraform hashes the items themselves, not their serialized form. The hash decides
   * the order.
   */
  readonly hashesString?: boolean;
  /** Refused in a program. It is read and sent all the same, so that the tenant's value shows as drift. */
  readonly unsupported?: boolean;
}

type Kind = "string" | "boolean" | "integer" | "list" | "set" | "map" | "object" | "objects";

export interface ResourceProperty extends PropertyOptions {
  /** `object`: a list of at most one block, which Pulumi shows as an object. */
  readonly kind: Kind;
  readonly usage: PropertyUsage;
  /** Of the blocks of `object` and `objects`. */
  readonly fields?: ResourceProperties;
}

export type ResourceProperties = Readonly<Record<string, ResourceProperty>>;

const simple =
  (kind: Kind) =>
  (usage: PropertyUsage, options: PropertyOptions = {}): ResourceProperty => ({ kind, usage, ...options });
const blocks =
  (kind: Kind) =>
  (usage: PropertyUsage, fields: ResourceProperties, options: PropertyOptions = {}): ResourceProperty => ({
    kind,
    usage,
    fields,
    ...options,
  });

export const string = simple("string");
export const boolean = simple("boolean");
export const integer = simple("integer");
export const list = simple("list");
/** A list of strings whose order means nothing. */
export const set = simple("set");
/** Strings by name. */
export const map = simple("map");
/** At most one block. */
export const object = blocks("object");
/** A list of blocks. */
export const objects = blocks("objects");

export function isInput(property: ResourceProperty): boolean {
  return property.usage !== "computed";
}

export function isComputed(property: ResourceProperty): boolean {
  return property.usage === "computed" || property.usage === "optional or computed";
}

/** Terraform's name of a property: `onpremisesGroupType` is `onpremises_group_type`. */
export function terraformName(name: string, property?: ResourceProperty): string {
  return property?.terraform ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Null, false, 0, "" and empty collections: "not set" for Terraform. */
export function isZero(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === "") return true;
  return isList(value) && value.length === 0;
}

/** The value of a property that the service omits: Terraform's `d.Set` of Go's zero value. */
export function zeroOf(property: ResourceProperty): Value {
  switch (property.kind) {
    case "string":
      return "";
    case "boolean":
      return false;
    case "integer":
      return 0;
    case "list":
    case "set":
    case "objects":
      return [];
    case "map":
      return {};
    case "object":
      return null;
  }
}

/** Whether it has several values. */
export function isCollection(property: ResourceProperty): boolean {
  return ["list", "set", "map", "objects"].includes(property.kind);
}

/**
 * The path of a member, as the engine writes it: `tags["a.b"]` where a dot would mislead, else
 * `tags.a`.
 */
export function memberPath(path: string, key: string): string {
  return /[."[\]]/.test(key) ? `${path}["${key}"]` : `${path}.${key}`;
}
