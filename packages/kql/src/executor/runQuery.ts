import { VisibleError } from "@defender-mssp/errors";
import { parseQuery, type ParsedQuery } from "../parser/parsedQuery";
import { defenderSchema } from "../schema/defenderSchema";
import type { HuntingSchema, QueryColumn } from "../schema/huntingSchema";
import { withinLimits } from "./budget";
import { declareStatements } from "./declareStatements";
import type { StubAnswers } from "./evaluator";
import type { ResultTable } from "./resultTable";
import { QueryEvaluator } from "./queryEvaluator";
import { Scope } from "./scope";
import { UnsupportedQuery } from "./unsupportedQuery";
import { inputRows, outputValue, type QueryRow } from "./values/inputRows";
import { momentFromDate } from "./values/parseMoment";

export interface RunOptions {
  /** The clock of `now()`, `ago()` and `ingestion_time()`; the time of the call if it is missing. */
  readonly now?: Date;
  /** Microsoft's tables if it is missing. */
  readonly schema?: HuntingSchema;
  /**
   * Answers of functions that only the service knows, by the function's name and its first argument:
   * `{ FileProfile: { "<sha1>": { GlobalPrevalence: 3 } }, externaldata: { "<uri>": [rows] } }`.
   * Without an answer `FileProfile` adds empty columns and `externaldata` has no rows.
   */
  readonly stubs?: Readonly<Record<string, StubAnswers>>;
}

/** The result of a query. */
export interface QueryResult {
  readonly columns: readonly QueryColumn[];
  /** Values as JSON has them: times as ISO 8601 in UTC, spans as `1.02:03:04`. */
  readonly rows: readonly QueryRow[];
  /** Stubs that the query has used, such as `FileProfile`. */
  readonly stubs: readonly string[];
}

/**
 * Runs a query on rows. Reads it with Microsoft's parser, and evaluates the parser's tree.
 * @param tables rows by the table's name; a table without rows is empty
 * @throws UnsupportedQuery if the query doesn't bind, or uses what the executor doesn't have
 * @throws VisibleError if rows don't fit the schema
 */
export function runQuery(
  query: string,
  tables: Readonly<Record<string, readonly QueryRow[]>>,
  options: RunOptions = {},
): QueryResult {
  const schema = options.schema ?? defenderSchema();
  const parsed = parseQuery(query, schema);
  refuseErrors(parsed);
  const evaluator = new QueryEvaluator({
    text: parsed.text,
    schema,
    table: tableReader(schema, tables),
    now: momentFromDate(options.now ?? new Date()),
    stubs: options.stubs ?? {},
  });
  const table = withinLimits(() => evaluateStatements(parsed, evaluator));
  return { columns: table.columns, rows: outputRows(table), stubs: evaluator.usedStubs };
}

function refuseErrors({ diagnostics }: ParsedQuery): void {
  const error = diagnostics.find(({ severity }) => severity === "Error");
  if (error === undefined) return;
  const message = error.message.replace(/\.$/, "");
  throw new UnsupportedQuery(error.code, { line: error.line, column: error.column }, message);
}

function evaluateStatements({ root, text }: ParsedQuery, evaluator: QueryEvaluator): ResultTable {
  const statements = root.elements("Statements").filter(({ isMissing }) => !isMissing);
  const queries = statements.filter(({ kind }) => kind === "ExpressionStatement");
  const [query, second] = queries;
  const expression = query?.child("Expression");
  if (expression === undefined || second !== undefined) {
    const place = text.place(second?.start ?? 0);
    throw new UnsupportedQuery("a text without exactly one query", place);
  }
  const scope = new Scope();
  declareStatements(statements, scope, evaluator);
  if (expression.columns === undefined) throw evaluator.unsupported(expression, "a query that returns no table");
  return evaluator.table(expression, scope);
}

/** @throws VisibleError if rows are given for a table that the schema lacks */
function tableReader(schema: HuntingSchema, tables: Readonly<Record<string, readonly QueryRow[]>>) {
  const byName = new Map(schema.tables.map((table) => [table.name, table]));
  const unknown = Object.keys(tables).find((name) => !byName.has(name));
  if (unknown !== undefined) throw new VisibleError(`${unknown} is no table of the schema. Names are case-sensitive.`);
  const read = new Map<string, ResultTable>();
  return (name: string): ResultTable | undefined => {
    const table = byName.get(name);
    if (table === undefined) return undefined;
    const result = read.get(name) ?? { columns: table.columns, rows: inputRows(table, tables[name] ?? []) };
    read.set(name, result);
    return result;
  };
}

function outputRows({ columns, rows }: ResultTable): QueryRow[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, outputValue(row[index] ?? null)])),
  );
}
