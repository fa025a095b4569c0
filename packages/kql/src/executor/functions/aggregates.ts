/**
 * Aggregates of `summarize`. Nulls take no part. `dcount` counts exactly, where the service
 * estimates.
 */
import type { Expression, FunctionCall, FunctionCompiler } from "../evaluator";
import { compare, valueKey } from "../values/compare";
import { elements } from "../values/convert";
import { asDynamic, KustoDateTime, KustoTimespan, unwrapped, type KustoValue } from "../values/kustoValue";
import { bagMerge, distinctValues } from "./dynamicFunctions";
import { refused, type PlainFunction } from "./plainFunctions";

/** Values of an argument for each row of the group. */
function values(argument: Expression | undefined, frame: Parameters<Expression>[0]): KustoValue[] {
  if (argument === undefined) return [];
  return frame.rows.map((row, index) => argument({ row, rows: frame.rows, index }));
}

/** An aggregate of its first argument. */
function aggregate(fold: PlainFunction): FunctionCompiler {
  return (call) => (frame) =>
    fold(
      values(call.arguments[0], frame).filter((value) => value !== null),
      call,
    );
}

/** As `aggregate`, of the rows for which the second argument holds. */
function aggregateIf(fold: PlainFunction): FunctionCompiler {
  return (call) => (frame) => {
    const conditions = values(call.arguments[1], frame);
    const chosen = values(call.arguments[0], frame).filter(
      (value, index) => value !== null && conditions[index] === true,
    );
    return fold(chosen, call);
  };
}

const count: FunctionCompiler = () => (frame) => frame.rows.length;
const countIf: FunctionCompiler = (call) => (frame) =>
  values(call.arguments[0], frame).filter((value) => value === true).length;

const distinctCount: PlainFunction = (list) => new Set(list.map(valueKey)).size;

const sum: PlainFunction = (list, call) => {
  if (list.some((value) => value instanceof KustoTimespan)) {
    return new KustoTimespan(
      list.reduce((total, value) => total + (value instanceof KustoTimespan ? value.ticks : 0n), 0n),
    );
  }
  const total = list
    .map(unwrapped)
    .reduce<number>((subtotal, value) => subtotal + (typeof value === "number" ? value : 0), 0);
  if (call.node.scalarType === "long" && !Number.isSafeInteger(total)) throw refused(call, "beyond 2^53");
  return total;
};

/** Of no values NaN: https://learn.microsoft.com/kusto/query/summarize-operator. */
const average: PlainFunction = (list, call) => {
  if (list.length === 0) return call.node.scalarType === "real" ? NaN : null;
  const total = sum(list, call);
  if (total instanceof KustoTimespan) return new KustoTimespan(total.ticks / BigInt(list.length));
  return Number(total) / list.length;
};

function extreme(sign: 1 | -1): PlainFunction {
  return (list) =>
    list.reduce<KustoValue>(
      (best, value) => (best === null || (compare(value, best) ?? 0) * sign > 0 ? value : best),
      null,
    );
}

const limit = (call: FunctionCall, argument: number): number => {
  const node = call.nodes[argument];
  const size = node === undefined ? undefined : call.evaluator.constant(node, call.scope);
  return typeof size === "number" ? size : 1_048_576;
};

/** Values as the elements of a dynamic array. */
function listed(list: readonly KustoValue[], { types: [type] }: FunctionCall): KustoValue[] {
  return list.map((value) => asDynamic(value, type));
}

/** Arrays count by their elements. */
function makeSet(sizeArgument: number, smallest = Infinity): PlainFunction {
  return (list, call) =>
    distinctValues(listed(list, call).flatMap(elements)).slice(0, Math.min(limit(call, sizeArgument), smallest));
}

function makeList(sizeArgument: number, smallest = Infinity): PlainFunction {
  return (list, call) => listed(list, call).slice(0, Math.min(limit(call, sizeArgument), smallest));
}

/** The deprecated `makeset` and `makelist` keep 128 values if the query gives no size. */
function withOldLimit(make: (sizeArgument: number, smallest?: number) => PlainFunction): FunctionCompiler {
  return (call) => aggregate(make(1, call.nodes.length > 1 ? Infinity : 128))(call);
}

function numbers(list: readonly KustoValue[]): number[] {
  return list.map(unwrapped).filter((value) => typeof value === "number");
}

/** The variance of a sample: divided by n - 1. */
function sampleVariance(list: readonly KustoValue[]): number {
  const sample = numbers(list);
  if (sample.length < 2) return 0;
  const mean = sample.reduce((total, value) => total + value, 0) / sample.length;
  return sample.reduce((total, value) => total + (value - mean) ** 2, 0) / (sample.length - 1);
}

/** The nearest rank: the smallest value that is not below the share of values. */
export function nearestRank(list: readonly KustoValue[], share: number): KustoValue {
  const sorted = list.filter((value) => value !== null).sort((a, b) => compare(a, b) ?? 0);
  return sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)] ?? null;
}

const percentile: FunctionCompiler = (call) => (frame) => {
  const share = call.arguments[1]?.(frame);
  if (typeof share !== "number") throw refused(call, "without a share");
  return nearestRank(values(call.arguments[0], frame), share);
};

/** Any value: here the first, which a test can rely on less than the service does. */
const takeAny: PlainFunction = ([first = null]) => first;

export const aggregates = {
  count,
  countif: countIf,
  dcount: aggregate(distinctCount),
  dcountif: aggregateIf(distinctCount),
  count_distinct: aggregate(distinctCount),
  count_distinctif: aggregateIf(distinctCount),
  sum: aggregate(sum),
  sumif: aggregateIf(sum),
  avg: aggregate(average),
  avgif: aggregateIf(average),
  min: aggregate(extreme(-1)),
  minif: aggregateIf(extreme(-1)),
  max: aggregate(extreme(1)),
  maxif: aggregateIf(extreme(1)),
  make_set: aggregate(makeSet(1)),
  make_set_if: aggregateIf(makeSet(2)),
  makeset: withOldLimit(makeSet),
  make_list: aggregate(makeList(1)),
  make_list_if: aggregateIf(makeList(2)),
  makelist: withOldLimit(makeList),
  make_list_with_nulls:
    (call: FunctionCall): Expression =>
    (frame) =>
      values(call.arguments[0], frame),
  make_bag: aggregate(bagMerge),
  make_bag_if: aggregateIf(bagMerge),
  stdev: aggregate((list) => Math.sqrt(sampleVariance(list))),
  stdevif: aggregateIf((list) => Math.sqrt(sampleVariance(list))),
  variance: aggregate(sampleVariance),
  varianceif: aggregateIf(sampleVariance),
  percentile,
  take_any: aggregate(takeAny),
  take_anyif: aggregateIf(takeAny),
  any: aggregate(takeAny),
  anyif: aggregateIf(takeAny),
} satisfies Readonly<Record<string, FunctionCompiler>>;

/** The row with the greatest or least value: a number, time or span. Ties go to the first row. */
export function extremeRow(list: readonly KustoValue[], isGreatest: boolean): number {
  let best = -1;
  for (const [index, value] of list.entries()) {
    if (value === null || !isOrdered(value)) continue;
    const order = best < 0 ? 1 : (compare(value, list[best] ?? null) ?? 0) * (isGreatest ? 1 : -1);
    if (order > 0) best = index;
  }
  return best < 0 && list.length > 0 ? 0 : best;
}

function isOrdered(value: KustoValue): boolean {
  return typeof value !== "object" || value instanceof KustoDateTime || value instanceof KustoTimespan;
}
