/** What operators, expressions and functions of the executor share. */
import type { SyntaxNode } from "../parser/syntaxNode";
import type { HuntingFunction } from "../schema/huntingSchema";
import { spend } from "./budget";
import type { ResultTable } from "./resultTable";
import type { Scope } from "./scope";
import type { UnsupportedQuery } from "./unsupportedQuery";
import type { KustoDateTime, KustoRow, KustoValue } from "./values/kustoValue";

/** Where an expression is evaluated. */
export interface Frame {
  readonly row: KustoRow;
  /** The rows of the step: those before and after, or those of the group. */
  readonly rows: readonly KustoRow[];
  /** Position of the row in `rows`. */
  readonly index: number;
}

/** The frame of a constant. */
export const noRow: Frame = { row: [], rows: [], index: 0 };

/** An expression, compiled against the columns of a step. */
export type Expression = (frame: Frame) => KustoValue;

/** Answers of stubs by their first argument, such as the columns of a file by its SHA1. */
export type StubAnswers = Readonly<Record<string, unknown>>;

/** Compiles and runs parts of a query; the only way from an operator to an expression and back. */
export interface Evaluator {
  readonly now: KustoDateTime;
  table(node: SyntaxNode, scope: Scope): ResultTable;
  /** Runs a query whose first operator takes a table, such as that of `mv-apply`. */
  pipe(node: SyntaxNode, input: ResultTable, scope: Scope): ResultTable;
  expression(node: SyntaxNode, scope: Scope): Expression;
  /** A value that depends on no row, such as the number of `take`. */
  constant(node: SyntaxNode, scope: Scope): KustoValue;
  /** Names a feature that the executor lacks, with its place. */
  unsupported(node: SyntaxNode, feature: string): UnsupportedQuery;
  /** The answer that the test gives to a stub; undefined if it gives none. Records the stub's use. */
  stubAnswer(stub: string, key: string): unknown;
  /** A function that the schema declares; undefined if it declares none of the name. */
  schemaFunction(name: string): HuntingFunction | undefined;
}

/** A step after a pipe. */
export interface OperatorStep {
  readonly node: SyntaxNode;
  readonly input: ResultTable;
  readonly scope: Scope;
  readonly evaluator: Evaluator;
  /** Syntax of the input. */
  readonly source?: SyntaxNode | undefined;
}

export type OperatorRun = (step: OperatorStep) => ResultTable;

/** The call of a function, with arguments that are compiled already. */
export interface FunctionCall {
  readonly node: SyntaxNode;
  readonly scope: Scope;
  readonly evaluator: Evaluator;
  /** Syntax of the arguments. */
  readonly nodes: readonly SyntaxNode[];
  readonly arguments: readonly Expression[];
  /** Static types of the arguments. */
  readonly types: readonly string[];
}

/** Makes an expression of a call. */
export type FunctionCompiler = (call: FunctionCall) => Expression;

/** Evaluates an expression for each row of a step. */
export function eachRow(rows: readonly KustoRow[], expression: Expression): KustoValue[] {
  spend("steps", rows.length);
  return rows.map((row, index) => expression({ row, rows, index }));
}
