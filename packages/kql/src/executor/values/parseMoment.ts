/** Reads and writes points in time. */
import { KustoDateTime, ticksPerMillisecond, ticksPerSecond } from "./kustoValue";

/** Ticks of 1970-01-01. */
const unixEpoch = 621_355_968_000_000_000n;

const dateTimePattern =
  /^\s*(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?\s*$/i;

export function momentFromDate(date: Date): KustoDateTime {
  return new KustoDateTime(unixEpoch + BigInt(date.getTime()) * ticksPerMillisecond);
}

/** Milliseconds below the second's fraction are cut off. */
export function dateFromMoment({ ticks }: KustoDateTime): Date {
  return new Date(Number((ticks - unixEpoch) / ticksPerMillisecond));
}

/** Reads ISO 8601 and its parts: a year, a month, a day, minutes. Undefined for another text. */
export function parseMoment(text: string): KustoDateTime | undefined {
  const match = dateTimePattern.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part: string | undefined) => (part === undefined ? undefined : Number(part)));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
    return undefined;
  const fraction = BigInt((match[7] ?? "").slice(0, 7).padEnd(7, "0"));
  const offset = BigInt(offsetMinutes(match[8])) * 60n * ticksPerSecond;
  return new KustoDateTime(momentFromDate(date).ticks + fraction - offset);
}

function offsetMinutes(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? "");
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}

/** `2026-01-31T10:00:00.0000000Z`, as Kusto's `tostring` writes it. */
export function momentText(moment: KustoDateTime): string {
  return `${wholeSeconds(moment)}.${fractionDigits(moment)}Z`;
}

/** `2026-01-31T10:00:00Z`, with a fraction only if there is one: as the answers of the service's API. */
export function shortMomentText(moment: KustoDateTime): string {
  const fraction = fractionDigits(moment).replace(/0+$/, "");
  return `${wholeSeconds(moment)}${fraction === "" ? "" : `.${fraction}`}Z`;
}

function wholeSeconds(moment: KustoDateTime): string {
  const seconds = moment.ticks - floorModulo(moment.ticks, ticksPerSecond);
  return dateFromMoment(new KustoDateTime(seconds)).toISOString().slice(0, 19);
}

function fractionDigits({ ticks }: KustoDateTime): string {
  return String(floorModulo(ticks, ticksPerSecond)).padStart(7, "0");
}

/** The remainder with the sign of the divisor. */
export function floorModulo(value: bigint, divisor: bigint): bigint {
  const remainder = value % divisor;
  return remainder !== 0n && remainder < 0n !== divisor < 0n ? remainder + divisor : remainder;
}
