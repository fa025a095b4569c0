/**
 * Answers of hunting. A closed table has the queries that `mssp` and its documentation send; every other query
 * runs by the package `@defender-mssp/kql`, where it is installed.
 */
import { unreadableRequest } from "../graph/graphErrors";
import type { ResultRow } from "./customDetections/entityEvidence";
import type {
  QueriedColumn as HuntedColumn,
  QueriedTables,
  QueryFailure,
} from "./customDetections/huntingQueryPackage";
import { kqlInstallation, queryResult } from "./customDetections/queryResult";
import { syntaxCode } from "./detectionRules/validateQuery";

export type { HuntedColumn };
export type HuntedRow = Readonly<Record<string, string | Date>>;

export interface HuntedTable {
  readonly columns: readonly HuntedColumn[];
  /** Computes them anew, one after the other. */
  readonly rows: () => Iterable<HuntedRow>;
}

export type HuntedTables = Readonly<Record<"AlertInfo" | "AlertEvidence" | "DeviceInfo", HuntedTable>>;

export interface HuntingAnswer {
  readonly columns: readonly HuntedColumn[];
  readonly rows: Iterable<ResultRow>;
}

/** @throws EmulatedGraphError, as runHuntingQuery's documented 400 */
export async function huntingAnswer(query: string, tables: HuntedTables, now: Date): Promise<HuntingAnswer> {
  return knownAnswer(query, tables) ?? kqlAnswer(query, tables, now);
}

/** The answer of a query in the closed table. */
export function knownAnswer(query: string, tables: HuntedTables): HuntingAnswer | undefined {
  const text = query.trim().replace(/\s+/g, " ");
  for (const { pattern, answer } of knownQueries) {
    const match = pattern.exec(text);
    if (match !== null) return answer(tables, match.slice(1));
  }
  return undefined;
}

interface KnownQuery {
  readonly pattern: RegExp;
  readonly answer: (tables: HuntedTables, values: readonly string[]) => HuntingAnswer;
}

const moment = String.raw`datetime\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\)`;
const ofSpan = String.raw`^AlertInfo \| where Timestamp >= ${moment} and Timestamp < ${moment} \| `;

const knownQueries: readonly KnownQuery[] = [
  // The count of deliveries: `verify --coverage` and `alerts --coverage`.
  {
    pattern: new RegExp(`${ofSpan}count$`),
    answer: ({ AlertInfo }, [from, until]) => counted(rowsBetween(AlertInfo, from, until)),
  },
  {
    pattern: new RegExp(`${ofSpan}project Timestamp, AlertId, Title, ServiceSource, Severity$`),
    answer: ({ AlertInfo }, [from, until]) => {
      const names = ["Timestamp", "AlertId", "Title", "ServiceSource", "Severity"];
      return projected({ ...AlertInfo, rows: () => rowsBetween(AlertInfo, from, until) }, names);
    },
  },
  // Examples of `hunt` in its help and its page.
  { pattern: /^AlertInfo \| take 10$/, answer: ({ AlertInfo }) => taken(AlertInfo, 10) },
  {
    pattern: /^AlertInfo \| summarize count\(\) by Severity$/,
    answer: ({ AlertInfo }) => countedBy(AlertInfo, "Severity"),
  },
  { pattern: /^DeviceInfo \| count$/, answer: ({ DeviceInfo }) => counted(DeviceInfo.rows()) },
];

function* rowsBetween({ rows }: HuntedTable, from = "", until = ""): Generator<HuntedRow, void> {
  const [first, end] = [new Date(from), new Date(until)];
  for (const row of rows()) {
    const { Timestamp: at = "" } = row;
    if (at >= first && at < end) yield row;
  }
}

function counted(rows: Iterable<HuntedRow>): HuntingAnswer {
  const iterator = rows[Symbol.iterator]();
  let count = 0;
  while (iterator.next().done !== true) count++;
  return { columns: [{ name: "Count", type: "long" }], rows: [{ Count: count }] };
}

function countedBy({ columns, rows }: HuntedTable, name: string): HuntingAnswer {
  const counts = new Map<HuntedRow[string] | undefined, number>();
  for (const row of rows()) counts.set(row[name], (counts.get(row[name]) ?? 0) + 1);
  return {
    columns: [...columns.filter((column) => column.name === name), { name: "count_", type: "long" }],
    rows: [...counts].map(([value, count_]) => ({ [name]: value, count_ })),
  };
}

function projected({ columns, rows }: HuntedTable, names: readonly string[]): HuntingAnswer {
  function* selected(): Generator<ResultRow, void> {
    for (const row of rows()) yield Object.fromEntries(names.map((name) => [name, row[name]]));
  }
  return { columns: names.flatMap((name) => columns.filter((column) => column.name === name)), rows: selected() };
}

function taken({ columns, rows }: HuntedTable, most: number): HuntingAnswer {
  const first: HuntedRow[] = [];
  for (const row of rows()) if (first.push(row) === most) break;
  return { columns, rows: first };
}

/** The answer by the package, which gets the tables that the query names and no function of the service. */
export async function kqlAnswer(query: string, tables: HuntedTables, now: Date): Promise<HuntingAnswer> {
  const read = Object.entries(tables).filter(([name]) => query.includes(name));
  const rowsByName: QueriedTables = Object.fromEntries(read.map(([name, { rows }]) => [name, [...rows()]]));
  const schema = { tables: read.map(([name, { columns }]) => ({ name, columns })), functions: [] };
  const result = await queryResult(query, rowsByName, { now, schema }).catch((error: unknown) => {
    throw refusal(error as QueryFailure) ?? error;
  });
  if (result === undefined) throw unreadableRequest(kqlInstallation);
  return result;
}

/** The last sentence is the service's, what it says of the query the parser's. */
function refusal({ name, message, feature = "" }: QueryFailure): Error | undefined {
  if (name !== "UnsupportedQuery") return undefined;
  if (syntaxCode.test(feature)) return unreadableRequest(`Syntax error: ${message} Fix syntax errors in your query.`);
  if (/^KS\d+$/.test(feature)) return unreadableRequest(`${message} Fix semantic errors in your query.`);
  return unreadableRequest(`The sandbox does not run this query. ${message}`);
}
