import { dayMs } from "@defender-mssp/errors/time";
import type { FunctionCall, FunctionCompiler } from "../evaluator";
import { toNumber, toText } from "../values/convert";
import {
  KustoDateTime,
  KustoTimespan,
  ticksPerDay,
  ticksPerSecond,
  unwrapped,
  type KustoValue,
} from "../values/kustoValue";
import { dateFromMoment, floorModulo, momentFromDate, momentText } from "../values/parseMoment";
import { timespanText } from "../values/parseTimespan";
import { plain, plainFunctions, refused, type PlainFunction } from "./plainFunctions";

const isMoment = (value: KustoValue | undefined): value is KustoDateTime => value instanceof KustoDateTime;

/** The clock's time plus an offset. */
const now: PlainFunction = ([offset], { evaluator }) =>
  offset instanceof KustoTimespan ? new KustoDateTime(evaluator.now.ticks + offset.ticks) : evaluator.now;

const ago: PlainFunction = ([span], call) => {
  if (!(span instanceof KustoTimespan)) throw refused(call, "of a value that is no span of time");
  return new KustoDateTime(call.evaluator.now.ticks - span.ticks);
};

/** A negative size gives null: https://learn.microsoft.com/kusto/query/bin-function. */
function isNegative(size: KustoValue): boolean {
  return size instanceof KustoTimespan ? size.ticks < 0n : Number(size) < 0;
}

/** Rounds down to a multiple. Times are ticks since 0001-01-01, a Monday: https://learn.microsoft.com/kusto/query/scalar-data-types/datetime. */
const bin: PlainFunction = ([value = null, size = null], call) => {
  if (value === null || size === null || isNegative(size)) return null;
  const floored = floorTo(unwrapped(value), unwrapped(size));
  if (floored === undefined) throw refused(call, "with these values");
  return floored;
};

function floorTo(value: KustoValue, size: KustoValue): KustoValue | undefined {
  if (typeof value === "number" && typeof size === "number")
    return size > 0 ? Math.floor(value / size) * size : undefined;
  if (!(size instanceof KustoTimespan) || size.ticks <= 0n) return undefined;
  if (isMoment(value)) return new KustoDateTime(value.ticks - floorModulo(value.ticks, size.ticks));
  return value instanceof KustoTimespan
    ? new KustoTimespan(value.ticks - floorModulo(value.ticks, size.ticks))
    : undefined;
}

const binAt: PlainFunction = ([value = null, size = null, fixed = null], call) => {
  if (isMoment(value) && size instanceof KustoTimespan && isMoment(fixed)) {
    return new KustoDateTime(value.ticks - floorModulo(value.ticks - fixed.ticks, size.ticks));
  }
  if (typeof value === "number" && typeof size === "number" && typeof fixed === "number") {
    return fixed + Math.floor((value - fixed) / size) * size;
  }
  throw refused(call, "with these values");
};

type DatePart = "year" | "month" | "week" | "day";

/** The first moment of the part, shifted by whole parts. A week begins on Sunday. */
function startDate(moment: KustoDateTime, part: DatePart, shift: number): KustoDateTime {
  const date = dateFromMoment(new KustoDateTime(moment.ticks - floorModulo(moment.ticks, ticksPerDay)));
  if (part === "year") date.setUTCFullYear(date.getUTCFullYear() + shift, 0, 1);
  if (part === "month") date.setUTCMonth(date.getUTCMonth() + shift, 1);
  if (part === "week") date.setUTCDate(date.getUTCDate() - date.getUTCDay() + 7 * shift);
  if (part === "day") date.setUTCDate(date.getUTCDate() + shift);
  return momentFromDate(date);
}

function start(part: DatePart): PlainFunction {
  return ([value, shift = 0]) => (isMoment(value) ? startDate(value, part, Number(shift)) : null);
}

/** The last tick of the part. */
function end(part: DatePart): PlainFunction {
  return ([value, shift = 0]) =>
    isMoment(value) ? new KustoDateTime(startDate(value, part, Number(shift) + 1).ticks - 1n) : null;
}

