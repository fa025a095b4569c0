import type { SyntaxNode } from "../../parser/syntaxNode";
import type { Evaluator, Expression } from "../evaluator";
import { compileCall } from "../functions/compileCall";
import type { Scope } from "../scope";
import { toText } from "../values/convert";
import { emptyValue, KustoTimespan, unwrapped, type KustoValue } from "../values/kustoValue";
import { literalValue } from "../values/literalValue";
import { arithmeticOperators, calculate } from "./calculate";
import { alignSides, comparisonOperators, negate } from "./comparisonOperators";
import { compileElement, compilePath } from "./compilePath";
import {
  compileList,
  compileRegexMatch,
  compileTextOperator,
  listOperators,
  textOperator,
} from "../functions/textOperator";

type Compiler = (node: SyntaxNode, scope: Scope, evaluator: Evaluator) => Expression;

/** Compiles a scalar expression. @throws UnsupportedQuery that names what the executor lacks */
export function compileExpression(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const literal = literalValue(node);
  if (literal !== undefined) return () => (literal === null ? emptyValue(node.scalarType ?? "") : literal);
  const compiler = compilers[node.kind] ?? operatorCompiler(node.kind);
  if (compiler === undefined) throw evaluator.unsupported(node, `the expression ${node.text}`);
  return compiler(node, scope, evaluator);
}

const compilers: Readonly<Partial<Record<string, Compiler>>> = {
  ParenthesizedExpression: inner,
  SimpleNamedExpression: inner,
  OrderedExpression: inner,
  NameReference: compileName,
  FunctionCallExpression: compileCall,
  PathExpression: compilePath,
  ElementExpression: compileElement,
  AndExpression: compileAnd,
  OrExpression: compileOr,
  UnaryMinusExpression: compileMinus,
  UnaryPlusExpression: inner,
  BetweenExpression: compileBetween,
  NotBetweenExpression: (node, scope, evaluator) => not(compileBetween(node, scope, evaluator)),
  ToScalarExpression: compileToScalar,
};

function operatorCompiler(kind: string): Compiler | undefined {
  if (kind in arithmeticOperators) return compileArithmetic;
  if (kind in comparisonOperators || textOperator(kind) !== undefined || kind === "MatchesRegexExpression")
    return compileBinary;
  return kind in listOperators ? compileListOperator : undefined;
}

function required(node: SyntaxNode, name: string, evaluator: Evaluator): SyntaxNode {
  const child = node.child(name);
  if (child === undefined) throw evaluator.unsupported(node, node.text);
  return child;
}

function inner(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  return evaluator.expression(required(node, "Expression", evaluator), scope);
}

function sides(node: SyntaxNode, scope: Scope, evaluator: Evaluator): readonly [Expression, Expression] {
  const [left, right] = [required(node, "Left", evaluator), required(node, "Right", evaluator)];
  return [evaluator.expression(left, scope), evaluator.expression(right, scope)];
}

/** A column of the row, or a variable. */
function compileName(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const name = node.referencedName ?? node.text;
  const index = scope.columnIndex(name);
  if (index >= 0) return ({ row }) => row[index] ?? null;
  const variable = scope.variable(name);
  if (variable?.kind === "scalar") return variable.value;
  if (variable?.kind === "table") return tableAsScalar(variable.table());
  throw evaluator.unsupported(node, `the name ${name}`);
}

/** A table in the place of a value gives its first value. */
function tableAsScalar({ rows }: { readonly rows: readonly (readonly KustoValue[])[] }): Expression {
  const value = rows[0]?.[0] ?? null;
  return () => value;
}

function compileToScalar(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const query = required(node, "Expression", evaluator);
  if (query.columns === undefined) return evaluator.expression(query, scope);
  return tableAsScalar(evaluator.table(query, scope));
}

function truth(scalar: KustoValue): boolean | null {
  const value = unwrapped(scalar);
  return typeof value === "boolean" ? value : value === null ? null : value !== 0;
}

/** False if a side is false, else null if a side is null. */
function compileAnd(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const [left, right] = sides(node, scope, evaluator);
  return (frame) => {
    const first = truth(left(frame));
    if (first === false) return false;
    const second = truth(right(frame));
    return second === false ? false : first === null || second === null ? null : true;
  };
}

