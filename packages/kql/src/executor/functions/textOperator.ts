import type { SyntaxNode } from "../../parser/syntaxNode";
import type { Evaluator, Expression } from "../evaluator";
import type { Scope } from "../scope";
import { valueKey } from "../values/compare";
import { elements, toText } from "../values/convert";
import type { KustoValue } from "../values/kustoValue";
import { regularExpression } from "../values/regularExpression";
import { hasTerm, textTest, type TextTest, type TextTestName } from "../values/textTest";

const names: Readonly<Record<string, TextTestName>> = {
  Has: "has",
  HasPrefix: "hasprefix",
  HasSuffix: "hassuffix",
  Contains: "contains",
  StartsWith: "startswith",
  EndsWith: "endswith",
};

interface TextOperator {
  readonly test: TextTest;
  readonly isNegative: boolean;
}

/** The operator of a node such as `NotHasPrefixCsExpression`; undefined for another kind. */
export function textOperator(kind: string): TextOperator | undefined {
  const match = /^(Not)?(Has|HasPrefix|HasSuffix|Contains|StartsWith|EndsWith)(Cs)?Expression$/.exec(kind);
  const name = names[match?.[2] ?? ""];
  if (match === null || name === undefined) return undefined;
  return { test: textTest(name, match[3] !== undefined), isNegative: match[1] !== undefined };
}

export function compileTextOperator(operator: TextOperator, sides: readonly [Expression, Expression]): Expression {
  const [left, right] = sides;
  return (frame) => operator.test(toText(left(frame)), toText(right(frame))) !== operator.isNegative;
}

/** `matches regex`. The pattern is compiled at its first use and kept. */
export function compileRegexMatch(
  node: SyntaxNode,
  [left, right]: readonly [Expression, Expression],
  evaluator: Evaluator,
): Expression {
  return (frame) => {
    const pattern = toText(right(frame));
    return expressionFrom(pattern, node, evaluator).test(toText(left(frame)));
  };
}

/** @throws UnsupportedQuery for a pattern that JavaScript would read in another way than RE2 */
export function expressionFrom(pattern: string, node: SyntaxNode, evaluator: Evaluator, flags = ""): RegExp {
  try {
    return regularExpression(pattern, flags);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw evaluator.unsupported(node, `the regular expression ${pattern}: ${error.message}`);
  }
}

/** The values of a list: constants, dynamic arrays, or the first column of a table. */
export function compileList(
  list: SyntaxNode,
  scope: Scope,
  evaluator: Evaluator,
): (frame: Parameters<Expression>[0]) => KustoValue[] {
  const parts = list
    .elements("Expressions")
    .map((node): ((frame: Parameters<Expression>[0]) => readonly KustoValue[]) => {
      if (node.columns !== undefined) {
        const values = evaluator.table(node, scope).rows.map(([first = null]) => first);
        return () => values;
      }
      const expression = evaluator.expression(node, scope);
      return node.scalarType === "dynamic" ? (frame) => elements(expression(frame)) : (frame) => [expression(frame)];
    });
  return (frame) => parts.flatMap((part) => part(frame));
}

type ListTest = (value: KustoValue, list: readonly KustoValue[]) => boolean;

/** `in` and its kin, by the kind of the node. */
export const listOperators: Readonly<Partial<Record<string, ListTest>>> = {
  InExpression: isIn,
  NotInExpression: (value, list) => !isIn(value, list),
  InCsExpression: isInIgnoringCase,
  NotInCsExpression: (value, list) => !isInIgnoringCase(value, list),
  HasAnyExpression: (value, list) => list.some((searched) => hasTerm(toText(value), toText(searched))),
  HasAllExpression: (value, list) => list.every((searched) => hasTerm(toText(value), toText(searched))),
};

/** A dynamic value meets a list of texts by its text. */
function isIn(value: KustoValue, list: readonly KustoValue[]): boolean {
  const key = valueKey(value);
  const text = typeof value === "object" && value !== null ? undefined : toText(value);
  return list.some((listed) => valueKey(listed) === key || (typeof listed !== typeof value && toText(listed) === text));
}

function isInIgnoringCase(value: KustoValue, list: readonly KustoValue[]): boolean {
  const text = toText(value).toLowerCase();
  return list.some((listed) => toText(listed).toLowerCase() === text);
}
