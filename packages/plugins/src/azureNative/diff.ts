/**
 * The changes of an update. The official azure-native plugin compares the old inputs with the new
 * ones.
 */
import type { ChangeKind, PropertyDifference } from "../protocol/provider";
import { type Value, type ValueRecord, canonical, hasUnknowns, isList, isRecord } from "../protocol/values";
import { memberPath, type ResourceProperties } from "../schema/property";

/** The property paths that differ. A changed path parameter or immutable property replaces. */
export function changesOf(
  properties: ResourceProperties,
  before: ValueRecord,
  now: ValueRecord,
): Map<string, PropertyDifference> {
  const changes = new Map<string, PropertyDifference>();
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (name.startsWith("__")) continue;
    const replace = Boolean(properties[name]?.forceNew);
    if (name === "location" && sameLocation(before[name], now[name])) continue;
    compare(name, before[name] ?? null, now[name] ?? null, replace, changes);
  }
  return changes;
}

function compare(
  path: string,
  before: Value,
  now: Value,
  replace: boolean,
  changes: Map<string, PropertyDifference>,
): void {
  const record = (kind: ChangeKind) => changes.set(path, { kind, replace });
  if (hasUnknowns(now) && !isRecord(now)) record(before === null ? "add" : "update");
  else if (canonical(before) === canonical(now)) return;
  else if (before === null) record("add");
  else if (now === null) record("delete");
  else if (isRecord(before) && isRecord(now)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
      compare(memberPath(path, key), before[key] ?? null, now[key] ?? null, replace, changes);
    }
  } else if (isList(before) && isList(now)) {
    for (let index = 0; index < Math.max(before.length, now.length); index++) {
      compare(`${path}[${index}]`, before[index] ?? null, now[index] ?? null, replace, changes);
    }
  } else record("update");
}

/** "West Europe" and "westeurope" are the same. */
function sameLocation(before: Value | undefined, now: Value | undefined): boolean {
  const plain = (value: Value | undefined) =>
    typeof value === "string" ? value.replaceAll(" ", "").toLowerCase() : undefined;
  return plain(before) !== undefined && plain(before) === plain(now);
}
