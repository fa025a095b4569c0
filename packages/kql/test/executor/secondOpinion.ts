/** Runs queries on rows by the executor and by duckdb-kql, and makes their answers comparable. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { runQuery, UnsupportedQuery, type HuntingSchema, type QueryColumn, type QueryRow } from "@defender-mssp/kql";
import { parseTimespan } from "../../src/executor/values/parseTimespan";
import { clock, stubs } from "./features";

const python = process.env["MSSP_PYTHON"] ?? "python3";

/** Whether Python has duckdb-kql: CONTRIBUTING.md has the installation. */
export function hasSecondOpinion(): boolean {
  const isInstalled = spawnSync(python, ["-c", "import duckdb, duckdb_kql"]).status === 0;
  if (!isInstalled)
    process.stderr.write(`Skipped: ${python} lacks duckdb or duckdb-kql. CONTRIBUTING.md has its installation.\n`);
  return isInstalled;
}

/** A query with its tables. */
export interface Case {
  readonly name: string;
  readonly query: string;
  readonly tables: Readonly<Record<string, readonly QueryRow[]>>;
}

/** What one implementation makes of a query: rows, or what it can't run. */
export type Answer =
  { readonly columns: readonly string[]; readonly rows: readonly unknown[][] } | { readonly error: string };

/** Names and types of the columns, and comparable rows. */
export interface OwnAnswer {
  readonly types: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly string[];
}

/** Undefined if the executor can't run the query. */
export function ownAnswer({ query, tables }: Case, schema: HuntingSchema): OwnAnswer | undefined {
  try {
    const { columns: all, rows } = runQuery(query, tables, { now: clock, stubs, schema });
    const columns = distinguished(all);
    const types = columns.map(({ type }) => type);
    const values = rows.map((row) => columns.map(({ name }) => row[name]));
    return { types, columns: columns.map(({ name }) => name), rows: comparableRows(values, types) };
  } catch (error) {
    if (error instanceof UnsupportedQuery) return undefined;
    throw error;
  }
}

export function otherAnswers(cases: readonly Case[], schema: HuntingSchema): Answer[] {
  const queries = cases.map(({ query, tables }) => ({ query, tables: declaredTables(tables, schema) }));
  const { status, stdout, stderr } = spawnSync(python, [path.join(__dirname, "duckdbKql.py")], {
    input: JSON.stringify({ now: clock.toISOString(), queries }),
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Answer[];
}

/** Tables with their columns: duckdb-kql has no schema of its own. */
function declaredTables(tables: Case["tables"], schema: HuntingSchema) {
  return schema.tables
    .filter(({ name }) => Object.hasOwn(tables, name))
    .map(({ name, columns }) => ({ name, columns: distinguished(columns), rows: tables[name] }));
}

/** Without columns whose names differ by case alone from an earlier one: DuckDB's names have no case. */
function distinguished(columns: readonly QueryColumn[]): readonly QueryColumn[] {
  const firsts = new Map<string, QueryColumn>();
  for (const column of columns)
    if (!firsts.has(column.name.toLowerCase())) firsts.set(column.name.toLowerCase(), column);
  return [...firsts.values()];
}

/** Rows as a bag, since neither side promises an order without sort. */
export function comparableRows(rows: readonly (readonly unknown[])[], types: readonly string[]): string[] {
  return rows.map((row) => JSON.stringify(row.map((value, index) => comparable(value, types[index] ?? "")))).sort();
}

/** Times in milliseconds, spans in seconds, dynamic values without quotes, sets in one order. */
function comparable(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  if (type === "datetime") return Date.parse(value as string);
  if (type === "timespan") return typeof value === "string" ? Number(parseTimespan(value)?.ticks ?? 0n) / 1e7 : value;
  if (type !== "dynamic") return value;
  // duckdb-kql may write a string as JSON: "1" with its quotes.
  const once = typeof value === "string" ? parsedJson(value) : value;
  const parsed = typeof once === "string" ? parsedJson(once) : once;
  return Array.isArray(parsed) ? parsed.map((element) => JSON.stringify(element)).sort() : parsed;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
