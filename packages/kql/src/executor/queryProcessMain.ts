import { answerRequests } from "../bounds/answerRequests";
import { runQuery, type QueryResult, type RunOptions } from "./runQuery";
import type { QueryRow } from "./values/inputRows";

export interface QueryRequest {
  readonly query: string;
  readonly tables: Readonly<Record<string, readonly QueryRow[]>>;
  readonly options: RunOptions;
}

answerRequests(
  ({ query, tables, options }: QueryRequest): QueryResult => runQuery(query, tables, options),
  ["UnsupportedQuery", "VisibleError"],
);
