import type { SyntaxNode } from "../parser/syntaxNode";
import { noRow, type Evaluator } from "./evaluator";
import type { ResultTable } from "./resultTable";
import type { Scope, Variable } from "./scope";

/** Declares the variables of `let` statements in a scope. Tables are evaluated at their first use. */
export function declareStatements(statements: readonly SyntaxNode[], scope: Scope, evaluator: Evaluator): void {
  for (const statement of statements) {
    if (statement.kind === "ExpressionStatement" || statement.kind === "SetOptionStatement") continue;
    if (statement.kind !== "LetStatement") throw evaluator.unsupported(statement, `the statement ${statement.text}`);
    const [name, expression] = [statement.child("Name"), statement.child("Expression")];
    if (name === undefined || expression === undefined) throw evaluator.unsupported(statement, statement.text);
    scope.declare(name.referencedName ?? name.text, letVariable(expression, scope, evaluator));
  }
}

function letVariable(expression: SyntaxNode, scope: Scope, evaluator: Evaluator): Variable {
  if (expression.kind === "FunctionDeclaration") return { kind: "function", declaration: expression, scope };
  if (expression.columns !== undefined) return tableVariable(() => evaluator.table(expression, scope));
  // In the body of a function the value depends on the parameters of each call.
  const value = evaluator.expression(expression, scope);
  return { kind: "scalar", value: () => value(noRow) };
}

function tableVariable(evaluate: () => ResultTable): Variable {
  let table: ResultTable | undefined;
  return { kind: "table", table: () => (table ??= evaluate()) };
}
