import { textOf } from "@defender-mssp/errors/json";
import type { StoredObject } from "../cloud/model";

/** The display name of an object; empty if it has none. */
export function objectName(object: StoredObject | undefined): string {
  return textOf(object?.["displayName"]);
}
