/** Values of Kusto's types as the executor holds them. */

/** 100 nanoseconds, the unit of Kusto's times. */
export const ticksPerMillisecond = 10_000n;
export const ticksPerSecond = 10_000_000n;
export const ticksPerDay = 864_000_000_000n;

/** A point in time. */
export class KustoDateTime {
  readonly kind = "datetime";

  /** @param ticks since 0001-01-01 UTC, in 100 nanoseconds */
  constructor(readonly ticks: bigint) {}
}

/** A span of time, which may be negative. */
export class KustoTimespan {
  readonly kind = "timespan";

  /** @param ticks in 100 nanoseconds */
  constructor(readonly ticks: bigint) {}
}

/** A `real` without a fraction within a dynamic value, which is written with a decimal point. Other reals are numbers. */
export class KustoReal {
  readonly kind = "real";

  constructor(readonly value: number) {}
}

/** A value of a column or an expression as a part of a dynamic value. */
export function asDynamic(value: KustoValue, type: string | undefined): KustoValue {
  const isReal = type === "real" || type === "decimal";
  return isReal && typeof value === "number" && Number.isInteger(value) ? new KustoReal(value) : value;
}

/** The number of a real within a dynamic value; another value as it is. */
export function unwrapped(value: KustoValue): KustoValue {
  return value instanceof KustoReal ? value.value : value;
}

/** A property bag of a dynamic value. */
export interface KustoBag {
  readonly [name: string]: KustoValue;
}

/**
 * A value. `int`, `long`, `real` and `decimal` are numbers: an integer beyond 2^53 is refused, not
 * rounded. A `guid` is a string in lower case. A string is never null.
 */
export type KustoValue =
  null | boolean | number | string | KustoDateTime | KustoReal | KustoTimespan | readonly KustoValue[] | KustoBag;

/** Values of a row, in the order of the table's columns. */
export type KustoRow = readonly KustoValue[];

export function isArray(value: KustoValue): value is readonly KustoValue[] {
  return Array.isArray(value);
}

export function isBag(value: KustoValue): value is KustoBag {
  return (
    typeof value === "object" &&
    value !== null &&
    !isArray(value) &&
    !(value instanceof KustoDateTime) &&
    !(value instanceof KustoReal) &&
    !(value instanceof KustoTimespan)
  );
}

/** The empty value of a type: strings have no null. */
export function emptyValue(type: string): KustoValue {
  return type === "string" ? "" : null;
}
