import type { SyntaxNode } from "../../parser/syntaxNode";
import type { Expression, OperatorRun, OperatorStep } from "../evaluator";
import type { Scope } from "../scope";
import { toText } from "../values/convert";
import { textTest, type TextTestName } from "../values/textTest";
import { namedParameters } from "./namedParameters";
import { alignedTable, unionSources } from "./union";

/**
 * Rows that meet a predicate in which a text alone stands for any column.
 * https://learn.microsoft.com/kusto/query/search-operator
 */
export const search: OperatorRun = (step) => {
  const { node, input, scope, evaluator, source } = step;
  namedParameters(node, [], evaluator);
  const [tables, condition] = [node.child("InClause"), node.child("Condition")];
  if (condition === undefined || (tables === undefined && input.columns.length === 0))
    throw evaluator.unsupported(node, "search without tables");
  const piped = source?.kind === "NameReference" && scope.variable(source.text) === undefined;
  const sources = tables
    ? unionSources({ ...step, node: tables }, false)
    : [{ table: input, name: piped ? source.text : "search_arg0" }];
  const table = alignedTable(step, sources, "$table");
  const matches = compilePredicate(condition, scope.over(table.columns), step);
  return { ...table, rows: table.rows.filter((row, index) => matches({ row, rows: table.rows, index }) === true) };
};

function compilePredicate(node: SyntaxNode, scope: Scope, step: OperatorStep): Expression {
  const { evaluator } = step;
  const sides = ["Left", "Right", "Expression"].flatMap((name) => node.child(name) ?? []);
  const parts = () => sides.map((side) => compilePredicate(side, scope, step));
  switch (node.kind) {
    case "StarExpression":
      return () => true;
    case "ParenthesizedExpression":
      return parts()[0] as Expression;
    case "AndExpression": {
      const both = parts();
      return (frame) => both.every((part) => part(frame) === true);
    }
    case "OrExpression": {
      const either = parts();
      return (frame) => either.some((part) => part(frame) === true);
    }
    case "StringLiteralExpression": {
      const matches = compileTerm(node, step);
      // The first column is `$table`.
      return ({ row }) => row.slice(1).some((value) => matches(toText(value)));
    }
    case "SearchExpression": {
      const [column, matches] = [evaluator.expression(sides[0] ?? node, scope), compileTerm(sides[1] ?? node, step)];
      return (frame) => matches(toText(column(frame)));
    }
  }
  return evaluator.expression(node, scope);
}

/** Asterisks at the ends of a term decide which operator compares it. */
function compileTerm(node: SyntaxNode, { evaluator }: OperatorStep): (text: string) => boolean {
  const [, start = "", term, end = ""] = /^(\*?)([^*]*)(\*?)$/.exec(String(node.literal)) ?? [];
  if (term === undefined || typeof node.literal !== "string")
    throw evaluator.unsupported(node, `search with ${node.text}`);
  const test = textTest(termOperators[`${start}.${end}`] ?? "has", false);
  return (text) => test(text, term);
}

const termOperators: Readonly<Record<string, TextTestName>> = {
  "*.": "hassuffix",
  ".*": "hasprefix",
  "*.*": "contains",
};
