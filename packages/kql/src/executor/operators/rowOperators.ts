/** Operators that choose rows and columns. */
import type { SyntaxNode } from "../../parser/syntaxNode";
import { eachRow, type OperatorRun, type OperatorStep } from "../evaluator";
import type { ResultTable } from "../resultTable";
import { arithmeticOperators } from "../expressions/calculate";
import { compare, valueKey } from "../values/compare";
import { inputValue } from "../values/inputRows";
import type { KustoRow } from "../values/kustoValue";
import { computedRows, namedExpression, parserColumns } from "./namedExpression";
import { namedParameters } from "./namedParameters";

const where: OperatorRun = ({ node, input, scope, evaluator }) => {
  namedParameters(node, [], evaluator);
  const condition = node.child("Condition");
  if (condition === undefined) throw evaluator.unsupported(node, "where without a condition");
  const values = eachRow(input.rows, evaluator.expression(condition, scope.over(input.columns)));
  return { ...input, rows: input.rows.filter((_, index) => values[index] === true) };
};

const project: OperatorRun = (step) => {
  const { node, input, scope, evaluator } = step;
  const rowScope = scope.over(input.columns);
  const expressions = node
    .elements("Expressions")
    .map((expression) => namedExpression(expression, rowScope, evaluator));
  const rows = computedRows(
    input.rows,
    expressions.map(({ value }) => value),
  );
  return { columns: parserColumns(step, expressions.length), rows, isSorted: input.isSorted };
};

/** New columns stand behind the others; a column of an existing name takes its place. */
const extend: OperatorRun = (step) => {
  const { node, input, scope, evaluator } = step;
  const rowScope = scope.over(input.columns);
  const expressions = node
    .elements("Expressions")
    .map((expression) => namedExpression(expression, rowScope, evaluator));
  const names = extendedNames(
    step,
    expressions.map(({ name }) => name),
  );
  const values = expressions.map(({ value }) => eachRow(input.rows, value));
  const columns = [...input.columns];
  const rows = input.rows.map((row) => [...row]);
  for (const [index, name] of names.entries()) {
    const position = columns.findIndex((column) => column.name === name);
    const at = position < 0 ? columns.length : position;
    columns[at] = { name, type: expressions[index]?.type ?? "dynamic" };
    for (const [rowIndex, row] of rows.entries()) row[at] = values[index]?.[rowIndex] ?? null;
  }
  return { columns, rows, isSorted: input.isSorted };
};

/** Names of unnamed expressions come from the parser: those that neither the input nor the query names. */
function extendedNames({ node, input, evaluator }: OperatorStep, names: readonly (string | undefined)[]): string[] {
  const taken = new Set([...input.columns.map(({ name }) => name), ...names]);
  const added = (node.columns ?? []).map(({ name }) => name).filter((name) => !taken.has(name));
  if (added.length < names.filter((name) => name === undefined).length) throw evaluator.unsupported(node, node.text);
  return names.map((name) => name ?? added.shift() ?? "");
}

/** `project-away`, `project-keep` and `project-reorder`: the parser knows which columns stay, and their order. */
const selectColumns: OperatorRun = (step) => {
  const columns = (step.node.columns ?? []).map(({ name, type }) => ({ name, type }));
  const positions = columns.map(({ name }) => step.input.columns.findIndex((column) => column.name === name));
  if (positions.includes(-1)) throw step.evaluator.unsupported(step.node, step.node.text);
  return { ...step.input, columns, rows: step.input.rows.map((row) => positions.map((at) => row[at] ?? null)) };
};

const projectRename: OperatorRun = ({ node, input, evaluator }) => {
  const renamed = new Map(
    node.elements("Expressions").map((expression) => {
      const [name, column] = [expression.child("Name"), expression.child("Expression")];
      if (name === undefined || column === undefined) throw evaluator.unsupported(node, node.text);
      return [column.referencedName ?? column.text, name.referencedName ?? name.text];
    }),
  );
  return { ...input, columns: input.columns.map(({ name, type }) => ({ name: renamed.get(name) ?? name, type })) };
};

