import type { QueryColumn } from "../schema/huntingSchema";

/** A problem of a query. */
export interface QueryFinding {
  /** The parser's, such as `KS142`, or this package's, such as `KQL001`. */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** Line in the text of the query, from 1. */
  readonly line: number;
  /** Column in the line, from 1. */
  readonly column: number;
}

/** A word of the query with its place: an operator or a function. */
export interface QueryWord {
  readonly name: string;
  readonly line: number;
  readonly column: number;
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
}
