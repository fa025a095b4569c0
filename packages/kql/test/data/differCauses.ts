/** Forms of the differ that duckdb-kql 1.1.2 answers otherwise, and why the executor keeps its answer. */
export const differCauses: Readonly<Partial<Record<string, string>>> = {
  "bin([d], 7d)":
    "Weeks begin on a Monday in Microsoft's tutorial (2007-01-01, 2007-01-08): ticks since 0001-01-01, not 1970-01-01. https://learn.microsoft.com/kusto/query/tutorials/use-aggregation-functions",
  "parse_json([s])": "A text that is no JSON stays a text: https://learn.microsoft.com/kusto/query/parse-json-function",
  "todynamic([s])": "As parse_json.",
  "sqrt([r])": "Null for a negative number: https://learn.microsoft.com/kusto/query/sqrt-function. duckdb-kql has NaN.",
  "extract(@'(\\w)', 1, [s])": "\\w is Unicode's: https://learn.microsoft.com/kusto/query/regex. DuckDB's is ASCII's.",
  "datetime_diff('week', [d], [d])":
    "Weeks begin on a Sunday in the example: https://learn.microsoft.com/kusto/query/datetime-diff-function has 5 where whole weeks are 4.",
  "format_datetime([d], 'yyyy-MM-dd HH:mm')":
    "A string is never null: https://learn.microsoft.com/kusto/query/scalar-data-types/null-values. duckdb-kql has DuckDB's NULL.",
  "endofyear([d])":
    "Times have 100 nanoseconds: https://learn.microsoft.com/kusto/query/scalar-data-types/datetime. DuckDB's have microseconds.",
  "tostring([j])":
    "duckdb-kql writes the list that split makes in DuckDB's form ([ABC]), and any other array as JSON, as the executor does. https://learn.microsoft.com/kusto/query/scalar-data-types/dynamic",
  "array_concat([j], [j])":
    "As tostring: an array that split has begun and that holds a null is written in DuckDB's form.",
  "summarize stdev({l}), variance({r})":
    "A double has 15 to 17 digits (https://learn.microsoft.com/kusto/query/scalar-data-types/real): the last ones of a standard deviation above 2^50 depend on the order of the sum.",
  "set_has_element([j], 2)":
    "True or false, also of a value that is no array: https://learn.microsoft.com/kusto/query/set-has-element-function. duckdb-kql has null.",
  "bin([t], 1d)": "duckdb-kql loses the days of an interval that is a difference of two times.",
};
