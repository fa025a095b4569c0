import { durationOf, minuteMs } from "@defender-mssp/errors/time";
import type { HuntingTable } from "../schema/huntingSchema";
import { textStart, type JudgedQuery, type QueryFinding } from "./judgedQuery";

/** Minutes of the frequencies that every table allows. */
const fixedMinutes: readonly number[] = [60, 180, 720, 1440];
const shortestMinutes = 5;
const longestMinutes = 14 * 1440;

/**
 * Judges whether the tables allow a frequency: PT1H, PT3H, PT12H or P1D; from 5 minutes to 14 days
 * if all tables are Sentinel's.
 */
export function frequencyFindings(
  judged: JudgedQuery,
  tables: readonly HuntingTable[],
  frequency: string | undefined,
): QueryFinding[] {
  if (frequency === undefined) return [];
  const minutes = durationMinutes(frequency);
  if (minutes !== undefined && fixedMinutes.includes(minutes)) return [];
  const xdrTable = tables.find(({ product }) => product !== "sentinel");
  const isAllowed = minutes !== undefined && minutes >= shortestMinutes && minutes <= longestMinutes;
  if (isAllowed && xdrTable === undefined) return [];
  const choice =
    xdrTable === undefined
      ? "Write PT0S, or a duration from PT5M to P14D"
      : `${xdrTable.name} allows PT0S, PT1H, PT3H, PT12H and P1D; other frequencies need Sentinel tables only`;
  const { line, column, endLine, endColumn } = judged.operators.at(-1) ?? textStart;
  return [
    {
      code: "KQL110",
      severity: "error",
      message: `The frequency ${frequency} is not allowed. ${choice}.`,
      line,
      column,
      endLine,
      endColumn,
    },
  ];
}

/** Hours of events that a run gets, by the frequency's minutes; 30 days for a day and more. */
const windowHours: Readonly<Partial<Record<number, number>>> = { 60: 4, 180: 12, 720: 48 };

/** Warns of a query that looks further back than the events that a run gets. */
export function windowFindings(
  { lookbacks }: JudgedQuery,
  tables: readonly HuntingTable[],
  frequency: string | undefined,
): QueryFinding[] {
  const minutes = frequency === undefined ? undefined : durationMinutes(frequency);
  if (minutes === undefined) return [];
  const isSentinel = tables.every(({ product }) => product === "sentinel");
  const short = isSentinel && minutes < 1440 ? (minutes / 60) * 4 : windowHours[minutes];
  const window = minutes >= 1440 ? 720 : short;
  if (window === undefined) return [];
  return lookbacks
    .filter(({ hours }) => hours > window)
    .map(({ name, hours: _hours, ...region }) => {
      const message = `${name} looks further back than a run of ${frequency ?? ""} does: it gets the events of ${window} hours. Give the rule a longer frequency, or a shorter span.`;
      return { ...region, code: "KQL112", severity: "warning", message };
    });
}

function durationMinutes(duration: string): number | undefined {
  const milliseconds = durationOf(duration);
  return milliseconds === undefined ? undefined : milliseconds / minuteMs;
}