const partTicks: Readonly<Partial<Record<string, bigint>>> = {
  day: ticksPerDay,
  hour: 3600n * ticksPerSecond,
  minute: 60n * ticksPerSecond,
  second: ticksPerSecond,
  millisecond: 10_000n,
  microsecond: 10n,
};

/** Counts the borders of the part between two moments: 23:59 and 0:01 differ by one day. */
const dateDifference: PlainFunction = ([part, later, earlier], call) => {
  if (!isMoment(later) || !isMoment(earlier)) return null;
  const name = toText(part ?? null).toLowerCase();
  const months = ({ ticks }: KustoDateTime) => {
    const date = dateFromMoment(new KustoDateTime(ticks));
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  };
  const byMonths: Readonly<Partial<Record<string, number>>> = { year: 12, quarter: 3, month: 1 };
  const size = byMonths[name];
  if (size !== undefined) return Math.floor(months(later) / size) - Math.floor(months(earlier) / size);
  if (name === "week")
    return Number((startDate(later, "week", 0).ticks - startDate(earlier, "week", 0).ticks) / (7n * ticksPerDay));
  const ticks = partTicks[name];
  if (ticks === undefined) throw refused(call, `by ${name}`);
  return Number(
    (later.ticks - floorModulo(later.ticks, ticks) - earlier.ticks + floorModulo(earlier.ticks, ticks)) / ticks,
  );
};

const dateAdd: PlainFunction = ([part, amount = 0, value], call) => {
  if (!isMoment(value)) return null;
  const name = toText(part ?? null).toLowerCase();
  const ticks = name === "week" ? 7n * ticksPerDay : partTicks[name];
  if (ticks !== undefined) return new KustoDateTime(value.ticks + ticks * BigInt(Number(amount)));
  const months = ({ year: 12, quarter: 3, month: 1 } as Partial<Record<string, number>>)[name];
  if (months === undefined) throw refused(call, `by ${name}`);
  return addMonths(value, months * Number(amount));
};

/** The day stays, or becomes the month's last. */
function addMonths(moment: KustoDateTime, months: number): KustoDateTime {
  const date = dateFromMoment(moment);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months, 1);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return new KustoDateTime(momentFromDate(date).ticks + floorModulo(moment.ticks, 10_000n));
}

/** Formats of days and clocks: `yyyy-MM-dd HH:mm:ss`. Other letters are refused. */
const formatDate: PlainFunction = ([value, format], call) => {
  if (!isMoment(value)) return "";
  const [year = "", month = "", day = "", hour = "", minute = "", second = "", fraction = ""] =
    momentText(value).split(/[-T:.Z]/);
  const hour12 = String(Number(hour) % 12 === 0 ? 12 : Number(hour) % 12);
  const parts: Readonly<Partial<Record<string, string>>> = {
    yyyy: year,
    yy: year.slice(2),
    MM: month,
    M: String(Number(month)),
    dd: day,
    d: String(Number(day)),
    HH: hour,
    H: String(Number(hour)),
    hh: hour12.padStart(2, "0"),
    h: hour12,
    mm: minute,
    m: String(Number(minute)),
    ss: second,
    s: String(Number(second)),
    tt: Number(hour) < 12 ? "AM" : "PM",
  };
  return toText(format ?? null).replace(/([A-Za-z])\1*/g, (letters) => {
    const part = /^[fF]{1,7}$/.test(letters) ? fraction.slice(0, letters.length) : parts[letters];
    if (part === undefined) throw refused(call, `with the format ${letters}`);
    return part;
  });
};

