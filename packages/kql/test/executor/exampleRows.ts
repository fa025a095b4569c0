import { defenderSchema, type QueryRow } from "@defender-mssp/kql";

/** A value of each type. */
const examples: Readonly<Record<string, unknown>> = {
  string: "abc",
  long: 5,
  int: 5,
  real: 1.5,
  bool: true,
  datetime: "2026-11-28T10:00:00Z",
  dynamic: { a: 1 },
  guid: "74be27de-1e4e-49d9-b579-fe0b331d3642",
};

/** One row for each table that a query reads. */
export function exampleRows(tables: readonly string[]): Record<string, QueryRow[]> {
  const read = defenderSchema().tables.filter(({ name }) => tables.includes(name));
  const rows = read.map(({ name, columns }) => [
    name,
    [Object.fromEntries(columns.map((column) => [column.name, examples[column.type]]))],
  ]);
  return Object.fromEntries(rows) as Record<string, QueryRow[]>;
}
