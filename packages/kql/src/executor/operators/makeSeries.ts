import type { SyntaxNode } from "../../parser/syntaxNode";
import { spend } from "../budget";
import { eachRow, type OperatorRun, type OperatorStep } from "../evaluator";
import { arithmeticOperators } from "../expressions/calculate";
import { compare } from "../values/compare";
import type { KustoRow, KustoValue } from "../values/kustoValue";
import { namedExpression, parserColumns } from "./namedExpression";
import { groupedRows, groupFrame } from "./summarize";

const maximumSteps = 100_000;

/** For each group of the rows from `from` to `to`, arrays of aggregates over the steps of an axis. */
export const makeSeries: OperatorRun = (step) => {
  const { node, input, scope, evaluator } = step;
  const range = node.child("RangeClause");
  const axis = node.child("OnClause")?.child("Expression");
  const [start, end] = [range?.child("MakeSeriesFromClause"), range?.child("MakeSeriesToClause")].map((clause) =>
    clause === undefined ? null : endValue(clause, step),
  );
  const size = range?.child("MakeSeriesStepClause");
  if (axis === undefined || size === undefined || start == null || end == null) {
    throw evaluator.unsupported(node, "make-series without from, to and step");
  }
  const points = axisPoints(step, start, end, endValue(size, step));
  const positions = eachRow(input.rows, evaluator.expression(axis, scope.over(input.columns)));
  const by = node.child("ByClause")?.elements("Expressions") ?? [];
  const rowsInRange = input.rows.filter((_, index) => isWithin(positions[index] ?? null, start, end));
  const keys = by.map((key) => eachRow(rowsInRange, namedExpression(key, scope.over(input.columns), evaluator).value));
  const series = node.elements("Aggregates").map((aggregate) => seriesValues(aggregate, step));
  const positionByRow = new Map(input.rows.map((row, index) => [row, positions[index] ?? null]));
  const rows = groupedRows(rowsInRange, keys).map(({ key, rows: group }) => {
    spend("steps", points.length * group.length);
    const steps = points.map((point, index) =>
      group.filter((row) => isWithin(positionByRow.get(row) ?? null, point, points[index + 1] ?? end)),
    );
    return [...key, ...series.map((values) => values(steps)), points];
  });
  return { columns: parserColumns(step, by.length + series.length + 1), rows };
};

function endValue(clause: SyntaxNode, { scope, evaluator }: OperatorStep): KustoValue {
  const expression = clause.child("Expression");
  if (expression === undefined) throw evaluator.unsupported(clause, clause.text);
  return evaluator.constant(expression, scope);
}

/** The end itself is no point. */
function axisPoints(
  { node, evaluator }: OperatorStep,
  start: KustoValue,
  end: KustoValue,
  size: KustoValue,
): KustoValue[] {
  const points: KustoValue[] = [];
  for (
    let point = start;
    (compare(point, end) ?? 0) < 0;
    point = arithmeticOperators.AddExpression?.(point, size, false) ?? null
  ) {
    points.push(point);
    if (points.length > maximumSteps)
      throw evaluator.unsupported(node, `make-series with more than ${maximumSteps} steps`);
  }
  return points;
}

function isWithin(value: KustoValue, from: KustoValue, to: KustoValue): boolean {
  return (compare(value, from) ?? -1) >= 0 && (compare(value, to) ?? 1) < 0;
}

/** A step without rows has the default: 0 if the query gives none. */
function seriesValues(
  aggregate: SyntaxNode,
  step: OperatorStep,
): (steps: readonly (readonly KustoRow[])[]) => KustoValue[] {
  const { input, scope, evaluator } = step;
  const expression = aggregate.child("Expression");
  if (expression === undefined) throw evaluator.unsupported(aggregate, aggregate.text);
  const value = namedExpression(expression, scope.overGroup(input.columns), evaluator).value;
  const clause = aggregate.child("DefaultExpression");
  const byDefault = clause === undefined ? 0 : endValue(clause, step);
  return (steps) => steps.map((rows) => (rows.length === 0 ? byDefault : value(groupFrame(rows))));
}
