import type { SyntaxNode } from "../../parser/syntaxNode";
import { KustoDateTime, KustoReal, KustoTimespan, type KustoValue } from "../values/kustoValue";
import { toNumber } from "../values/convert";

type Arithmetic = (left: KustoValue, right: KustoValue, isWhole: boolean) => KustoValue | undefined;

/** Operators by the kind of their node. The result is null if a side is null, undefined if the operator can't take the types. */
export const arithmeticOperators: Readonly<Partial<Record<string, Arithmetic>>> = {
  AddExpression: add,
  SubtractExpression: subtract,
  MultiplyExpression: multiply,
  DivideExpression: divide,
  ModuloExpression: modulo,
};

/**
 * Calculates with numbers, times and spans. @throws the error of `refuse` for types without the
 * operation, and for whole numbers beyond 2^53, which would be rounded
 */
export function calculate(
  node: SyntaxNode,
  [left, right]: readonly [KustoValue, KustoValue],
  refuse: (feature: string) => Error,
): KustoValue {
  if (left === null || right === null) return null;
  const isWhole = node.scalarType === "long" || node.scalarType === "int";
  const result = arithmeticOperators[node.kind]?.(...operands(left, right), isWhole);
  if (result === undefined) throw refuse(`${node.text} with these values`);
  if (isWhole && typeof result === "number" && !Number.isSafeInteger(result)) throw refuse(`${node.text} beyond 2^53`);
  return typeof result === "number" && Number.isNaN(result) && isWhole ? null : result;
}

/** Dynamic values that hold text take part as numbers, if they are. */
function operands(left: KustoValue, right: KustoValue): [KustoValue, KustoValue] {
  const number = (value: KustoValue) =>
    typeof value === "boolean" || typeof value === "string" || value instanceof KustoReal ? toNumber(value) : value;
  return [number(left), number(right)];
}

function isNumber(value: KustoValue): value is number {
  return typeof value === "number";
}

function add(left: KustoValue, right: KustoValue): KustoValue | undefined {
  if (isNumber(left) && isNumber(right)) return left + right;
  if (left instanceof KustoTimespan && right instanceof KustoTimespan)
    return new KustoTimespan(left.ticks + right.ticks);
  if (left instanceof KustoDateTime && right instanceof KustoTimespan)
    return new KustoDateTime(left.ticks + right.ticks);
  if (left instanceof KustoTimespan && right instanceof KustoDateTime)
    return new KustoDateTime(left.ticks + right.ticks);
  return nullOrUndefined(left, right);
}

function subtract(left: KustoValue, right: KustoValue): KustoValue | undefined {
  if (isNumber(left) && isNumber(right)) return left - right;
  if (left instanceof KustoTimespan && right instanceof KustoTimespan)
    return new KustoTimespan(left.ticks - right.ticks);
  if (left instanceof KustoDateTime && right instanceof KustoTimespan)
    return new KustoDateTime(left.ticks - right.ticks);
  if (left instanceof KustoDateTime && right instanceof KustoDateTime)
    return new KustoTimespan(left.ticks - right.ticks);
  return nullOrUndefined(left, right);
}

function multiply(left: KustoValue, right: KustoValue): KustoValue | undefined {
  if (isNumber(left) && isNumber(right)) return left * right;
  if (left instanceof KustoTimespan && isNumber(right)) return scaled(left, right);
  if (isNumber(left) && right instanceof KustoTimespan) return scaled(right, left);
  return nullOrUndefined(left, right);
}

function divide(left: KustoValue, right: KustoValue, isWhole: boolean): KustoValue | undefined {
  if (isNumber(left) && isNumber(right)) {
    if (!isWhole) return left / right;
    return right === 0 ? undefined : Math.trunc(left / right);
  }
  if (left instanceof KustoTimespan && right instanceof KustoTimespan) return Number(left.ticks) / Number(right.ticks);
  if (left instanceof KustoTimespan && isNumber(right) && right !== 0) return scaled(left, 1 / right);
  return nullOrUndefined(left, right);
}

/** Never negative, whatever the signs: https://learn.microsoft.com/kusto/query/numerical-operators. Of spans no document says it. */
function modulo(left: KustoValue, right: KustoValue): KustoValue | undefined {
  if (isNumber(left) && isNumber(right)) {
    const [divisor, remainder] = [Math.abs(right), left % Math.abs(right)];
    return right === 0 ? undefined : remainder < 0 ? remainder + divisor : remainder + 0;
  }
  if (left instanceof KustoTimespan && right instanceof KustoTimespan && left.ticks >= 0n && right.ticks > 0n) {
    return new KustoTimespan(left.ticks % right.ticks);
  }
  return nullOrUndefined(left, right);
}

function scaled({ ticks }: KustoTimespan, factor: number): KustoTimespan {
  return new KustoTimespan(
    Number.isInteger(factor) ? ticks * BigInt(factor) : BigInt(Math.round(Number(ticks) * factor)),
  );
}

function nullOrUndefined(left: KustoValue, right: KustoValue): null | undefined {
  return left === null || right === null ? null : undefined;
}
