/** Reads and writes points in time. */
import { KustoDateTime, ticksPerMillisecond, ticksPerSecond } from "./kustoValue";

/** Ticks of 1970-01-01. */
const unixEpoch = 621_355_968_000_000_000n;

const dateTimePattern =
  /^\s*(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?)?)?\s*(Z|GMT|[+-]\d{2}:?\d{2})?\s*$/;

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** `Sat, 8 Nov 14 15:05:02 GMT` of RFC 822 and `Saturday, 08-Nov-14 15:05:02 GMT` of RFC 850. */
const mailPattern =
  /^\s*(?:[a-z]{3,9},\s*)?(\d{1,2})([ -])([a-z]{3})\2(\d{2}|\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s+GMT)?\s*$/i;

export function momentFromDate(date: Date): KustoDateTime {
  return new KustoDateTime(unixEpoch + BigInt(date.getTime()) * ticksPerMillisecond);
}

/** Milliseconds below the second's fraction are cut off. */
export function dateFromMoment({ ticks }: KustoDateTime): Date {
  return new Date(Number((ticks - unixEpoch) / ticksPerMillisecond));
}

/**
 * Reads ISO 8601 and its parts: a year, a month, a day, minutes; RFC 822 and RFC 850. Undefined for another text.
 * https://learn.microsoft.com/kusto/query/scalar-data-types/datetime
 */
export function parseMoment(text: string): KustoDateTime | undefined {
  const match = dateTimePattern.exec(text);
  if (match === null) return parseMailMoment(text);
  const [, year, month = "1", day = "1", hour = "0", minute = "0", second = "0", fraction = "", zone] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const isDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!isDay || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = BigInt(offsetMinutes(zone)) * 60n * ticksPerSecond;
  return new KustoDateTime(momentFromDate(date).ticks + BigInt(fraction.slice(0, 7).padEnd(7, "0")) - offset);
}

function parseMailMoment(text: string): KustoDateTime | undefined {
  const [, day = "", , name = "", year = "", hour = "", minute = "", second = "00"] = mailPattern.exec(text) ?? [];
  const month = monthNames.indexOf(name.toLowerCase()) + 1;
  // Of two digits from 50 on no document says the century.
  if (month === 0 || (year.length === 2 && Number(year) >= 50)) return undefined;
  return parseMoment(`${year.length === 2 ? "20" : ""}${year}-${month}-${day} ${hour}:${minute}:${second}`);
}

/** Whether a text may be a time in a form that `parseMoment` doesn't read, and the service perhaps does. */
export function isUndocumentedMoment(text: string): boolean {
  if (dateTimePattern.test(text)) return false;
  return /^\s*\d{5,}\s*$|\d\s*[/.-]\s*\d+\s*[/.-]\s*\d|\d:\d\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*\d/i.test(
    text,
  );
}

/** `01/16/2022 00:00:00`, as public queries write a literal: only a day beyond 12 tells it from the month. */
export function parseSlashedMoment(text: string): KustoDateTime | undefined {
  const [, month, day = "", year, time = ""] =
    /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})(\s+\d{1,2}:\d{2}(?::\d{2})?)?\s*$/.exec(text) ?? [];
  return Number(day) > 12 || month === day ? parseMoment(`${year}-${month}-${day}${time}`) : undefined;
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
