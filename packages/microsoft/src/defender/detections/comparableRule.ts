/**
 * A rule in the form in which a file's and the tenant's are compared: what the service normalises or
 * sets itself makes no difference.
 */
import { durationOf } from "@defender-mssp/errors/time";
import { newShape } from "./newShape";

export type ComparableValue =
  string | number | boolean | readonly ComparableValue[] | { readonly [key: string]: ComparableValue };

export type ComparableRule = Readonly<Record<string, ComparableValue>>;

/** Fields that the service sets, and those that Graph removes on 2026-10-01. */
const ownFields = new Set([
  ...["id", "createdBy", "createdDateTime", "lastModifiedBy", "lastModifiedDateTime"],
  ...["detectorId", "lastRunDetails", "isEnabled"],
]);

/**
 * @param rule a rule of a file, or one as Graph returns it, in the shape before or after 2026-05.
 */
export function comparableRule(rule: object): ComparableRule {
  const { rule: current } = newShape(rule as Readonly<Record<string, unknown>>);
  const fields = Object.entries(current).filter(([key]) => !ownFields.has(key) && !key.includes("@odata."));
  return (comparable(Object.fromEntries(fields), []) ?? {}) as ComparableRule;
}

/** Values that mean the same as none. */
const defaults: Readonly<Record<string, unknown>> = {
  "detectionAction.incidentConfiguration.isExcludedFromIncidentCorrelation": false,
  "detectionAction.alertTemplate.eventGroupingKind": "alertPerEvent",
  "detectionAction.organizationalScope.scopeType": "deviceGroup",
};

function comparable(value: unknown, path: readonly string[]): ComparableValue | undefined {
  const place = path.join(".");
  if (value === null || value === undefined || value === "" || value === defaults[place]) return undefined;
  if (typeof value === "string") return comparableText(value, place);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => comparable(item, [...path, "[]"]) ?? []);
    return items.length === 0
      ? undefined
      : items
          .map((item) => ({ item, text: JSON.stringify(item) }))
          .sort(byText)
          .map(({ item }) => item);
  }
  if (typeof value !== "object") return undefined;
  const entries = Object.entries(value as Readonly<Record<string, unknown>>)
    .filter(([key]) => !key.includes("@odata."))
    .map(([key, inner]) => [key, comparable(inner, [...path, key])] as const)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Record<string, ComparableValue>);
}

function byText(a: { readonly text: string }, b: { readonly text: string }): number {
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}

const durations = new Set(["schedule.frequency", "schedule.lookback"]);

function comparableText(text: string, place: string): ComparableValue | undefined {
  if (durations.has(place)) {
    const milliseconds = durationOf(text);
    return milliseconds === undefined ? text : milliseconds / 1000;
  }
  const lines = text.replaceAll(/\r\n?/g, "\n");
  const shown = place === "queryCondition.queryText" ? lines.trim() : lines;
  return shown === "" ? undefined : shown;
}

/** One difference between a rule of the repository and the tenant's. */
export interface RuleDifference {
  /** Such as `detectionAction.alertTemplate.severity`. */
  readonly path: string;
  readonly inRepository: ComparableValue | undefined;
  readonly inTenant: ComparableValue | undefined;
}

/**
 * Differences between a rule of the repository and the tenant's, sorted by path. A `lookback` that the
 * repository does not set is the service's own.
 */
export function ruleDifferences(inRepository: object, inTenant: object): readonly RuleDifference[] {
  return differences(comparableRule(inRepository), comparableRule(inTenant), []).filter(
    ({ path, inRepository: own }) => path !== "schedule.lookback" || own !== undefined,
  );
}

function differences(
  own: ComparableValue | undefined,
  live: ComparableValue | undefined,
  path: readonly string[],
): RuleDifference[] {
  if (isMap(own) && isMap(live)) {
    const keys = [...new Set([...Object.keys(own), ...Object.keys(live)])].sort();
    return keys.flatMap((key) => differences(own[key], live[key], [...path, key]));
  }
  if (JSON.stringify(own) === JSON.stringify(live)) return [];
  return [{ path: path.join("."), inRepository: own, inTenant: live }];
}

function isMap(value: ComparableValue | undefined): value is { readonly [key: string]: ComparableValue } {
  return typeof value === "object" && !Array.isArray(value);
}
