import { eachRow, type OperatorRun } from "../evaluator";
import { groupedRows } from "./summarize";
import { namedParameters } from "./namedParameters";

/** Runs a query on the rows of each value of a column, one group after the other. */
export const partition: OperatorRun = (step) => {
  const { node, input, scope, evaluator } = step;
  namedParameters(node, [], evaluator);
  const [by, query] = [node.child("ByExpression"), node.child("Operand")?.child("Subquery")];
  if (by === undefined || query === undefined) throw evaluator.unsupported(node, node.text);
  const groups = groupedRows(input.rows, [eachRow(input.rows, evaluator.expression(by, scope.over(input.columns)))]);
  const results = groups.map(({ rows }) => evaluator.pipe(query, { columns: input.columns, rows }, scope));
  const columns = results[0]?.columns ?? evaluator.pipe(query, { columns: input.columns, rows: [] }, scope).columns;
  return { columns, rows: results.flatMap(({ rows }) => rows) };
};
