import type { ResultRow } from "./entityEvidence";

/** A judged query. */
export interface KqlVerdict {
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly message: string }[];
  readonly columns: readonly { readonly name: string }[];
}

/** Rows by the table's name. */
export type QueriedTables = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

export interface QueriedColumn {
  readonly name: string;
  /** Kusto's name. */
  readonly type: string;
}

export interface QueryOptions {
  readonly now: Date;
  /** Default: Microsoft's tables. */
  readonly schema?: {
    readonly tables: readonly { readonly name: string; readonly columns: readonly QueriedColumn[] }[];
    readonly functions: readonly never[];
  };
}

export interface QueriedResult {
  readonly columns: readonly QueriedColumn[];
  readonly rows: readonly ResultRow[];
}

/** An error for people. */
export interface QueryFailure extends Error {
  /** Of UnsupportedQuery: the parser's code, or the feature that the package lacks. */
  readonly feature?: string;
}

/** What the sandbox calls of it. */
export interface HuntingQueryPackage {
  judgeQueries(queries: readonly string[]): readonly KqlVerdict[];
  /** @throws UnsupportedQuery */
  runQuery(query: string, tables: QueriedTables, options: QueryOptions): QueriedResult;
  defenderSchema(): { readonly tables: readonly { readonly name: string }[] };
}
