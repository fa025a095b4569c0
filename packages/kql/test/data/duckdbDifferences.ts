/** Where duckdb-kql 1.1.2 answers a feature's query otherwise, and why the executor keeps its answer. */
export const duckdbDifferences: Readonly<Record<string, string>> = {
  "join kind=leftouter":
    "A string column of no match is the empty string in Kusto, whose strings have no null; duckdb-kql returns DuckDB's NULL.",
  "project-away": "duckdb-kql leaves out no column by a wildcard, here `Pro*`.",
};
