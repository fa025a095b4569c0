/** The readers of JSON, typed for what the sandbox stores. */
import { isRecord, recordsOf } from "@defender-mssp/errors/json";
import type { Json } from "../cloud/model";

export { optionalText as textIn, textOf as jsonText, textsOf as textsIn } from "@defender-mssp/errors/json";

export type JsonObject = Record<string, Json>;

export const isObject = isRecord as (value: Json | undefined) => value is JsonObject;
/** The items that are objects; empty if the value is not a list. */
export const objectsIn = recordsOf as (value: Json | undefined) => JsonObject[];

/** A property of a value that may not be an object. */
export function innerOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) ? value[name] : undefined;
}
