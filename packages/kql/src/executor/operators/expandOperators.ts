/** Operators that make several rows of one. */
import type { SyntaxNode } from "../../parser/syntaxNode";
import type { QueryColumn } from "../../schema/huntingSchema";
import { spend } from "../budget";
import { eachRow, type OperatorRun, type OperatorStep } from "../evaluator";
import type { ResultTable } from "../resultTable";
import { convert } from "../values/convert";
import { Refusal } from "../refusal";
import { isArray, isBag, KustoDateTime, unwrapped, type KustoRow, type KustoValue } from "../values/kustoValue";
import { expressionName } from "./namedExpression";
import { namedParameters } from "./namedParameters";

/** A column that is expanded. */
interface Expansion {
  readonly name: string;
  readonly type: string;
  /** For each row the values that it becomes. */
  readonly values: readonly (readonly KustoValue[])[];
}

/** Columns that are expanded together stand side by side; the shorter ones end with nulls. */
const mvExpand: OperatorRun = (step) => {
  const { node, input, evaluator } = step;
  const parameters = namedParameters(node, ["kind", "bagexpansion", "with_itemindex"], evaluator);
  const isArrayKind = [parameters.get("kind"), parameters.get("bagexpansion")].includes("array");
  const indexColumn = parameters.get("with_itemindex");
  const expansions = node.elements("Expressions").map((expression) => expansion(expression, step, isArrayKind));
  const columns = expandedColumns(input, expansions, indexColumn);
  const limit = expandedLimit(step);
  const rows = input.rows.flatMap((row, index) =>
    expandedRows(row, index, { columns, expansions, indexColumn, limit }),
  );
  return { columns, rows };
};

function expansion(expression: SyntaxNode, step: OperatorStep, isArrayKind: boolean): Expansion {
  const { input, scope, evaluator } = step;
  const value = expression.child("Expression");
  const name = value === undefined ? undefined : expandedName(value, step);
  if (value === undefined || name === undefined) throw evaluator.unsupported(expression, expression.text);
  const type = expression.child("ToTypeOf")?.child("TypeOf")?.elements("Types")[0]?.text ?? "dynamic";
  const values = eachRow(input.rows, evaluator.expression(value, scope.over(input.columns)));
  return {
    name,
    type,
    values: values.map((inner) => memberValues(inner, isArrayKind).map((member) => cast(member, type))),
  };
}

/** Unnamed expressions keep the name that the parser gives. */
function expandedName(value: SyntaxNode, { node, input }: OperatorStep): string | undefined {
  const name = expressionName(value);
  if (name !== undefined) return name;
  const added = (node.columns ?? []).filter(
    (column) => !input.columns.some((existing) => existing.name === column.name),
  );
  if (added.length > 0) return node.elements("Expressions").length === 1 ? added[0]?.name : undefined;
  // The parser adds no column for `parse_json(A)`: it expands A.
  const [argument] = value.child("ArgumentList")?.elements("Expressions") ?? [];
  return argument?.kind === "NameReference" ? expressionName(argument) : undefined;
}

/**
 * A bag becomes bags of one property, or pairs; an empty array or bag no row, null one.
 * https://learn.microsoft.com/kusto/query/mv-expand-operator
 */
function memberValues(value: KustoValue, isArrayKind: boolean): readonly KustoValue[] {
  if (isArray(value)) return value;
  if (!isBag(value)) return [value];
  return Object.entries(value).map(([name, inner]) => (isArrayKind ? [name, inner] : { [name]: inner }));
}

/** `to typeof(…)` casts and doesn't parse: a text is no number. Which types meet, duckdb-kql has measured on the Kusto emulator. */
function cast(member: KustoValue, type: string): KustoValue {
  const value = unwrapped(member);
  if (type === "dynamic") return member;
  if (type === "timespan" || type === "decimal") throw new Refusal(`typeof(${type})`);
  const isNumber = typeof value === "number" && (type !== "bool" || Number.isInteger(value));
  const isText = typeof value === "string" || value instanceof KustoDateTime;
  const meets =
    type === "string" ||
    (type === "datetime" || type === "guid" ? isText : isNumber || (type === "bool" && typeof value === "boolean"));
  return convert(meets ? member : null, type);
}

