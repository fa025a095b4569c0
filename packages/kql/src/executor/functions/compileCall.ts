import type { SyntaxNode } from "../../parser/syntaxNode";
import type { Evaluator, Expression, FunctionCompiler } from "../evaluator";
import type { Scope } from "../scope";
import { aggregates } from "./aggregates";
import { scalarFunctions } from "./scalarFunctions";
import { Refusal } from "../refusal";
import { compileUserFunction } from "./compileUserFunction";

/** Compiles the call of a function of the query, an aggregate, or a function of Kusto. */
export function compileCall(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const name = node.child("Name")?.text ?? "";
  const variable = scope.variable(name);
  if (variable?.kind === "function") return compileUserFunction(node, variable, scope, evaluator);
  const compiler = functionCompiler(name, scope);
  if (compiler === undefined) throw evaluator.unsupported(node, `the function ${name}()`);
  const nodes = node.callArguments();
  // The arguments of an aggregate are evaluated for each row of its group.
  const rowScope = scope.isGroup && isAggregate(name) ? scope.over(scope.columns) : scope;
  const value = compiler({
    node,
    scope: rowScope,
    evaluator,
    nodes,
    arguments: nodes.filter(isValue).map((argument) => evaluator.expression(argument, rowScope)),
    types: nodes.map((argument) => argument.scalarType ?? "dynamic"),
  });
  return (frame) => {
    try {
      return value(frame);
    } catch (error) {
      if (error instanceof Refusal) throw evaluator.unsupported(node, `${name}(): ${error.message}`);
      // JavaScript's own limits of the length of a text and the depth of a value.
      if (error instanceof RangeError) {
        const reason = /call stack/.test(error.message) ? "a value that is nested too deeply" : error.message;
        throw evaluator.unsupported(node, `${name}(): ${reason}`);
      }
      throw error;
    }
  };
}

/** `typeof(long)` has no value; the function reads its syntax. */
function isValue({ kind }: SyntaxNode): boolean {
  return kind !== "TypeOfLiteralExpression" && kind !== "StarExpression";
}

function isAggregate(name: string): boolean {
  return Object.hasOwn(aggregates, name);
}

function functionCompiler(name: string, scope: Scope): FunctionCompiler | undefined {
  if (scope.isGroup && isAggregate(name)) return aggregates[name as keyof typeof aggregates];
  return scalarFunctions.get(name);
}
