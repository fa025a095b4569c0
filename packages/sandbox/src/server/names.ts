import type { StoredObject } from "../cloud/model";

/** The display name of an object; empty if it has none. */
export function objectName(object: StoredObject | undefined): string {
  const name = object?.["displayName"];
  return typeof name === "string" ? name : "";
}
