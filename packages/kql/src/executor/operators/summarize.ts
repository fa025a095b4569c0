import type { SyntaxNode } from "../../parser/syntaxNode";
import { eachRow, type Evaluator, type Frame, type OperatorRun, type OperatorStep } from "../evaluator";
import { extremeRow, nearestRank } from "../functions/aggregates";
import type { Scope } from "../scope";
import { valueKey } from "../values/compare";
import type { KustoRow, KustoValue } from "../values/kustoValue";
import { namedExpression, parserColumns } from "./namedExpression";
import { namedParameters } from "./namedParameters";

/** Values of the columns that an aggregate gives for a group. */
type GroupValues = (frame: Frame) => readonly KustoValue[];

/** Columns of the groups first, then those of the aggregates; the parser names them. */
export const summarize: OperatorRun = (step) => {
  const { node, input, scope, evaluator } = step;
  namedParameters(node, [], evaluator);
  const aggregates = node.elements("Aggregates").map((aggregate) => groupValues(aggregate, step));
  const by = node.child("ByClause")?.elements("Expressions");
  const keys = (by ?? []).map((key) => namedExpression(key, scope.over(input.columns), evaluator).value);
  const groups = groupedRows(
    input.rows,
    keys.map((key) => eachRow(input.rows, key)),
  );
  // Without `by` there is one group, even of no rows.
  if (by === undefined && groups.length === 0) groups.push({ key: [], rows: [] });
  const rows = groups.map(({ key, rows: group }) => [
    ...key,
    ...aggregates.flatMap(({ values }) => values(groupFrame(group))),
  ]);
  const width = keys.length + aggregates.reduce((total, { width: own }) => total + own, 0);
  return { columns: parserColumns(step, width), rows };
};

interface Group {
  readonly key: KustoRow;
  readonly rows: KustoRow[];
}

/** Groups in the order of their first row. */
export function groupedRows(rows: readonly KustoRow[], keys: readonly (readonly KustoValue[])[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [index, row] of rows.entries()) {
    const key = keys.map((values) => values[index] ?? null);
    const name = valueKey(key);
    const group = groups.get(name) ?? { key, rows: [] };
    group.rows.push(row);
    groups.set(name, group);
  }
  return [...groups.values()];
}

export function groupFrame(rows: readonly KustoRow[]): Frame {
  return { row: rows[0] ?? [], rows, index: 0 };
}

function groupValues(
  aggregate: SyntaxNode,
  step: OperatorStep,
): { readonly width: number; readonly values: GroupValues } {
  const groupScope = step.scope.overGroup(step.input.columns);
  const call = /NamedExpression$/.test(aggregate.kind) ? aggregate.child("Expression") : aggregate;
  const name = call?.kind === "FunctionCallExpression" ? call.child("Name")?.text : undefined;
  if (call !== undefined && (name === "arg_max" || name === "arg_min")) {
    return extremeValues(call, name === "arg_max", step.scope.over(step.input.columns), step.evaluator);
  }
  if (call !== undefined && name === "percentiles") return percentileValues(call, step);
  if (call !== undefined && /^(take_any|any)$/.test(name ?? "") && call.columns !== undefined) {
    return anyValues(call, step.scope.over(step.input.columns), step.evaluator);
  }
  const [counted] = call === aggregate && name === "countif" ? call.callArguments() : [];
  if (counted?.kind === "NameReference")
    throw step.evaluator.unsupported(aggregate, `${aggregate.text} without a name: no document says its column's`);
  const value = namedExpression(aggregate, groupScope, step.evaluator).value;
  return { width: 1, values: (frame) => [value(frame)] };
}

/** `percentiles(x, 5, 95)`: a column for each share. */
function percentileValues(call: SyntaxNode, { scope, input, evaluator }: OperatorStep) {
  const [value, ...shares] = call.callArguments().map((node) => evaluator.expression(node, scope.over(input.columns)));
  if (value === undefined) throw evaluator.unsupported(call, call.text);
  return {
    width: shares.length,
    values: (frame: Frame) => {
      const list = eachRow(frame.rows, value);
      return shares.map((share) => nearestRank(list, Number(share(frame))));
    },
  };
}

/** `arg_max(x, a, b)` and `arg_max(x, *)`: values of the row with the greatest `x`. */
function extremeValues(call: SyntaxNode, isGreatest: boolean, scope: Scope, evaluator: Evaluator) {
  const [maximized, ...returned] = call.callArguments();
  if (maximized === undefined) throw evaluator.unsupported(call, call.text);
  const greatest = evaluator.expression(maximized, scope);
  const others = returnedValues(call, returned, scope, evaluator);
  return {
    width: 1 + others.length,
    values: ({ rows }: Frame) => {
      const values = eachRow(rows, greatest);
      const index = extremeRow(values, isGreatest);
      const frame = { row: rows[index] ?? [], rows, index };
      return [values[index] ?? null, ...others.map((value) => (index < 0 ? null : value(frame)))];
    },
  };
}

/** The columns that `*` stands for are those of the parser's result. */
function returnedValues(call: SyntaxNode, returned: readonly SyntaxNode[], scope: Scope, evaluator: Evaluator) {
  if (!returned.some(({ kind }) => kind === "StarExpression"))
    return returned.map((node) => evaluator.expression(node, scope));
  if (returned.length > 1) throw evaluator.unsupported(call, call.text);
  return (call.columns ?? []).slice(1).map(({ name }) => columnValue(call, name, scope, evaluator));
}

function columnValue(node: SyntaxNode, name: string, scope: Scope, evaluator: Evaluator) {
  const index = scope.columnIndex(name);
  if (index < 0) throw evaluator.unsupported(node, node.text);
  return ({ row }: Frame) => row[index] ?? null;
}

/** `take_any(*)` and `take_any(a, b)`: values of one row. */
function anyValues(call: SyntaxNode, scope: Scope, evaluator: Evaluator) {
  const columns = call.columns ?? [];
  const given = call.callArguments();
  const isStar = given.some(({ kind }) => kind === "StarExpression");
  const values = isStar
    ? columns.map(({ name }) => columnValue(call, name, scope, evaluator))
    : given.map((node) => evaluator.expression(node, scope));
  return { width: values.length, values: (frame: Frame) => values.map((value) => value(frame)) };
}
