import type { QueryColumn } from "../schema/huntingSchema";
import type { KustoRow } from "./values/kustoValue";

/** Rows of a table, a step of a query, or its result. */
export interface ResultTable {
  readonly columns: readonly QueryColumn[];
  readonly rows: readonly KustoRow[];
  /** Whether the rows have an order that `prev` and `next` may read. */
  readonly isSorted?: boolean;
}