const formatSpan: PlainFunction = ([value, format], call) => {
  if (!(value instanceof KustoTimespan)) return "";
  const [, days = "0", hours = "", minutes = "", seconds = "", fraction = "0000000"] =
    /^-?(?:(\d+)\.)?(\d+):(\d+):(\d+)(?:\.(\d+))?$/.exec(timespanText(value)) ?? [];
  const parts: Readonly<Partial<Record<string, string>>> = { H: hours, h: hours, m: minutes, s: seconds };
  return toText(format ?? null).replace(/([A-Za-z])\1*/g, (letters) => {
    const letter = letters.charAt(0);
    if (/[fF]/.test(letter)) return fraction.slice(0, letters.length);
    if (letter === "d") return days.padStart(letters.length, "0");
    const part = parts[letter];
    if (part === undefined) throw refused(call, `with the format ${letters}`);
    return letters.length === 1 ? String(Number(part)) : part;
  });
};

const calendar = (read: (date: Date) => number): PlainFunction => {
  return ([value]) => (isMoment(value) ? read(dateFromMoment(value)) : null);
};

const datePart: PlainFunction = ([part, value], call) => {
  const reader = dateParts[toText(part ?? null).toLowerCase()];
  if (reader === undefined) throw refused(call, `of ${toText(part ?? null)}`);
  return isMoment(value) ? reader(dateFromMoment(value)) : null;
};

const dateParts: Readonly<Partial<Record<string, (date: Date) => number>>> = {
  year: (date) => date.getUTCFullYear(),
  quarter: (date) => Math.floor(date.getUTCMonth() / 3) + 1,
  month: (date) => date.getUTCMonth() + 1,
  day: (date) => date.getUTCDate(),
  dayofyear: (date) => dayOfYear(date),
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  second: (date) => date.getUTCSeconds(),
  millisecond: (date) => date.getUTCMilliseconds(),
};

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs) + 1;
}

/** The ISO week, which has the year of its Thursday. */
function isoWeek(date: Date): number {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * dayMs);
  return Math.ceil(dayOfYear(thursday) / 7);
}

function fromUnix(ticks: bigint): PlainFunction {
  return ([value = null]) => {
    const number = toNumber(value);
    return number === null
      ? null
      : new KustoDateTime(momentFromDate(new Date(0)).ticks + BigInt(Math.round(number * Number(ticks))));
  };
}

/** Null for values that are no date, such as the 30th of February. */
const makeDate: PlainFunction = (args) => {
  const [year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0] = args.map((value) => toNumber(value) ?? NaN);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, (second % 1) * 1000);
  const isDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const isTime = date.getUTCHours() === hour && date.getUTCMinutes() === minute && second < 60;
  return isDate && isTime ? momentFromDate(date) : null;
};

/** The clock's time: a rule's test has no later ingestion. */
const ingestionTime: FunctionCompiler = ({ evaluator }: FunctionCall) => {
  return () => evaluator.now;
};

export const timeFunctions = {
  ...plainFunctions({
    now,
    ago,
    bin,
    floor: bin,
    bin_at: binAt,
    startofday: start("day"),
    startofweek: start("week"),
    startofmonth: start("month"),
    startofyear: start("year"),
    endofday: end("day"),
    endofweek: end("week"),
    endofmonth: end("month"),
    endofyear: end("year"),
    datetime_diff: dateDifference,
    datetime_add: dateAdd,
    datetime_part: datePart,
    format_datetime: formatDate,
    format_timespan: formatSpan,
    hourofday: calendar((date) => date.getUTCHours()),
    dayofmonth: calendar((date) => date.getUTCDate()),
    dayofyear: calendar(dayOfYear),
    week_of_year: calendar(isoWeek),
    monthofyear: calendar((date) => date.getUTCMonth() + 1),
    getmonth: calendar((date) => date.getUTCMonth() + 1),
    getyear: calendar((date) => date.getUTCFullYear()),
    unixtime_seconds_todatetime: fromUnix(ticksPerSecond),
    unixtime_milliseconds_todatetime: fromUnix(10_000n),
    unixtime_microseconds_todatetime: fromUnix(10n),
    make_datetime: makeDate,
  }),
  dayofweek: plain(([value]) =>
    isMoment(value) ? new KustoTimespan(BigInt(dateFromMoment(value).getUTCDay()) * ticksPerDay) : null,
  ),
  ingestion_time: ingestionTime,
} satisfies Readonly<Record<string, FunctionCompiler>>;
