import type { SyntaxNode } from "../../parser/syntaxNode";
import type { Evaluator } from "../evaluator";

/** Parameters that change nothing of the result. */
const hints = /^(hint\..*|bin_legacy|decodeblocks)$/;

/**
 * Parameters of an operator such as `kind=inner`, as text by name. @throws UnsupportedQuery for a
 * parameter that the operator of the executor doesn't know
 */
export function namedParameters(
  node: SyntaxNode,
  names: readonly string[],
  evaluator: Evaluator,
): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const parameter of node.elements("Parameters")) {
    const name = parameter.child("Name")?.text ?? "";
    if (hints.test(name)) continue;
    if (!names.includes(name)) throw evaluator.unsupported(parameter, `the parameter ${parameter.text}`);
    parameters.set(name, parameter.child("Expression")?.text ?? "");
  }
  return parameters;
}