/** True if a side is true, else null if a side is null. */
function compileOr(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const [left, right] = sides(node, scope, evaluator);
  return (frame) => {
    const first = truth(left(frame));
    if (first === true) return true;
    const second = truth(right(frame));
    return second === true ? true : first === null || second === null ? null : false;
  };
}

function not(expression: Expression): Expression {
  return (frame) => negate(truth(expression(frame)));
}

function compileMinus(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const value = inner(node, scope, evaluator);
  return (frame) => {
    const operand = unwrapped(value(frame));
    if (operand === null || typeof operand === "number") return operand === null ? null : -operand;
    if (operand instanceof KustoTimespan) return new KustoTimespan(-operand.ticks);
    throw evaluator.unsupported(node, `${node.text} of ${toText(operand)}`);
  };
}

function compileArithmetic(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const [left, right] = sides(node, scope, evaluator);
  const refuse = (feature: string) => evaluator.unsupported(node, feature);
  return (frame) => calculate(node, [left(frame), right(frame)], refuse);
}

/** Comparisons and string operators. `* has 'x'` holds if a column holds it. */
function compileBinary(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const right = evaluator.expression(required(node, "Right", evaluator), scope);
  if (node.child("Left")?.kind === "StarExpression") {
    const tests = scope.columns.map((_, index) =>
      binary(node, [({ row }) => row[index] ?? null, right], evaluator, true),
    );
    return (frame) => tests.some((test) => test(frame) === true);
  }
  return binary(node, sides(node, scope, evaluator), evaluator, false);
}

function binary(
  node: SyntaxNode,
  [left, right]: readonly [Expression, Expression],
  evaluator: Evaluator,
  isStar: boolean,
): Expression {
  const operator = textOperator(node.kind);
  if (operator !== undefined) return compileTextOperator(operator, [left, right]);
  if (node.kind === "MatchesRegexExpression") return compileRegexMatch(node, [left, right], evaluator);
  const comparison = comparisonOperators[node.kind];
  if (comparison === undefined) throw evaluator.unsupported(node, node.text);
  if (isStar) return (frame) => comparison(toText(left(frame)), toText(right(frame)));
  const pair = [required(node, "Left", evaluator), required(node, "Right", evaluator)] as const;
  const [alignLeft, alignRight] = alignSides(node.kind, pair, evaluator);
  return (frame) => comparison(alignLeft(left(frame)), alignRight(right(frame)));
}

function compileListOperator(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const test = listOperators[node.kind];
  const list = compileList(required(node, "Right", evaluator), scope, evaluator);
  const left = required(node, "Left", evaluator);
  if (test === undefined) throw evaluator.unsupported(node, node.text);
  if (left.kind === "StarExpression") return (frame) => frame.row.some((value) => test(value, list(frame)));
  const value = evaluator.expression(left, scope);
  return (frame) => test(value(frame), list(frame));
}

/** Both ends belong to the range. An end that is a span counts from the beginning. */
function compileBetween(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const couple = required(node, "Right", evaluator);
  const ends = [required(couple, "First", evaluator), required(couple, "Second", evaluator)] as const;
  const left = required(node, "Left", evaluator);
  const [value, first, last] = [left, ...ends].map((part) => evaluator.expression(part, scope)) as [
    Expression,
    Expression,
    Expression,
  ];
  const isSpan = ends[1].scalarType === "timespan" && ends[0].scalarType === "datetime";
  const atLeast = comparisonOperators.GreaterThanOrEqualExpression as (a: KustoValue, b: KustoValue) => boolean | null;
  return (frame) => {
    const [middle, from, to] = [value(frame), first(frame), last(frame)];
    const end = isSpan ? (sum(from, to) ?? null) : to;
    const [isAfter, isBefore] = [atLeast(middle, from), atLeast(end, middle)];
    return isAfter === false || isBefore === false ? false : isAfter === null || isBefore === null ? null : true;
  };
}

function sum(left: KustoValue, right: KustoValue): KustoValue | undefined {
  return arithmeticOperators.AddExpression?.(left, right, false);
}
