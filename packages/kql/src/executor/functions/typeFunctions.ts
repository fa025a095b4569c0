/** Conversions, and tests for null and the empty string. */
import type { FunctionCompiler } from "../evaluator";
import { convert, parseJsonValue, toNumber, toText } from "../values/convert";
import {
  isArray,
  isBag,
  KustoDateTime,
  KustoReal,
  KustoTimespan,
  unwrapped,
  type KustoValue,
} from "../values/kustoValue";
import { plain, plainFunctions, refused, type PlainFunction } from "./plainFunctions";

const toType =
  (type: string): PlainFunction =>
  ([value = null]) =>
    convert(value, type);

const toTextFunction: PlainFunction = ([value = null], { types }) => toText(value, types[0]);
const toJson: PlainFunction = ([value = null]) => (typeof value === "string" ? parseJsonValue(value) : value);

/** `isempty` holds for the empty string and for null; `isnull` never holds for a string. */
const isEmpty = (value: KustoValue) => value === null || value === "";

const isNull: FunctionCompiler = ({ arguments: [value], types: [type] }) =>
  type === "string" ? () => false : (frame) => (value?.(frame) ?? null) === null;

export const typeFunctions = {
  ...plainFunctions({
    tostring: toTextFunction,
    tolong: toType("long"),
    toint: toType("int"),
    toreal: toType("real"),
    todouble: toType("real"),
    tobool: toType("bool"),
    toboolean: toType("bool"),
    todatetime: toType("datetime"),
    totimespan: toType("timespan"),
    toguid: toType("guid"),
    todynamic: toJson,
    parse_json: toJson,
    parsejson: toJson,
    toobject: toJson,
    isempty: ([value = null]) => isEmpty(value),
    isnotempty: ([value = null]) => !isEmpty(value),
    notempty: ([value = null]) => !isEmpty(value),
    isnan: ([value = null]) => Number.isNaN(unwrapped(value)),
    isfinite: ([value = null]) => (value === null ? null : Number.isFinite(toNumber(value))),
    isinf: ([value = null]) => value === Infinity || value === -Infinity,
    gettype: ([value = null], call) => typeName(value, call.types[0]) ?? fail(refused(call, "of this value")),
  }),
  isnull: isNull,
  isnotnull: negated(isNull),
  notnull: negated(isNull),
  tohex: plain(toHex),
} satisfies Readonly<Record<string, FunctionCompiler>>;

/** A negative number has the digits of its 32 or 64 bits: https://learn.microsoft.com/kusto/query/tohex-function. */
function toHex(...[[number = null, length = 1], { types }]: Parameters<PlainFunction>): string {
  const value = unwrapped(number);
  if (typeof value !== "number") return "";
  const bits = BigInt.asUintN(types[0] === "int" ? 32 : 64, BigInt(Math.trunc(value)));
  return bits.toString(16).padStart(Math.min(Number(length), 16), "0");
}

function negated(compiler: FunctionCompiler): FunctionCompiler {
  return (call) => {
    const test = compiler(call);
    return (frame) => test(frame) !== true;
  };
}

function fail(error: Error): never {
  throw error;
}

function typeName(value: KustoValue, type = "dynamic"): string | undefined {
  if (type !== "dynamic") return type;
  if (value === null) return "null";
  if (isArray(value)) return "array";
  if (isBag(value)) return "dictionary";
  if (value instanceof KustoDateTime) return "datetime";
  if (value instanceof KustoTimespan) return "timespan";
  if (value instanceof KustoReal) return "double";
  if (typeof value === "number") return Number.isInteger(value) ? "long" : "double";
  return typeof value === "boolean" ? "bool" : "string";
}
