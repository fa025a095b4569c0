/** Functions that a query declares with `let`. */
import type { SyntaxNode } from "../../parser/syntaxNode";
import { spend } from "../budget";
import { declareStatements } from "../declareStatements";
import { noRow, type Evaluator, type Expression, type Frame } from "../evaluator";
import type { ResultTable } from "../resultTable";
import { Scope, type Variable } from "../scope";
import type { KustoValue } from "../values/kustoValue";

type DeclaredFunction = Extract<Variable, { readonly kind: "function" }>;

interface Parameter {
  readonly name: string;
  readonly isTable: boolean;
  readonly byDefault: SyntaxNode | undefined;
}

/** A call that gives a value: its body is compiled once, its parameters are set for each row. */
export function compileUserFunction(
  node: SyntaxNode,
  called: DeclaredFunction,
  scope: Scope,
  evaluator: Evaluator,
): Expression {
  const [body, cells] = bodyScope(called);
  const values = boundArguments(node, parameters(called.declaration), evaluator).map(({ parameter, argument }) => {
    if (parameter.isTable) throw evaluator.unsupported(node, `${node.text} in an expression`);
    return { name: parameter.name, value: argumentValue(called, argument, scope, evaluator) };
  });
  const current = new Map<string, KustoValue>();
  const setParameters = (frame: Frame) => values.forEach(({ name, value }) => current.set(name, value(frame)));
  for (const { name } of values) cells.declare(name, { kind: "scalar", value: () => current.get(name) ?? null });
  if (readsTables(called)) setParameters(noRow);
  const result = bodyExpression(called, evaluator);
  declareStatements(statements(called), body, evaluator);
  const compiled =
    result.columns === undefined ? evaluator.expression(result, body) : firstValue(evaluator.table(result, body));
  return (frame) => {
    setParameters(frame);
    return compiled(frame);
  };
}

/** The queries in a body run once: their arguments must not depend on a row. */
function argumentValue(called: DeclaredFunction, argument: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  if (!readsTables(called)) return evaluator.expression(argument, scope);
  const value = evaluator.constant(argument, scope);
  return () => value;
}

function readsTables({ declaration }: DeclaredFunction): boolean {
  return (declaration.child("Body")?.all() ?? []).some(({ columns }) => columns !== undefined);
}

/** A call that gives a table. @param piped the table in front of `invoke` */
export function runUserFunction(
  node: SyntaxNode,
  called: DeclaredFunction,
  scope: Scope,
  evaluator: Evaluator,
  piped?: ResultTable,
): ResultTable {
  const [body, cells] = bodyScope(called);
  const all = parameters(called.declaration);
  const [first] = all;
  if (piped !== undefined && first !== undefined) cells.declare(first.name, { kind: "table", table: () => piped });
  const rest = piped === undefined ? all : all.slice(1);
  for (const { parameter, argument } of boundArguments(node, rest, evaluator)) {
    cells.declare(parameter.name, argumentVariable(parameter, argument, scope, evaluator));
  }
  declareStatements(statements(called), body, evaluator);
  return evaluator.table(bodyExpression(called, evaluator), body);
}

function argumentVariable(parameter: Parameter, argument: SyntaxNode, scope: Scope, evaluator: Evaluator): Variable {
  if (parameter.isTable) return { kind: "table", table: () => evaluator.table(argument, scope) };
  const value = evaluator.constant(argument, scope);
  return { kind: "scalar", value: () => value };
}

function firstValue({ rows }: ResultTable): Expression {
  const value: KustoValue = rows[0]?.[0] ?? null;
  return () => value;
}

/** A scope for the body, below one for the parameters, below that of the declaration. */
function bodyScope({ scope }: DeclaredFunction): readonly [body: Scope, cells: Scope] {
  spend("calls of the query's functions", 1);
  const cells = new Scope(scope);
  return [new Scope(cells), cells];
}

function statements({ declaration }: DeclaredFunction): SyntaxNode[] {
  return declaration.child("Body")?.elements("Statements") ?? [];
}

function bodyExpression({ declaration }: DeclaredFunction, evaluator: Evaluator): SyntaxNode {
  const expression = declaration.child("Body")?.child("Expression");
  if (expression === undefined) throw evaluator.unsupported(declaration, "a function without a result");
  return expression;
}

function parameters(declaration: SyntaxNode): Parameter[] {
  return (declaration.child("Parameters")?.elements("Parameters") ?? []).map((parameter) => {
    const nameAndType = parameter.child("NameAndType");
    return {
      name: nameAndType?.child("Name")?.text ?? "",
      isTable: nameAndType?.child("Type")?.kind === "SchemaTypeExpression",
      byDefault: parameter.child("DefaultValue")?.child("Value"),
    };
  });
}

/** Arguments by position and by name; defaults for the others. */
function boundArguments(node: SyntaxNode, expected: readonly Parameter[], evaluator: Evaluator) {
  const given = node.child("ArgumentList")?.elements("Expressions") ?? [];
  const named = given.filter(({ kind }) => kind === "SimpleNamedExpression");
  const positional = given.filter(({ kind }) => kind !== "SimpleNamedExpression");
  return expected.map((parameter, index) => {
    const byName = named.find((argument) => argument.child("Name")?.text === parameter.name)?.child("Expression");
    const argument = byName ?? positional[index] ?? parameter.byDefault;
    if (argument === undefined) throw evaluator.unsupported(node, `${node.text} without ${parameter.name}`);
    return { parameter, argument };
  });
}
