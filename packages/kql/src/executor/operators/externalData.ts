/** Tables that only the service or the network has: a test gives their rows, or they are empty. */
import { VisibleError } from "@defender-mssp/errors";
import type { SyntaxNode } from "../../parser/syntaxNode";
import type { HuntingFunction, QueryColumn } from "../../schema/huntingSchema";
import type { Evaluator, OperatorRun, OperatorStep } from "../evaluator";
import type { ResultTable } from "../resultTable";
import { runUserFunction } from "../functions/compileUserFunction";
import type { Scope } from "../scope";
import { toText } from "../values/convert";
import { inputRows, inputValue, type QueryRow } from "../values/inputRows";
import { emptyValue, type KustoRow } from "../values/kustoValue";
import { namedParameters } from "./namedParameters";

/** Rows of `externaldata`, by its first URI. */
export function externalData(node: SyntaxNode, scope: Scope, evaluator: Evaluator): ResultTable {
  const columns = (node.columns ?? []).map(({ name, type }) => ({ name, type }));
  const [address] = node.elements("URIs");
  const key = address === undefined ? "" : toText(evaluator.constant(address, scope));
  return stubTable("externaldata", key, columns, evaluator);
}

/** A function of the schema that gives a table, such as `AssignedIPAddresses`. */
export function stubFunctionTable(
  node: SyntaxNode,
  declared: HuntingFunction,
  scope: Scope,
  evaluator: Evaluator,
): ResultTable {
  const [first] = node.callArguments();
  const key = first === undefined ? "" : toText(evaluator.constant(first, scope));
  return stubTable(declared.name, key, declared.columns, evaluator);
}

function stubTable(name: string, key: string, columns: readonly QueryColumn[], evaluator: Evaluator): ResultTable {
  const rows = evaluator.stubAnswer(name, key) ?? [];
  if (!Array.isArray(rows)) throw new VisibleError(`The stub ${name} of ${key} is no list of rows.`);
  return { columns, rows: inputRows({ name: `the stub ${name}`, columns }, rows as QueryRow[]) };
}

/** `invoke`: a function of the query, or one of the schema that adds columns to each row. */
export const invoke: OperatorRun = (step) => {
  const { node, input, scope, evaluator } = step;
  const call = node.child("Function");
  const name = call?.child("Name")?.text ?? "";
  const variable = scope.variable(name);
  if (call !== undefined && variable?.kind === "function")
    return runUserFunction(call, variable, scope, evaluator, input);
  const declared = evaluator.schemaFunction(name);
  if (call === undefined || declared === undefined) throw evaluator.unsupported(node, `invoke ${name}`);
  return enrichedRows(step, call, declared);
};

/** Adds the columns of the answer for each row, by the value of the column that the first argument names. */
function enrichedRows(
  { input, scope, evaluator }: OperatorStep,
  call: SyntaxNode,
  declared: HuntingFunction,
): ResultTable {
  const [first] = call.callArguments();
  const named = first === undefined ? defaultColumn(declared) : toText(evaluator.constant(first, scope));
  const keyIndex = input.columns.findIndex(({ name }) => name === named);
  if (keyIndex < 0) throw evaluator.unsupported(call, `${declared.name} of ${named}, which is no column here`);
  const added = declared.columns.filter(({ name }) => !input.columns.some((column) => column.name === name));
  const rows = input.rows.map((row): KustoRow => {
    const answer = evaluator.stubAnswer(declared.name, toText(row[keyIndex] ?? null)) ?? {};
    return [...row, ...added.map((column) => answerValue(answer, column, declared.name))];
  });
  if (input.rows.length === 0) evaluator.stubAnswer(declared.name, "");
  return { columns: [...input.columns, ...added], rows };
}

function answerValue(answer: unknown, column: QueryColumn, stub: string) {
  if (typeof answer !== "object" || answer === null)
    throw new VisibleError(`An answer of the stub ${stub} is no object.`);
  const value = (answer as Readonly<Record<string, unknown>>)[column.name];
  return value === undefined ? emptyValue(column.type) : inputValue(value, column, `The stub ${stub}`);
}

/** `SHA1` of `(T:(*), x:string='SHA1', y:long=100)` */
function defaultColumn({ parameters }: HuntingFunction): string {
  return /=\s*'([^']*)'/.exec(parameters)?.[1] ?? "";
}

/** Names the rows for later parts of the query. */
export const as: OperatorRun = ({ node, input, scope, evaluator }) => {
  namedParameters(node, [], evaluator);
  const name = node.child("Name");
  if (name !== undefined) scope.declare(name.referencedName ?? name.text, { kind: "table", table: () => input });
  return input;
};
