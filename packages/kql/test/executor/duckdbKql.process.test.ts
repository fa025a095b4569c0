/**
 * A second opinion on the executor: the PyPI package duckdb-kql, which makes SQL for DuckDB of KQL and is measured against
 * Microsoft's Kusto emulator. Skipped where Python or the package is missing: CONTRIBUTING.md has the installation.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import {
  defenderSchema,
  judgeQueries,
  runQuery,
  UnsupportedQuery,
  type QueryColumn,
  type QueryRow,
} from "@defender-mssp/kql";
import { parseTimespan } from "../../src/executor/values/parseTimespan";
import { duckdbDifferences } from "../data/duckdbDifferences";
import publicQueries from "../data/publicQueries.json";
import { exampleRows } from "./exampleRows";
import { clock, events, features, stubs } from "./features";

const python = process.env["MSSP_PYTHON"] ?? "python3";

/** A query with its tables. */
interface Case {
  readonly name: string;
  readonly query: string;
  readonly tables: Readonly<Record<string, readonly QueryRow[]>>;
}

/** What one implementation makes of a query: rows, or what it can't run. */
type Answer = { readonly columns: readonly string[]; readonly rows: readonly unknown[][] } | { readonly error: string };

/** Names and types of the columns, and comparable rows. */
interface OwnAnswer {
  readonly types: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly string[];
}

const cases: readonly Case[] = [
  ...features.map(({ name, query }) => ({ name, query, tables: events })),
  ...publicQueries.map(({ name, query }) => {
    const [judged] = judgeQueries([query]);
    return { name, query, tables: exampleRows(judged?.tables ?? []) };
  }),
];

/** Undefined if the executor can't run the query. */
function ownAnswer({ query, tables }: Case): OwnAnswer | undefined {
  try {
    const { columns: all, rows } = runQuery(query, tables, { now: clock, stubs });
    const columns = distinguished(all);
    const types = columns.map(({ type }) => type);
    const values = rows.map((row) => columns.map(({ name }) => row[name]));
    return { types, columns: columns.map(({ name }) => name), rows: comparableRows(values, types) };
  } catch (error) {
    if (error instanceof UnsupportedQuery) return undefined;
    throw error;
  }
}

function otherAnswers(): Answer[] {
  const queries = cases.map(({ query, tables }) => ({ query, tables: declaredTables(tables) }));
  const { status, stdout, stderr } = spawnSync(python, [path.join(__dirname, "duckdbKql.py")], {
    input: JSON.stringify({ now: clock.toISOString(), queries }),
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Answer[];
}

/** Tables with their columns: duckdb-kql has no schema of its own. */
function declaredTables(tables: Case["tables"]) {
  return defenderSchema()
    .tables.filter(({ name }) => Object.hasOwn(tables, name))
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
function comparableRows(rows: readonly (readonly unknown[])[], types: readonly string[]): string[] {
  return rows.map((row) => JSON.stringify(row.map((value, index) => comparable(value, types[index] ?? "")))).sort();
}

/** Times in milliseconds, spans in seconds, dynamic values without quotes, sets in one order. */
function comparable(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  if (type === "datetime") return Date.parse(value as string);
  if (type === "timespan") return typeof value === "string" ? Number(parseTimespan(value)?.ticks ?? 0n) / 1e7 : value;
  if (type !== "dynamic") return value;
  const parsed = typeof value === "string" ? parsedJson(value) : value;
  return Array.isArray(parsed) ? parsed.map((element) => JSON.stringify(element)).sort() : parsed;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

describe("runQuery and duckdb-kql", function () {
  const missing = spawnSync(python, ["-c", "import duckdb, duckdb_kql"], { encoding: "utf8" });
  before(function () {
    if (missing.status === 0) return;
    process.stderr.write(`Skipped: ${python} has no duckdb-kql. CONTRIBUTING.md has its installation.\n`);
    this.skip();
  });

  it("answer the same to each query that both run, but for the explained differences", () => {
    const others = otherAnswers();
    let compared = 0;
    const differing: string[] = [];
    for (const [index, each] of cases.entries()) {
      const [own, other] = [ownAnswer(each), others[index]];
      if (own === undefined || other === undefined || "error" in other) continue;
      compared++;
      const rows = comparableRows(other.rows, own.types);
      const isEqual = JSON.stringify([own.columns, own.rows]) === JSON.stringify([other.columns, rows]);
      if (isEqual) continue;
      differing.push(each.name);
      if (!Object.hasOwn(duckdbDifferences, each.name)) {
        assert.deepEqual({ columns: other.columns, rows }, { columns: own.columns, rows: own.rows }, each.query);
      }
    }
    assert.deepEqual(differing, Object.keys(duckdbDifferences), "a difference of the list is none any more");
    assert.ok(compared >= 150, `only ${compared} of ${cases.length} queries were compared`);
  });
});
