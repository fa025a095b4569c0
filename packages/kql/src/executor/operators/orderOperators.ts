/** Operators that give rows an order. */
import type { SyntaxNode } from "../../parser/syntaxNode";
import { eachRow, type OperatorRun, type OperatorStep } from "../evaluator";
import { compareForSort, type SortOrder } from "../values/compare";
import type { KustoRow, KustoValue } from "../values/kustoValue";
import { rowCount } from "./rowOperators";

/** Descending if the query doesn't say. Equal rows keep their order. */
function sortedRows(step: OperatorStep, criteria: readonly SyntaxNode[]): KustoRow[] {
  const { input, scope, evaluator } = step;
  const rowScope = scope.over(input.columns);
  const keys = criteria.map((criterion) => ({
    order: sortOrder(criterion),
    values: eachRow(input.rows, evaluator.expression(criterion, rowScope)),
  }));
  const compareRows = (left: number, right: number) => {
    for (const { order, values } of keys) {
      const result = compareForSort(values[left] as KustoValue, values[right] as KustoValue, order);
      if (result !== 0) return result;
    }
    return left - right;
  };
  return [...input.rows.keys()].sort(compareRows).map((index) => input.rows[index] as KustoRow);
}

function sortOrder(criterion: SyntaxNode): SortOrder {
  const ordering = criterion.child("Ordering");
  const isDescending = !/^(asc|granny-asc)$/.test(ordering?.child("AscOrDescKeyword")?.text ?? "");
  const nulls = ordering?.child("NullsClause")?.child("FirstOrLastKeyword")?.text;
  return { isDescending, nullsFirst: nulls === undefined ? !isDescending : nulls === "first" };
}

const sort: OperatorRun = (step) => ({
  ...step.input,
  rows: sortedRows(step, step.node.elements("Expressions")),
  isSorted: true,
});

const top: OperatorRun = (step) => {
  const criterion = step.node.child("ByExpression");
  if (criterion === undefined) throw step.evaluator.unsupported(step.node, step.node.text);
  return { ...step.input, rows: sortedRows(step, [criterion]).slice(0, rowCount(step.node, step)), isSorted: true };
};

export const orderOperators = {
  SortOperator: sort,
  TopOperator: top,
} satisfies Readonly<Record<string, OperatorRun>>;
