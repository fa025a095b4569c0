/** The query and the timespan as people give them. */
import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { VisibleError } from "@defender-mssp/microsoft/errors";

/**
 * The query: the argument, a file's text, or standard input's for `-`. @throws VisibleError for
 * none, or two.
 */
export async function queryOf(
  argument: string | undefined,
  file: string | undefined,
  input: NodeJS.ReadableStream = process.stdin,
): Promise<string> {
  if (argument !== undefined && file !== undefined) throw new VisibleError("Give the query, or --file, not both.");
  if (argument === undefined && file === undefined) {
    throw new VisibleError("Give a query: as an argument, with --file, or - for standard input.");
  }
  const text = file !== undefined ? await fileText(file) : argument === "-" ? await textOf(input) : (argument ?? "");
  const query = text.replace(/^\uFEFF/, "").trim();
  if (query === "") throw new VisibleError("The query is empty.");
  return query;
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new VisibleError(`The query's file can't be read: ${(error as Error).message}.`);
  }
}

const duration = /^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/;
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;

/**
 * The timespan in a form that Graph documents: a duration, a time, or two of them. @throws
 * VisibleError
 */
export function timespanOf(text: string): string {
  const [, amount = "", unit = ""] = /^(\d+)([wdhms])$/.exec(text) ?? [];
  if (unit === "w") return `P${7 * Number(amount)}D`;
  if (unit === "d") return `P${amount}D`;
  if (unit !== "") return `PT${amount}${unit.toUpperCase()}`;
  const parts = text.toUpperCase().split("/");
  const durations = parts.filter((part) => duration.test(part)).length;
  const moments = parts.filter((part) => moment.test(part) && !Number.isNaN(Date.parse(part))).length;
  if (parts.length <= 2 && durations <= 1 && durations + moments === parts.length) return parts.join("/");
  throw new VisibleError(
    `--timespan "${text}" is not a duration such as 24h, 7d or PT12H, nor two times such as ` +
      "2026-06-01T00:00:00Z/2026-06-02T00:00:00Z.",
  );
}
