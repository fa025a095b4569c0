/** Rows that a test gives become values of the table's types, and results become JSON. */
import { VisibleError } from "@defender-mssp/errors";
import type { HuntingTable, QueryColumn } from "../../schema/huntingSchema";
import { convert, toText } from "./convert";
import { Refusal } from "../refusal";
import {
  emptyValue,
  isArray,
  isBag,
  KustoDateTime,
  KustoReal,
  KustoTimespan,
  type KustoRow,
  type KustoValue,
} from "./kustoValue";
import { momentFromDate, shortMomentText } from "./parseMoment";
import { timespanText } from "./parseTimespan";

/** A row as JSON or YAML hold it: values by the column's name. */
export type QueryRow = Readonly<Record<string, unknown>>;

/** @throws VisibleError if a row names no column of the table, or a value isn't of the column's type */
export function inputRows(table: Pick<HuntingTable, "name" | "columns">, rows: readonly QueryRow[]): KustoRow[] {
  // Tables have many columns, of which rows give few.
  const empty = table.columns.map(({ type }) => emptyValue(type));
  const columns = new Map(table.columns.map((column, index) => [column.name, { ...column, index }]));
  return rows.map((row, index) => {
    const place = `Row ${index + 1} of ${table.name}`;
    const values = [...empty];
    for (const name of Object.keys(row)) {
      const column = columns.get(name);
      if (column === undefined) throw new VisibleError(`${place} has ${name}, which is no column of the table.`);
      values[column.index] = inputValue(row[name], column, place);
    }
    return values;
  });
}

/** @throws VisibleError if the value isn't of the column's type */
export function inputValue(value: unknown, { name, type }: QueryColumn, place: string): KustoValue {
  const given = kustoValue(value);
  if (given === null) return emptyValue(type);
  const refused = (reason: string) =>
    new VisibleError(`${place}: ${name} is ${shown(given)}, which is no ${type}${reason}.`);
  if (type === "dynamic") {
    if (isRounded(given)) throw refused(" with numbers below 2^53");
    return given;
  }
  try {
    const converted = convert(given, type);
    if (converted !== null) return converted;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw refused(type === "long" ? " below 2^53" : "");
  }
  throw refused("");
}

function shown(value: KustoValue): string {
  return typeof value === "number" || isArray(value) || isBag(value)
    ? JSON.stringify(outputValue(value))
    : toText(value);
}

/** Whether a whole number of a dynamic value was too large to be read exactly. */
function isRounded(value: KustoValue): boolean {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value);
  return (isArray(value) ? value : isBag(value) ? Object.values(value) : []).some(isRounded);
}

/** A value of JSON or YAML. */
function kustoValue(value: unknown): KustoValue {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return momentFromDate(value);
  if (value instanceof KustoDateTime || value instanceof KustoReal || value instanceof KustoTimespan) return value;
  if (Array.isArray(value)) return value.map(kustoValue);
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, kustoValue(inner)]));
  }
  return value as string | number | boolean;
}

/** A value for JSON: times as ISO 8601 in UTC, spans as `1.02:03:04`. */
export function outputValue(value: KustoValue): unknown {
  if (value instanceof KustoDateTime) return shortMomentText(value);
  if (value instanceof KustoTimespan) return timespanText(value);
  if (value instanceof KustoReal) return value.value;
  if (isArray(value)) return value.map(outputValue);
  if (isBag(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, outputValue(inner)]));
  return value;
}
