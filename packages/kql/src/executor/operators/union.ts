import type { SyntaxNode } from "../../parser/syntaxNode";
import type { QueryColumn } from "../../schema/huntingSchema";
import { spend } from "../budget";
import type { OperatorRun, OperatorStep } from "../evaluator";
import type { ResultTable } from "../resultTable";
import { emptyValue, type KustoRow, type KustoValue } from "../values/kustoValue";
import { namedParameters } from "./namedParameters";

interface UnionSource {
  readonly table: ResultTable;
  /** What `withsource` shows: the table's name, or `union_arg` and a number. */
  readonly name: string;
}

/** Rows of all tables, one table after the other. With `isfuzzy`, tables that don't exist are left out. */
export const union: OperatorRun = (step) => {
  const { node, evaluator } = step;
  const parameters = namedParameters(node, ["kind", "withsource", "with_source", "isfuzzy"], evaluator);
  const sourceColumn = parameters.get("withsource") ?? parameters.get("with_source");
  const sources = unionSources(step, parameters.get("isfuzzy") === "true");
  const isInAll = ({ name, type }: QueryColumn) =>
    sources.every(({ table }) => table.columns.some((column) => column.name === name && column.type === type));
  const isKept = (column: QueryColumn) =>
    parameters.get("kind") !== "inner" || column.name === sourceColumn || isInAll(column);
  return alignedTable(step, sources, sourceColumn, isKept);
};

/** Rows of the sources in the columns that the parser names. @param sourceColumn which shows the source's name */
export function alignedTable(
  { node }: OperatorStep,
  sources: readonly UnionSource[],
  sourceColumn: string | undefined,
  isKept: (column: QueryColumn) => boolean = () => true,
): ResultTable {
  const columns = (node.columns ?? []).map(({ name, type }) => ({ name, type })).filter(isKept);
  spend("cells", sources.reduce((total, { table }) => total + table.rows.length, 0) * columns.length);
  const rows = sources.flatMap(({ table, name }) =>
    alignedRows(table, columns, (column) => (column === sourceColumn ? name : undefined)),
  );
  return { columns, rows };
}

export function unionSources(step: OperatorStep, isFuzzy: boolean): UnionSource[] {
  const { node, input, scope, evaluator } = step;
  const expressions = node.elements("Expressions");
  if (expressions.some((expression) => /\*/.test(expression.text) && expression.kind === "NameReference")) {
    throw evaluator.unsupported(node, "tables with a wildcard");
  }
  const present = expressions.filter((expression) => !(isFuzzy && isMissing(expression, step)));
  const piped = input.columns.length > 0 ? [{ table: input, name: "union_arg0" }] : [];
  const named = present.map((expression, index) => ({
    table: evaluator.table(expression, scope),
    name: expression.kind === "NameReference" ? expression.text : `union_arg${index + piped.length}`,
  }));
  return [...piped, ...named];
}

/** A name that refers to nothing. */
function isMissing(expression: SyntaxNode, { scope }: OperatorStep): boolean {
  if (expression.kind !== "NameReference") return false;
  return expression.referencedName === undefined && scope.variable(expression.text) === undefined;
}

/** A column that tables have in several types is several columns, such as `Port_long` and `Port_string`. */
function alignedRows(
  { columns, rows }: ResultTable,
  result: readonly QueryColumn[],
  fixed: (column: string) => KustoValue | undefined,
): KustoRow[] {
  const positions = result.map(({ name, type }) => {
    const isSame = (column: QueryColumn) =>
      column.type === type && (column.name === name || `${column.name}_${type}` === name);
    return columns.findIndex(isSame);
  });
  return rows.map((row) =>
    result.map(({ name, type }, index) => fixed(name) ?? row[positions[index] ?? -1] ?? emptyValue(type)),
  );
}
