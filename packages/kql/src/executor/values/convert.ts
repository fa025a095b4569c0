/** Conversions between types, as Kusto's `to…()` functions make them. */
import { emptyValue, isArray, isBag, KustoDateTime, KustoTimespan, type KustoValue } from "./kustoValue";
import { momentText, parseMoment } from "./parseMoment";
import { parseTimespan, timespanText } from "./parseTimespan";

/**
 * @param type the static type: a `real` is written with a decimal point, and a `bool` as `True`, which duckdb-kql has
 * measured on the Kusto emulator; a `dynamic` has JSON's `true`
 */
export function toText(value: KustoValue, type?: string): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return type === "real" ? realText(value) : String(value);
  if (typeof value === "boolean" && type === "bool") return value ? "True" : "False";
  if (typeof value === "boolean") return String(value);
  if (value instanceof KustoDateTime) return momentText(value);
  if (value instanceof KustoTimespan) return timespanText(value);
  return jsonText(value);
}

function realText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value).replace("e", "E");
}

/** JSON without white space; times in it are strings. */
export function jsonText(value: KustoValue): string {
  return JSON.stringify(value, (_name, inner: KustoValue) =>
    inner instanceof KustoDateTime || inner instanceof KustoTimespan ? toText(inner) : inner,
  );
}

/** The dynamic value of a JSON text; the text itself if it is no JSON. */
export function parseJsonValue(text: string): KustoValue {
  if (text === "") return null;
  try {
    return JSON.parse(text) as KustoValue;
  } catch {
    return text;
  }
}

/** A value in a type; the type's null if it can't be. */
export function convert(value: KustoValue, type: string): KustoValue {
  if (value === null) return emptyValue(type);
  return (conversions[type] ?? ((unchanged) => unchanged))(value);
}

const conversions: Readonly<Partial<Record<string, (value: KustoValue) => KustoValue>>> = {
  string: (value) => toText(value),
  long: toWhole,
  int: toWhole,
  real: toNumber,
  decimal: toNumber,
  bool: toBool,
  datetime: toMoment,
  timespan: toTimespan,
  guid: toGuid,
};

export function toNumber(value: KustoValue): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || /^0x[0-9a-f]+$/i.test(text)) return Number(text);
  return null;
}

function toWhole(value: KustoValue): number | null {
  if (value instanceof KustoDateTime || value instanceof KustoTimespan) return Number(value.ticks);
  if (typeof value === "string" && !/^\s*([+-]?\d+|0x[0-9a-f]+)\s*$/i.test(value)) {
    return null;
  }
  const number = toNumber(value);
  return number === null || !Number.isFinite(number) ? null : Math.trunc(number);
}

export function toBool(value: KustoValue): boolean | null {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  if (typeof value !== "string") return null;
  const text = value.trim().toLowerCase();
  if (text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : null;
}

export function toMoment(value: KustoValue): KustoDateTime | null {
  if (value instanceof KustoDateTime) return value;
  return typeof value === "string" ? (parseMoment(value) ?? null) : null;
}

export function toTimespan(value: KustoValue): KustoTimespan | null {
  if (value instanceof KustoTimespan) return value;
  return typeof value === "string" ? (parseTimespan(value) ?? null) : null;
}

function toGuid(value: KustoValue): string | null {
  const text = toText(value)
    .toLowerCase()
    .replace(/^\{|\}$/g, "");
  const lengths = text.split("-").map(({ length }) => length);
  return /^[0-9a-f-]+$/.test(text) && lengths.join() === "8,4,4,4,12" ? text : null;
}

/** The elements of an array; a scalar is its own element, null has none. */
export function elements(value: KustoValue): readonly KustoValue[] {
  if (value === null) return [];
  return isArray(value) ? value : [value];
}

/** The member of a bag or an array; null if there is none. A negative index counts from the end. */
export function member(value: KustoValue, key: KustoValue): KustoValue {
  if (isArray(value)) return typeof key === "number" ? (value.at(key) ?? null) : null;
  if (isBag(value) && typeof key === "string" && Object.hasOwn(value, key)) return value[key] ?? null;
  return null;
}
