import type { TextRegion } from "../parser/queryText";
import type { QueryColumn } from "../schema/huntingSchema";

/** A problem of a query, with its region in the query's text. */
export interface QueryFinding extends TextRegion {
  /** The parser's, such as `KS142`, or this package's, such as `KQL001`. */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** A word of the query with its region: an operator or a function. */
export interface QueryWord extends TextRegion {
  readonly name: string;
}

/** Where a text begins, for a finding that has no other place. */
export const textStart: TextRegion = { line: 1, column: 1, endLine: 1, endColumn: 1 };

/** A time that the query compares its events with. */
export interface QueryLookback extends QueryWord {
  readonly hours: number;
}

/** What the parser says of a query. A JSON document holds all of it. */
export interface JudgedQuery {
  readonly findings: readonly QueryFinding[];
  /** The columns of the result; empty if the query doesn't bind. */
  readonly columns: readonly QueryColumn[];
  /** The tables that the query reads. */
  readonly tables: readonly string[];
  /**
   * Names of columns of the result whose values are those of a table's column of the same name,
   * such as `Timestamp` in `summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId)`.
   */
  readonly unaltered: readonly string[];
  /** The operators after a pipe, and `union`, `print`, `datatable`, `externaldata` where they begin a query. */
  readonly operators: readonly QueryWord[];
  readonly functions: readonly QueryWord[];
  /** `let` statements. */
  readonly lets: readonly QueryWord[];
  readonly comments: readonly QueryWord[];
  /** `set` and `declare query_parameters`. */
  readonly clientStatements: readonly QueryWord[];
  readonly lookbacks: readonly QueryLookback[];
  /** What a continuous rule can't use: columns and the text of dynamic values. */
  readonly notStreamed: readonly QueryWord[];
  /** The aggregate that ReportId comes from, where the time comes from another one. */
  readonly mixedEvents: readonly QueryWord[];
}
