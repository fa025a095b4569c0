/**
 * What an entry for a resource type or a function holds. `Call` is what its operations need: a
 * client, who calls.
 */
import type { ValueRecord } from "../protocol/values";
import type { Fields } from "./fields";
import type { Check, Properties } from "./property";

/** How long an operation may take, in minutes, as the official plugin has it. */
export interface Minutes {
  readonly create: number;
  readonly read: number;
  readonly update?: number;
  readonly delete: number;
}

/** Tells that the object exists from now on: should a later step fail, nothing is lost. */
export type Created = (id: string, known?: ValueRecord) => void;

export interface ResourceType<Call> {
  /** Pulumi's name: `Group` of `azuread:index/group:Group`. */
  readonly name: string;
  /** Terraform's: `azuread_group`. */
  readonly terraform: string;
  readonly properties: Properties;
  /** Of the official plugin's state, so that it can take over a stack that the stand-in made. */
  readonly schemaVersion: number;
  /** Where the official plugin has none, Terraform's 20 hold. */
  readonly minutes?: Minutes;
  /** Checks an ID that the user wants to import. */
  readonly importId?: Check;
  /** Rules that several properties make together. Throws what is wrong. */
  validate?(plan: Fields, call: Call, isNew: boolean): Promise<void> | void;
  /** Names of properties of which this very change can't be made in place. */
  replaces?(before: ValueRecord, plan: Fields): string[];
  create(plan: Fields, call: Call, created: Created): Promise<void>;
  /** The object's values, or undefined if it is gone. `state`: what is known of it. */
  read(id: string, call: Call, state: Fields): Promise<ValueRecord | undefined>;
  update?(id: string, plan: Fields, call: Call): Promise<void>;
  delete(id: string, call: Call, state: Fields): Promise<void>;
}

export interface FunctionType<Call> {
  /** Pulumi's name: `getGroup`. */
  readonly name: string;
  readonly terraform: string;
  /** Arguments and results. */
  readonly properties: Properties;
  invoke(args: Fields, call: Call): Promise<{ id: string; values: ValueRecord }>;
}
