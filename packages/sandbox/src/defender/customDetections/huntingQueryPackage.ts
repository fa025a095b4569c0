import type { ResultRow } from "./entityEvidence";

/** A judged query. */
export interface KqlVerdict {
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly message: string }[];
  readonly columns: readonly { readonly name: string }[];
}

/** Rows by the table's name. */
export type QueriedTables = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** What the sandbox calls of it. */
export interface HuntingQueryPackage {
  judgeQueries(queries: readonly string[]): readonly KqlVerdict[];
  /** @throws UnsupportedQuery, with a message for people */
  runQuery(
    query: string,
    tables: QueriedTables,
    options: { readonly now: Date },
  ): { readonly rows: readonly ResultRow[] };
  defenderSchema(): { readonly tables: readonly { readonly name: string }[] };
}