function expandedColumns(
  { columns }: ResultTable,
  expansions: readonly Expansion[],
  indexColumn?: string,
): QueryColumn[] {
  const types = new Map(expansions.map(({ name, type }) => [name, type]));
  const existing = columns.map(({ name, type }) => ({ name, type: types.get(name) ?? type }));
  const added = expansions.filter(({ name }) => !columns.some((column) => column.name === name));
  const index = indexColumn === undefined ? [] : [{ name: indexColumn, type: "long" }];
  return [...existing, ...added.map(({ name, type }) => ({ name, type })), ...index];
}

function expandedLimit({ node, scope, evaluator }: OperatorStep): number {
  const limit = node.child("RowLimitClause")?.child("RowLimit");
  const count = limit === undefined ? Infinity : evaluator.constant(limit, scope);
  return typeof count === "number" ? count : Infinity;
}

interface ExpandedShape {
  readonly columns: readonly QueryColumn[];
  readonly expansions: readonly Expansion[];
  readonly indexColumn: string | undefined;
  readonly limit: number;
}

function expandedRows(
  row: KustoRow,
  index: number,
  { columns, expansions, indexColumn, limit }: ExpandedShape,
): KustoRow[] {
  const longest = Math.max(0, ...expansions.map(({ values }) => values[index]?.length ?? 0));
  const count = Math.min(longest, limit);
  spend("rows", count);
  spend("cells", count * columns.length);
  return Array.from({ length: count }, (_, position) =>
    columns.map(({ name, type }, column) => {
      const expanded = expansions.find((candidate) => candidate.name === name);
      if (expanded !== undefined) return expanded.values[index]?.[position] ?? convert(null, type);
      return name === indexColumn && column >= row.length ? position : (row[column] ?? null);
    }),
  );
}

/** Runs a query on the expanded rows of each row, and puts the row's columns in front of its result. */
const mvApply: OperatorRun = (step) => {
  const { node, input, scope, evaluator } = step;
  namedParameters(node, [], evaluator);
  const query = node.child("Subquery")?.child("Expression");
  if (query === undefined || node.child("RowLimitClause") !== undefined) throw evaluator.unsupported(node, node.text);
  const expansions = node.elements("Expressions").map((expression) => expansion(expression, step, false));
  const columns = expandedColumns(input, expansions);
  const shape = { columns, expansions, indexColumn: undefined, limit: Infinity };
  const results = input.rows.map((row, index) => {
    const table = { columns, rows: expandedRows(row, index, shape) };
    return { row, result: evaluator.pipe(query, table, scope) };
  });
  return appliedTable(step, expansions, results);
};

/** Columns that the query keeps are its own; the row's other columns are repeated. */
function appliedTable(
  { node, input, evaluator }: OperatorStep,
  expansions: readonly Expansion[],
  results: readonly { readonly row: KustoRow; readonly result: ResultTable }[],
): ResultTable {
  const columns = (node.columns ?? []).map(({ name, type }) => ({ name, type }));
  const expanded = new Set(expansions.map(({ name }) => name));
  const rows = results.flatMap(({ row, result }) =>
    result.rows.map((own) =>
      columns.map(({ name }) => {
        const at = result.columns.findIndex((column) => column.name === name);
        if (at >= 0) return own[at] ?? null;
        const outer = expanded.has(name) ? -1 : input.columns.findIndex((column) => column.name === name);
        if (outer < 0) throw evaluator.unsupported(node, `mv-apply with the column ${name}`);
        return row[outer] ?? null;
      }),
    ),
  );
  return { columns, rows };
}

export const expandOperators = {
  MvExpandOperator: mvExpand,
  MvApplyOperator: mvApply,
} satisfies Readonly<Record<string, OperatorRun>>;
