/** Conversions between types, as Kusto's `to…()` functions make them. */
import { spend } from "../budget";
import { Refusal } from "../refusal";
import {
  emptyValue,
  isArray,
  isBag,
  KustoDateTime,
  KustoReal,
  KustoTimespan,
  unwrapped,
  type KustoValue,
} from "./kustoValue";
import { isUndocumentedMoment, momentText, parseMoment } from "./parseMoment";
import { parseTimespan, timespanText } from "./parseTimespan";

/**
 * @param type the static type: a `real` is written with a decimal point, and a `bool` as `True`, which duckdb-kql has
 * measured on the Kusto emulator; a `dynamic` has JSON's `true`
 */
export function toText(value: KustoValue, type?: string): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number")
    return type === "real" || !Number.isSafeInteger(value) ? realText(value) : String(value);
  if (value instanceof KustoReal) return realText(value.value);
  if (typeof value === "boolean" && type === "bool") return value ? "True" : "False";
  if (typeof value === "boolean") return String(value);
  if (value instanceof KustoDateTime) return momentText(value);
  if (value instanceof KustoTimespan) return timespanText(value);
  return jsonText(value);
}

function realText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  const size = Math.abs(value);
  if (size >= 1e15 || (size < 1e-4 && !Object.is(value, 0)))
    throw new Refusal(`the text of the real ${value}: no document has its form`);
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** JSON without white space; times in it are strings. */
export function jsonText(value: KustoValue): string {
  const text = isArray(value)
    ? `[${value.map(jsonText).join(",")}]`
    : isBag(value)
      ? `{${Object.entries(value)
          .map(([name, inner]) => `${JSON.stringify(name)}:${jsonText(inner)}`)
          .join(",")}}`
      : jsonScalar(value);
  spend("characters", text.length);
  return text;
}

function jsonScalar(value: KustoValue): string {
  if (value === null) return "null";
  if (typeof value === "number" && !Number.isFinite(value)) throw new Refusal(`${value} in a dynamic value`);
  return typeof value === "number" || typeof value === "boolean" || value instanceof KustoReal
    ? toText(value)
    : JSON.stringify(toText(value));
}

/** The dynamic value of a JSON text; the text itself if it is no JSON. */
export function parseJsonValue(text: string): KustoValue {
  if (text === "") return null;
  try {
    const value = JSON.parse(text) as KustoValue;
    return /\d{16}|\d[.eE]/.test(text) ? withNumbers(text) : value;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** No name of a property is this one, since JSON has no such character without an escape. */
const realMark = "\u0000real";

/** Reads JSON whose numbers a JavaScript number doesn't tell apart: 1 from 1.0, and those beyond 2^53. */
function withNumbers(text: string): KustoValue {
  const marked = text.replace(
    /"(?:[^"\\]|\\.)*"|(-?\d+)(\.\d+)?([eE][+-]?\d+)?/g,
    (token, digits?: string, fraction?: string, exponent?: string) => {
      if (digits === undefined || !Number.isInteger(Number(token))) return token;
      if (fraction !== undefined || exponent !== undefined) return `{${JSON.stringify(realMark)}:${token}}`;
      safeWhole(Number(token));
      return token;
    },
  );
  return JSON.parse(marked, (_name, value: KustoValue) => {
    const real = isBag(value) && Object.hasOwn(value, realMark) ? value[realMark] : undefined;
    return typeof real === "number" ? new KustoReal(real) : value;
  }) as KustoValue;
}

/** A value in a type; the type's null if it can't be. */
export function convert(value: KustoValue, type: string): KustoValue {
  if (value === null) return emptyValue(type);
  return (conversions[type] ?? ((unchanged) => unchanged))(value);
}

const conversions: Readonly<Partial<Record<string, (value: KustoValue) => KustoValue>>> = {
  string: (value) => toText(value),
  long: toWhole,
  int: toInt,
  real: toReal,
  decimal: toReal,
  bool: toBool,
  datetime: toMoment,
  timespan: toTimespan,
  guid: toGuid,
};

export function toNumber(scalar: KustoValue): number | null {
  const value = unwrapped(scalar);
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || /^0x[0-9a-f]+$/i.test(text)) return Number(text);
  return null;
}

function toReal(value: KustoValue): number | null {
  if (value instanceof KustoDateTime || value instanceof KustoTimespan)
    throw new Refusal("the real of a time or a span: no document has it");
  return toNumber(value);
}

function toWhole(value: KustoValue): number | null {
  if (value instanceof KustoDateTime || value instanceof KustoTimespan) return safeWhole(Number(value.ticks));
  if (typeof value === "string" && !/^\s*([+-]?\d+|0x[0-9a-f]+)\s*$/i.test(value)) {
    return null;
  }
  const number = toNumber(value);
  return number === null ? null : safeWhole(Math.trunc(number));
}

/** Null beyond 64 bits. @throws Refusal beyond 2^53, which a JavaScript number would round */
function safeWhole(value: number): number | null {
  if (!(Math.abs(value) < 2 ** 63)) return null;
  if (!Number.isSafeInteger(value)) throw new Refusal(`the number ${value} beyond 2^53`);
  return value;
}

/**
 * Null of a text beyond 32 bits: https://learn.microsoft.com/kusto/query/toint-function. @throws Refusal for a number
 * beyond, which the page makes null and the Kusto emulator something else
 */
function toInt(value: KustoValue): number | null {
  const whole = toWhole(value);
  if (whole !== null && whole === (whole | 0)) return whole;
  const number = unwrapped(value);
  if (typeof value === "string" || (whole === null && !Number.isFinite(number))) return null;
  throw new Refusal(`the number ${whole ?? Number(number)} beyond 32 bits`);
}

export function toBool(scalar: KustoValue): boolean | null {
  const value = unwrapped(scalar);
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  if (typeof value !== "string") return null;
  const text = value.trim().toLowerCase();
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  if (toNumber(text) !== null) throw new Refusal(`the truth of the text "${value}": no document has it`);
  return null;
}

export function toMoment(value: KustoValue): KustoDateTime | null {
  if (value instanceof KustoDateTime) return value;
  if (typeof value !== "string") return null;
  const moment = parseMoment(value);
  if (moment === undefined && isUndocumentedMoment(value))
    throw new Refusal(`the time "${value}", whose form no document has`);
  return moment ?? null;
}

export function toTimespan(value: KustoValue): KustoTimespan | null {
  if (value instanceof KustoTimespan) return value;
  if (typeof value !== "string") return null;
  const span = parseTimespan(value);
  if (span === undefined && /^\s*-?(\d+\.)?\d+:\d+(:\d+)?/.test(value))
    throw new Refusal(
      `the span "${value}" with more than 23 hours, 59 minutes or 59 seconds: no document says its value`,
    );
  return span ?? null;
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
export function member(value: KustoValue, name: KustoValue): KustoValue {
  const key = unwrapped(name);
  if (isArray(value)) return typeof key === "number" ? (value.at(key) ?? null) : null;
  if (isBag(value) && typeof key === "string" && Object.hasOwn(value, key)) return value[key] ?? null;
  return null;
}
