/** An entry for a resource type or a function. `Call`: the client that its operations use. */
import type { ValueRecord } from "../protocol/values";
import type { Fields } from "./fields";
import type { ValueCheck, ResourceProperties } from "./property";

/** Timeouts of the operations in minutes, as in the official plugin. */
export interface Minutes {
  readonly create: number;
  readonly read: number;
  readonly update?: number;
  readonly delete: number;
}

/** Reports that the object exists, so that it is stored even if a later step fails. */
export type Created = (id: string, known?: ValueRecord) => void;

export interface ResourceType<Call> {
  /** Pulumi's name: `Group` of `azuread:index/group:Group`. */
  readonly name: string;
  /** Terraform's: `azuread_group`. */
  readonly terraform: string;
  readonly properties: ResourceProperties;
  /** The official plugin's schema version, so that it can use a stand-in's stack. Default: 0. */
  readonly schemaVersion?: number;
  /** Default: Terraform's 20. */
  readonly minutes?: Minutes;
  /** Whether the official plugin reads a new object again that it does not find. */
  readonly retriesNew?: boolean;
  /** Checks an ID that the user wants to import. */
  readonly importId?: ValueCheck;
  /** Rules between properties. Throws the error. */
  validate?(plan: Fields, call: Call, isNew: boolean): Promise<void> | void;
  create(plan: Fields, call: Call, created: Created): Promise<void>;
  /** The object's values, or undefined if it does not exist. `state`: the known values. */
  read(id: string, call: Call, state: Fields): Promise<ValueRecord | undefined>;
  update?(id: string, plan: Fields, call: Call): Promise<void>;
  delete(id: string, call: Call, state: Fields): Promise<void>;
}

export interface FunctionType<Call> {
  /** Pulumi's name: `getGroup`. */
  readonly name: string;
  readonly terraform: string;
  /** Arguments and results. */
  readonly properties: ResourceProperties;
  invoke(args: Fields, call: Call): Promise<{ id: string; values: ValueRecord }>;
}
