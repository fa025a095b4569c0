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
  /**
   * Anything at all: a type of Graph's that the sandbox only ever answers as null or as an empty
   * collection.
   */
  | "Edm.Untyped";

export interface Property {
  /**
   * An EDM primitive, or the name of a complex type of Graph's (without `microsoft.graph.`) from
   * `complexTypes`.
   */
  readonly type: PrimitiveType | { readonly complex: string };
  readonly collection: boolean;
  /** Whether a client may send null, and the service may answer it. A collection is never null. */
  readonly nullable: boolean;
  /** What an object has when nobody sent a value; `undefined`: the service computes it. */
  readonly default: Json | undefined;
  /** When a client may set it: at any time, only while creating, or never. */
  readonly write: "always" | "create" | "never";
  /** A create without it is refused. */
  readonly required: boolean;
  /** The only values that are taken, where it is a closed set. */
  readonly values?: readonly string[];
  /** The version that has it, where only one does. */
  readonly only?: GraphVersion;
  /** The versions that answer it only when `$select` names it. */
  readonly selectedIn: readonly GraphVersion[];
  /**
   * A null value is answered right before this property: the service puts nulls of complex types
   * among the primitives.
   */
  readonly nullBefore?: string;
  /** Read back in another order than it was sent: clients must treat it as a set. */
  readonly unordered: boolean;
  /** Whether an empty text is a value; the directory refuses it in most places. */
  readonly emptyText: boolean;
  /** Taken from a client, never kept and never answered: a password. */
  readonly writeOnly: boolean;
}

/**
 * The properties of an entity or of a complex type, by name, in the order in which the service
 * answers them.
 */
export type Properties = Readonly<Record<string, Property>>;

type Options = Partial<Omit<Property, "type" | "collection">>;

export const string = (options: Options = {}): Property => single("Edm.String", options);
export const boolean = (options: Options = {}): Property => single("Edm.Boolean", options);
export const int32 = (options: Options = {}): Property => single("Edm.Int32", options);
export const guid = (options: Options = {}): Property => single("Edm.Guid", options);
export const dateTime = (options: Options = {}): Property => single("Edm.DateTimeOffset", options);
export const binary = (options: Options = {}): Property => single("Edm.Binary", options);
export const untyped = (options: Options = {}): Property => single("Edm.Untyped", options);
export const strings = (options: Options = {}): Property => many("Edm.String", options);
export const guids = (options: Options = {}): Property => many("Edm.Guid", options);
export const untypedCollection = (options: Options = {}): Property => many("Edm.Untyped", options);
export const complex = (name: string, options: Options = {}): Property => single({ complex: name }, options);
export const complexes = (name: string, options: Options = {}): Property => many({ complex: name }, options);

/** Set by the service alone. */
export const readOnly = { write: "never" } as const;
/** Never null; the service computes a value when none is sent. */
export const computed = { write: "never", nullable: false, default: undefined } as const;
/** v1.0 answers it only when `$select` names it; beta always does. */
export const selected = { selectedIn: ["v1.0"] } as const;
/** Both versions answer it only when `$select` names it. */
export const alwaysSelected = { selectedIn: ["v1.0", "beta"] } as const;

function single(type: Property["type"], options: Options): Property {
  return { ...common, type, collection: false, nullable: true, default: null, ...options };
}

function many(type: Property["type"], options: Options): Property {
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
