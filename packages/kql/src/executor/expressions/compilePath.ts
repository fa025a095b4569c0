import type { SyntaxNode } from "../../parser/syntaxNode";
import type { Evaluator, Expression } from "../evaluator";
import type { Scope } from "../scope";
import { member } from "../values/convert";

/** `a.b`: a member of a dynamic value, or a column of a side of a join. */
export function compilePath(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const [owner, selector] = [node.child("Expression"), node.child("Selector")];
  if (owner === undefined || selector === undefined) throw evaluator.unsupported(node, node.text);
  const side = scope.sides[owner.text];
  if (side !== undefined) return sideColumn(node, scope, selector, evaluator);
  if (selector.kind === "BracketedExpression") return compileElement(node, scope, evaluator);
  if (selector.kind !== "NameReference") throw evaluator.unsupported(selector, `the path ${node.text}`);
  const [value, name] = [evaluator.expression(owner, scope), selectorName(selector)];
  return (frame) => member(value(frame), name);
}

/** The rows of both sides of a join stand behind each other: those of `$left` first. */
function sideColumn(node: SyntaxNode, scope: Scope, selector: SyntaxNode, evaluator: Evaluator): Expression {
  const sideName = node.child("Expression")?.text ?? "";
  const name = selectorName(selector);
  const position = (scope.sides[sideName] ?? []).findIndex((column) => column.name === name);
  if (position < 0) throw evaluator.unsupported(selector, `the column ${node.text}`);
  const index = position + (sideName === "$right" ? (scope.sides.$left?.length ?? 0) : 0);
  return ({ row }) => row[index] ?? null;
}

/** The name in `.name` and `['name']`. */
function selectorName(selector: SyntaxNode): string {
  return selector.referencedName ?? selector.text.replace(/^\[\s*(["'])(.*)\1\s*\]$/, "$2");
}

/** `a[0]`, `a["b"]` and `a[i]`. */
export function compileElement(node: SyntaxNode, scope: Scope, evaluator: Evaluator): Expression {
  const [owner, index] = [node.child("Expression"), node.child("Selector")?.child("Expression")];
  if (owner === undefined || index === undefined) throw evaluator.unsupported(node, node.text);
  const [value, key] = [evaluator.expression(owner, scope), evaluator.expression(index, scope)];
  return (frame) => member(value(frame), key(frame));
}
