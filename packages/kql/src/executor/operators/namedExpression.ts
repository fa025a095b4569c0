import type { SyntaxNode } from "../../parser/syntaxNode";
import type { QueryColumn } from "../../schema/huntingSchema";
import { eachRow, type Evaluator, type Expression, type OperatorStep } from "../evaluator";
import type { Scope } from "../scope";
import type { KustoRow } from "../values/kustoValue";

/** An expression of `project`, `extend` and their kin. */
export interface NamedExpression {
  /** Undefined if the parser has to name the column. */
  readonly name: string | undefined;
  readonly type: string;
  readonly value: Expression;
}

export function namedExpression(node: SyntaxNode, scope: Scope, evaluator: Evaluator): NamedExpression {
  if (node.kind === "CompoundNamedExpression" || node.columns !== undefined) {
    throw evaluator.unsupported(node, `the expression ${node.text}`);
  }
  return { name: expressionName(node), type: node.scalarType ?? "dynamic", value: evaluator.expression(node, scope) };
}

/** The name that the query gives; undefined if it gives none. */
export function expressionName(node: SyntaxNode): string | undefined {
  if (node.kind === "SimpleNamedExpression") {
    const name = node.child("Name");
    return name?.referencedName ?? name?.text;
  }
  return node.kind === "NameReference" ? (node.referencedName ?? node.text) : undefined;
}

/**
 * The columns that the parser names for a result. @param count how many the executor has computed
 * @throws UnsupportedQuery if the parser has another number, so that no value gets another's name
 */
export function parserColumns(
  { node, evaluator }: Pick<OperatorStep, "node" | "evaluator">,
  count: number,
): QueryColumn[] {
  const columns = (node.columns ?? []).map(({ name, type }) => ({ name, type }));
  if (columns.length !== count)
    throw evaluator.unsupported(node, `${node.text.split(/\s/, 1)[0] ?? ""} with these columns`);
  return columns;
}

/** Rows of the values of expressions. */
export function computedRows(rows: readonly KustoRow[], expressions: readonly Expression[]): KustoRow[] {
  const columns = expressions.map((expression) => eachRow(rows, expression));
  return rows.map((_, index) => columns.map((values) => values[index] ?? null));
}