/** `distinct *` or distinct expressions; the first of equal rows stays. */
const distinct: OperatorRun = (step) => {
  const { node, input, scope, evaluator } = step;
  const expressions = node.elements("Expressions");
  if (expressions.some(({ kind }) => kind === "StarExpression")) return { ...input, rows: distinctRows(input.rows) };
  const rowScope = scope.over(input.columns);
  const named = expressions.map((expression) => namedExpression(expression, rowScope, evaluator).value);
  return { columns: parserColumns(step, named.length), rows: distinctRows(computedRows(input.rows, named)) };
};

function distinctRows(rows: readonly KustoRow[]): KustoRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = valueKey(row);
    return !seen.has(key) && seen.add(key);
  });
}

/** The first rows, where the service takes any. */
const take: OperatorRun = ({ node, input, scope, evaluator }) => {
  const count = rowCount(node, { scope, evaluator });
  return { ...input, rows: input.rows.slice(0, count) };
};

export function rowCount(node: SyntaxNode, { scope, evaluator }: Pick<OperatorStep, "scope" | "evaluator">): number {
  const expression = node.child("Expression");
  const count = expression === undefined ? undefined : evaluator.constant(expression, scope);
  if (typeof count !== "number") throw evaluator.unsupported(node, node.text);
  return Math.max(0, count);
}

const countRows: OperatorRun = (step) => ({ columns: parserColumns(step, 1), rows: [[step.input.rows.length]] });

const serialize: OperatorRun = (step) => ({ ...extend(step), isSorted: true });

const unchanged: OperatorRun = ({ input }) => input;

const print: OperatorRun = (step) => {
  const { node, scope, evaluator } = step;
  const values = node.elements("Expressions").map((expression) => evaluator.constant(expression, scope));
  return { columns: parserColumns(step, values.length), rows: [values] };
};

const maximumRows = 100_000;

const range: OperatorRun = (step) => {
  const { node, scope, evaluator } = step;
  const [from, to, size] = ["From", "To", "Step"].map((name) => {
    const part = node.child(name);
    return part === undefined ? null : evaluator.constant(part, scope);
  });
  // Microsoft's page calls the start the smallest value, and says nothing of a step that goes back.
  if ((compare(advanced(from ?? null, size ?? null), from ?? null) ?? 1) <= 0)
    throw evaluator.unsupported(node, "range with a step that is not positive");
  const rows: KustoRow[] = [];
  for (
    let value = from ?? null;
    isAtMost(value, to ?? null) && rows.length <= maximumRows;
    value = advanced(value, size ?? null)
  ) {
    rows.push([value]);
  }
  if (rows.length > maximumRows) throw evaluator.unsupported(node, `range with more than ${maximumRows} rows`);
  return { columns: parserColumns(step, 1), rows };
};

const isAtMost = (value: KustoRow[number], end: KustoRow[number]) => (compare(value, end) ?? 1) <= 0;

function advanced(value: KustoRow[number], size: KustoRow[number]): KustoRow[number] {
  return arithmeticOperators.AddExpression?.(value, size, false) ?? null;
}

/** A table that the query writes down. */
export function dataTable({ node, scope, evaluator }: Omit<OperatorStep, "input">): ResultTable {
  const columns = (node.columns ?? []).map(({ name, type }) => ({ name, type }));
  const values = node.elements("Values").map((value) => evaluator.constant(value, scope));
  if (columns.length === 0 || values.length % columns.length !== 0) throw evaluator.unsupported(node, "this datatable");
  const count = values.length / columns.length;
  const rows = Array.from({ length: count }, (_, row) =>
    columns.map((column, index) =>
      inputValue(values[row * columns.length + index], column, `Row ${row + 1} of the datatable`),
    ),
  );
  return { columns, rows };
}

export const rowOperators = {
  FilterOperator: where,
  ProjectOperator: project,
  ExtendOperator: extend,
  ProjectAwayOperator: selectColumns,
  ProjectKeepOperator: selectColumns,
  ProjectReorderOperator: selectColumns,
  ProjectRenameOperator: projectRename,
  DistinctOperator: distinct,
  TakeOperator: take,
  CountOperator: countRows,
  SerializeOperator: serialize,
  RenderOperator: unchanged,
  ConsumeOperator: (step) => ({ ...unchanged(step), rows: [] }),
  PrintOperator: print,
  RangeOperator: range,
} satisfies Readonly<Record<string, OperatorRun>>;
