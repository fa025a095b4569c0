import { durationOf, minuteMs } from "@defender-mssp/errors/time";
import type { HuntingTable } from "../schema/huntingSchema";
import type { JudgedQuery, QueryFinding } from "./judgedQuery";

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
  const { line, column } = judged.operators.at(-1) ?? { line: 1, column: 1 };
  return [
    {
      code: "KQL110",
      severity: "error",
      message: `The frequency ${frequency} is not allowed. ${choice}.`,
      line,
      column,
    },
  ];
}

function durationMinutes(duration: string): number | undefined {
  const milliseconds = durationOf(duration);
  return milliseconds === undefined ? undefined : milliseconds / minuteMs;
}
