/**
 * Reads literals from their text: the JavaScript of the parser reads `0x1F`, `time(1.02:03:04)` and
 * `bool(1)` wrongly.
 */
import type { SyntaxNode } from "../../parser/syntaxNode";
import { toBool, toMoment, toNumber, toTimespan } from "./convert";
import { asDynamic, KustoReal, KustoTimespan, type KustoBag, type KustoValue } from "./kustoValue";
import { parseSlashedMoment } from "./parseMoment";

/** Value of a literal; undefined if it can't be read. */
export function literalValue(node: SyntaxNode): KustoValue | undefined {
  return literals[node.kind]?.(node);
}

const literals: Readonly<Partial<Record<string, (node: SyntaxNode) => KustoValue | undefined>>> = {
  StringLiteralExpression: stringValue,
  CompoundStringLiteralExpression: stringValue,
  LongLiteralExpression: wholeNumber,
  IntLiteralExpression: wholeNumber,
  RealLiteralExpression: realNumber,
  BooleanLiteralExpression: inParentheses(toBool),
  DateTimeLiteralExpression: inParentheses((text) => parseSlashedMoment(text) ?? toMoment(text)),
  TimespanLiteralExpression: inParentheses(toTimespan),
  GuidLiteralExpression: inParentheses((text) => text.toLowerCase()),
  NullLiteralExpression: () => null,
  DynamicExpression: (node) => dynamicValue(node.child("Expression")),
};

function stringValue({ literal }: SyntaxNode): KustoValue | undefined {
  return typeof literal === "string" ? literal : undefined;
}

function inParentheses(read: (text: string) => KustoValue): (node: SyntaxNode) => KustoValue | undefined {
  return ({ text }) => {
    const inner = innerText(text);
    return inner === "null" ? null : (read(inner) ?? undefined);
  };
}

/** `2020-01-01` of `datetime(2020-01-01)`, without quotes. */
function innerText(text: string): string {
  const inner = /^\w+\s*\(([^]*)\)$/.exec(text)?.[1] ?? text;
  return inner.trim().replace(/^(["'])(.*)\1$/, "$2");
}

function wholeNumber(node: SyntaxNode): KustoValue | undefined {
  const value = realNumber(node);
  return typeof value === "number" && !Number.isSafeInteger(value) ? undefined : value;
}

function realNumber({ text }: SyntaxNode): KustoValue | undefined {
  const inner = innerText(text);
  const special = { null: null, nan: NaN, "+inf": Infinity, "-inf": -Infinity }[inner.toLowerCase()];
  return special === undefined ? (toNumber(inner) ?? undefined) : special;
}

/** The JSON below `dynamic(…)`, in which times and spans may stand. */
function dynamicValue(node: SyntaxNode | undefined): KustoValue | undefined {
  if (node === undefined) return undefined;
  if (node.kind === "JsonArrayExpression") {
    const values = node.elements("Values").map(dynamicValue);
    return values.some((value) => value === undefined) ? undefined : (values as KustoValue[]);
  }
  if (node.kind === "JsonObjectExpression") return dynamicBag(node);
  if (node.kind === "UnaryMinusExpression") return negative(dynamicValue(node.child("Expression")));
  return asDynamic(literalValue(node) as KustoValue, node.kind === "RealLiteralExpression" ? "real" : undefined);
}

function dynamicBag(node: SyntaxNode): KustoValue | undefined {
  const bag: Record<string, KustoValue> = {};
  for (const pair of node.elements("Pairs")) {
    const [name, value] = [pair.child("Name")?.valueText, dynamicValue(pair.child("Value"))];
    if (name === undefined || value === undefined) return undefined;
    bag[name] = value;
  }
  return bag satisfies KustoBag;
}

function negative(value: KustoValue | undefined): KustoValue | undefined {
  if (typeof value === "number") return -value;
  if (value instanceof KustoReal) return new KustoReal(-value.value);
  return value instanceof KustoTimespan ? new KustoTimespan(-value.ticks) : undefined;
}
