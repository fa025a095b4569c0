import { convert, toNumber } from "../values/convert";
import { compare } from "../values/compare";
import { KustoTimespan, type KustoValue } from "../values/kustoValue";
import { plainFunctions, refused, type PlainFunction } from "./plainFunctions";

/** A function of one number; null of what is none. */
function numeric(run: (value: number) => number): PlainFunction {
  return ([value = null]) => {
    const number = toNumber(value);
    const result = number === null ? null : run(number);
    return result === null || Number.isNaN(result) ? null : result;
  };
}

const absoluteNumber = numeric(Math.abs);

const absolute: PlainFunction = (args, call) => {
  const [value] = args;
  if (value instanceof KustoTimespan) return new KustoTimespan(value.ticks < 0n ? -value.ticks : value.ticks);
  return absoluteNumber(args, call);
};

/** Half-way cases go away from zero. */
const round: PlainFunction = ([value = null, digits = 0]) => {
  const number = toNumber(value);
  if (number === null) return null;
  const factor = 10 ** Number(digits);
  return (Math.sign(number) * Math.round(Math.abs(number) * factor)) / factor;
};

/** The least or greatest argument that isn't null. */
function extreme(sign: 1 | -1): PlainFunction {
  return (args) =>
    args.reduce<KustoValue>((best, value) => (value !== null && isBetter(value, best, sign) ? value : best), null);
}

function isBetter(value: KustoValue, best: KustoValue, sign: 1 | -1): boolean {
  return best === null || (compare(value, best) ?? 0) * sign > 0;
}

/** Bits in two's complement. A shift goes by its last six bits; a negative one is null. */
function bitwise(run: (left: bigint, right: bigint) => bigint, isShift = false): PlainFunction {
  return ([left = null, right = 0], call) => {
    const [value, other] = [convert(left, "long"), convert(right, "long")];
    if (typeof value !== "number" || typeof other !== "number" || (isShift && other < 0)) return null;
    if (isShift && value < 0) throw refused(call, "of a negative number");
    return convert(String(BigInt.asIntN(64, run(BigInt(value), BigInt(isShift ? other % 64 : other)))), "long");
  };
}

export const numberFunctions = plainFunctions({
  abs: absolute,
  round,
  ceiling: numeric(Math.ceil),
  sqrt: numeric(Math.sqrt),
  exp: numeric(Math.exp),
  log: numeric(Math.log),
  log2: numeric(Math.log2),
  log10: numeric(Math.log10),
  // 0 of null: duckdb-kql has measured it on the Kusto emulator.
  sign: ([value = null]) => Math.sign(toNumber(value) ?? 0) || 0,
  pow: ([base = null, exponent = null]) => {
    const [left, right] = [toNumber(base), toNumber(exponent)];
    return left === null || right === null ? null : left ** right;
  },
  binary_and: bitwise((left, right) => left & right),
  binary_or: bitwise((left, right) => left | right),
  binary_xor: bitwise((left, right) => left ^ right),
  binary_not: bitwise((value) => ~value),
  binary_shift_left: bitwise((value, shift) => value << shift, true),
  binary_shift_right: bitwise((value, shift) => value >> shift, true),
  max_of: extreme(1),
  min_of: extreme(-1),
});
