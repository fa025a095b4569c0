import type { SyntaxNode } from "../../parser/syntaxNode";
import type { Evaluator } from "../evaluator";
import { compare, equals } from "../values/compare";
import { convert, toNumber, toText } from "../values/convert";
import { KustoTimespan, type KustoValue } from "../values/kustoValue";

/** Truth of a comparison; null if it can't be told. */
type Comparison = (left: KustoValue, right: KustoValue) => boolean | null;

export const comparisonOperators: Readonly<Partial<Record<string, Comparison>>> = {
  EqualExpression: equals,
  NotEqualExpression: (left, right) => negate(equals(left, right)),
  LessThanExpression: ordered((order) => order < 0),
  LessThanOrEqualExpression: ordered((order) => order <= 0),
  GreaterThanExpression: ordered((order) => order > 0),
  GreaterThanOrEqualExpression: ordered((order) => order >= 0),
  EqualTildeExpression: (left, right) => toText(left).toLowerCase() === toText(right).toLowerCase(),
  BangTildeExpression: (left, right) => toText(left).toLowerCase() !== toText(right).toLowerCase(),
};

function ordered(test: (order: number) => boolean): Comparison {
  return (left, right) => {
    const order = compare(left, right);
    return order === null ? null : test(order);
  };
}

export function negate(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}

const numbers: ReadonlySet<string> = new Set(["long", "int", "real", "decimal", "bool"]);

/**
 * How the sides of a comparison become values of one type: a dynamic side takes the type of the
 * other. The parser lets `Port == "3389"` pass: a number equals its decimal text.
 * @throws UnsupportedQuery for other types that differ
 */
export function alignSides(
  kind: string,
  [left, right]: readonly [SyntaxNode, SyntaxNode],
  evaluator: Evaluator,
): readonly [(value: KustoValue) => KustoValue, (value: KustoValue) => KustoValue] {
  const unchanged = (value: KustoValue) => value;
  const [leftType = "dynamic", rightType = "dynamic"] = [left.scalarType, right.scalarType];
  if (leftType === rightType || (numbers.has(leftType) && numbers.has(rightType))) return [unchanged, unchanged];
  if (leftType === "dynamic") return [dynamicAs(rightType), unchanged];
  if (rightType === "dynamic") return [unchanged, dynamicAs(leftType)];
  const types = [leftType, rightType];
  if (types.includes("guid") && types.includes("string")) return [lowerCase, lowerCase];
  if (types.includes("null") || types.includes("unknown")) return [unchanged, unchanged];
  if (types.includes("string") && types.some((type) => numbers.has(type)) && /^(Not)?EqualExpression$/.test(kind)) {
    const decimal = (value: KustoValue) =>
      decimalText(value, () => evaluator.unsupported(right, `a number compared with ${toText(value)}`));
    return [decimal, decimal];
  }
  throw evaluator.unsupported(right, `a comparison of ${leftType} with ${rightType}`);
}

/** A text such as `05` equals a number or not, depending on which side is converted: it is refused. */
function decimalText(value: KustoValue, refuse: () => Error): KustoValue {
  if (typeof value !== "string") return value === null ? null : toText(value);
  const number = toNumber(value);
  if (number !== null && String(number) !== value) throw refuse();
  return value;
}

function lowerCase(value: KustoValue): KustoValue {
  return typeof value === "string" ? value.toLowerCase() : value;
}

/** A dynamic text compared with a span, time or number is converted; null stays null. */
function dynamicAs(type: string): (value: KustoValue) => KustoValue {
  return (value) => {
    if (value === null) return type === "string" ? "" : null;
    if (value instanceof KustoTimespan && type === "timespan") return value;
    return convert(value, type === "long" || type === "int" ? "real" : type);
  };
}
