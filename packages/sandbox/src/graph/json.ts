/** Reads JSON of unknown shape. */
import type { Json } from "../cloud/model";

export type JsonObject = Record<string, Json>;

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The string, or an empty one for any other value. */
export function jsonText(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The string; undefined for any other value. */
export function textIn(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The items that are objects; empty if the value is not a list. */
export function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The items that are strings; empty if the value is not a list. */
export function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** A property of a value that may not be an object. */
export function innerOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) ? value[name] : undefined;
}
