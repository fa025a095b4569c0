import type { SyntaxNode } from "../../parser/syntaxNode";
import { spend } from "../budget";
import type { Evaluator, Expression } from "../evaluator";
import { Refusal } from "../refusal";
import type { Scope } from "../scope";
import { valueKey } from "../values/compare";
import { elements, toText } from "../values/convert";
import type { KustoValue } from "../values/kustoValue";
import { regularExpression, type RegularExpression } from "../values/regularExpression";
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
    const text = toText(left(frame));
    return matching(pattern, node, evaluator, (expression) => expression.test(text));
  };
}

/** Uses a regular expression. @throws UnsupportedQuery for a pattern or a text that the engine can't take */
export function matching<T>(
  pattern: string,
  node: SyntaxNode,
  evaluator: Evaluator,
  use: (expression: RegularExpression) => T,
): T {
  try {
    return use(regularExpression(pattern));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const short = pattern.length > 40 ? `${pattern.slice(0, 39)}…` : pattern;
    throw evaluator.unsupported(node, `the regular expression ${short}: ${error.message}`);
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
  return (frame) => {
    const values = parts.flatMap((part) => part(frame));
    spend("steps", values.length);
    return values;
  };
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
