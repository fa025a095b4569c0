/** Comparisons with null, as Kusto's operators make them, and the order of `sort`. */
import { spend } from "../budget";
import { toText } from "./convert";
import { isArray, isBag, KustoDateTime, KustoReal, KustoTimespan, type KustoValue } from "./kustoValue";

/**
 * `==`: null compared with null is null, null with a value is false.
 * https://learn.microsoft.com/kusto/query/scalar-data-types/null-values
 */
export function equals(left: KustoValue, right: KustoValue): boolean | null {
  if (left === null && right === null) return null;
  if (left === null || right === null) return false;
  return sameValue(left, right);
}

/** Whether two values are one group or one member of a set; nulls are. */
export function sameValue(left: KustoValue, right: KustoValue): boolean {
  return valueKey(left) === valueKey(right);
}

/** A text that two values share only if they are the same. */
export function valueKey(value: KustoValue): string {
  if (value === null) return "null";
  if (typeof value === "number" || typeof value === "boolean") return `n${Number(value)}`;
  if (typeof value === "string") return `s${value}`;
  if (value instanceof KustoReal) return `n${value.value}`;
  if (value instanceof KustoDateTime) return `d${value.ticks}`;
  if (value instanceof KustoTimespan) return `t${value.ticks}`;
  const parts = isArray(value)
    ? value.map((element) => valueKey(element))
    : Object.keys(value)
        .sort()
        .map((name) => [name, valueKey(value[name] ?? null)]);
  const key = `${isArray(value) ? "[" : "{"}${parts.map((part) => JSON.stringify(part)).join(",")}`;
  // A value that holds itself many times over has a key that grows beyond all bounds.
  spend("steps", key.length);
  return key;
}

/** Negative, 0 or positive; null if one of the values is null or they have no order. */
export function compare(left: KustoValue, right: KustoValue): number | null {
  if (left === null || right === null) return null;
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  const [first, second] = [orderable(left), orderable(right)];
  if (first === undefined || second === undefined || typeof first !== typeof second) return null;
  return first < second ? -1 : first > second ? 1 : 0;
}

function orderable(value: KustoValue): number | bigint | undefined {
  if (typeof value === "number") return Number.isNaN(value) ? undefined : value;
  if (typeof value === "boolean") return Number(value);
  if (value instanceof KustoReal) return value.value;
  if (value instanceof KustoDateTime || value instanceof KustoTimespan) return value.ticks;
  return undefined;
}

export interface SortOrder {
  readonly isDescending: boolean;
  /** Nulls come first in ascending order and last in descending order, if the query doesn't say. */
  readonly nullsFirst: boolean;
}

export function compareForSort(left: KustoValue, right: KustoValue, { isDescending, nullsFirst }: SortOrder): number {
  if (left === null || right === null) {
    if (left === null && right === null) return 0;
    return (left === null) === nullsFirst ? -1 : 1;
  }
  const order = compare(left, right) ?? compare(sortText(left), sortText(right)) ?? 0;
  return isDescending ? -order : order;
}

/** Dynamic values of different types are sorted by their text. */
function sortText(value: KustoValue): string {
  return isArray(value) || isBag(value) ? valueKey(value) : toText(value);
}
