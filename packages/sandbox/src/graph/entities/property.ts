/**
 * How the table of entity sets describes a property, and short builders for it, so that an entry
 * reads like the list of properties in Graph's reference.
 */
import type { Json } from "../../cloud/model";

/** The two versions of Graph that the sandbox speaks. */
export type GraphVersion = "v1.0" | "beta";

export type PrimitiveType =
  | "Edm.String"
  | "Edm.Boolean"
  | "Edm.Int32"
  | "Edm.Guid"
  | "Edm.DateTimeOffset"
  | "Edm.Binary"
  /** A type of Graph that the sandbox returns only as null or an empty collection. */
  | "Edm.Untyped";

export interface EntityProperty {
  /**
   * An EDM primitive, or the name of a complex type of Graph's (without `microsoft.graph.`) from
   * `complexTypes`.
   */
  readonly type: PrimitiveType | { readonly complex: string };
  readonly collection: boolean;
  /** Whether the value may be null. A collection is never null. */
  readonly nullable: boolean;
  /** The default; `undefined`: the service computes it. */
  readonly default: Json | undefined;
  /** When a client may set it: always, at creation only, or never. */
  readonly write: "always" | "create" | "never";
  /** A create without it is refused. */
  readonly required: boolean;
  /** The allowed values of a closed set. */
  readonly values?: readonly string[];
  /** A value in another case is taken for the one of the set: of an enumeration of the metadata. */
  readonly anyCase?: boolean;
  /** The version that has it, if only one does. */
  readonly only?: GraphVersion;
  /** In v1.0 it is a member of an enumeration: the stored text of this property of beta's, with a small first letter. */
  readonly small?: string;
  /** The versions that return it only with `$select`. */
  readonly selectedIn: readonly GraphVersion[];
  /**
   * A null value is returned right before this property: the service puts nulls of complex types
   * among the primitives.
   */
  readonly nullBefore?: string;
  /** Returned in another order than sent: clients must treat it as a set. */
  readonly unordered: boolean;
  /** Whether an empty string is allowed; the directory refuses most of them. */
  readonly emptyText: boolean;
  /** Accepted, never stored and never returned: a password. */
  readonly writeOnly: boolean;
}

/**
 * The properties of an entity or of a complex type, by name, in the order in which the service
 * answers them.
 */
export type EntityProperties = Readonly<Record<string, EntityProperty>>;

type Options = Partial<Omit<EntityProperty, "type" | "collection">>;

export const string = (options: Options = {}): EntityProperty => single("Edm.String", options);
export const boolean = (options: Options = {}): EntityProperty => single("Edm.Boolean", options);
export const int32 = (options: Options = {}): EntityProperty => single("Edm.Int32", options);
export const guid = (options: Options = {}): EntityProperty => single("Edm.Guid", options);
export const dateTime = (options: Options = {}): EntityProperty => single("Edm.DateTimeOffset", options);
export const binary = (options: Options = {}): EntityProperty => single("Edm.Binary", options);
export const untyped = (options: Options = {}): EntityProperty => single("Edm.Untyped", options);
export const strings = (options: Options = {}): EntityProperty => many("Edm.String", options);
export const guids = (options: Options = {}): EntityProperty => many("Edm.Guid", options);
export const untypedCollection = (options: Options = {}): EntityProperty => many("Edm.Untyped", options);
export const complex = (name: string, options: Options = {}): EntityProperty => single({ complex: name }, options);
export const complexes = (name: string, options: Options = {}): EntityProperty => many({ complex: name }, options);

/** Properties of one definition, in their order. */
export const each = (property: EntityProperty, ...names: readonly string[]): EntityProperties =>
  Object.fromEntries(names.map((name) => [name, property]));

/** Set by the service only. */
export const readOnly = { write: "never" } as const;
/** Never null; the service computes a missing value. */
export const computed = { write: "never", nullable: false, default: undefined } as const;
/** v1.0 returns it only with `$select`; beta always does. */
export const selected = { selectedIn: ["v1.0"] } as const;
/** Both versions return it only with `$select`. */
export const alwaysSelected = { selectedIn: ["v1.0", "beta"] } as const;

export function isIn(property: EntityProperty, version: GraphVersion): boolean {
  return property.only === undefined || property.only === version;
}

function single(type: EntityProperty["type"], options: Options): EntityProperty {
  return { ...common, type, collection: false, nullable: true, default: null, ...options };
}

function many(type: EntityProperty["type"], options: Options): EntityProperty {
  return { ...common, type, collection: true, nullable: false, default: [], ...options };
}

const common = {
  write: "always",
  required: false,
  selectedIn: [],
  unordered: false,
  emptyText: false,
  writeOnly: false,
} as const;
