/**
 * Reads fields of a service's objects: any of them may be missing, null or of another type, and one
 * object must not stop the others. Times are ISO 8601, UTC, in milliseconds.
 */
import { createHash } from "node:crypto";

export const recordSeverities = ["informational", "low", "medium", "high"] as const;
export type RecordSeverity = (typeof recordSeverities)[number];

/** Documented values, which may be missing. */
export type Unchecked<T> = { readonly [Key in keyof T]?: unknown };

/** A stable ID of an object that has none. */
export function madeUpId(object: object): string {
  return `without-id-${createHash("sha256").update(JSON.stringify(object)).digest("hex").slice(0, 29)}`;
}

export const epoch = new Date(0).toISOString();

export function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function severityOf(value: unknown): RecordSeverity | "unknown" {
  const name = textOrNull(value)?.toLowerCase();
  return recordSeverities.find((severity) => severity === name) ?? "unknown";
}

/**
 * The services write seven decimals; some of the legacy API's examples have no zone, and are UTC.
 */
export function timeOf(value: unknown): string | null {
  const text = textOrNull(value);
  if (text === null) return null;
  const time = Date.parse(/(z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
