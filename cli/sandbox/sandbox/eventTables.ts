import { VisibleError, messageOf } from "@defender-mssp/errors";

/** Rows of advanced hunting, by the table's name. */
export type EventTables = Record<string, unknown[]>;

/**
 * Reads events of a file: one JSON object of tables, or such an object on each line. A table has a row
 * or a list of rows.
 * @param file its name, for errors. @throws VisibleError that names the line
 */
export function eventTables(text: string, file: string): EventTables {
  const tables: EventTables = {};
  for (const { value, place } of documents(text.replace(/^\uFEFF/, ""), file)) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new VisibleError(`${place} is no object of tables, such as {"DeviceProcessEvents": [{ … }]}.`);
    }
    for (const [table, rows] of Object.entries(value))
      (tables[table] ??= []).push(...(Array.isArray(rows) ? (rows as unknown[]) : [rows as unknown]));
  }
  return tables;
}

function documents(text: string, file: string): { readonly value: unknown; readonly place: string }[] {
  try {
    return [{ value: JSON.parse(text) as unknown, place: file }];
  } catch (whole) {
    const lines = text.split("\n").map((line, index) => ({ line: line.trim(), place: `${file}, line ${index + 1},` }));
    const filled = lines.filter(({ line }) => line !== "");
    if (filled.length < 2) throw new VisibleError(`${file} is not JSON: ${messageOf(whole)}`);
    return filled.map(({ line, place }) => ({ value: parsedLine(line, place), place }));
  }
}

function parsedLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new VisibleError(`${place} is not JSON: ${messageOf(error)}`);
  }
}
