/**
 * Places of a source where a defect can be planted: a filter, a `flatMap`, a condition, an early return or a loop. Each
 * defect is compiled in, and one of them is switched on at run time: an unchanged run learns which defects change a value.
 */
import ts from "typescript";

export interface Defect {
  /** In the order of the text, from 0. */
  readonly index: number;
  readonly line: number;
  /** Number of its place, which can have two defects. */
  readonly place: number;
  readonly what: string;
}

export interface Plantable {
  /** The source, with `planted` around each place. */
  readonly text: string;
  readonly defects: readonly Defect[];
}

/** What the instrumented sources call, by the file's name and the defect's index. */
export interface Planted {
  /** The value, or that of the defect. */
  readonly list: (file: string, index: number, value: unknown) => unknown;
  readonly keep: (file: string, index: number, predicate: unknown) => unknown;
  readonly test: (file: string, index: number, value: unknown) => unknown;
  /** Of one entry of a loop: whether it ends before the next turn. */
  readonly loop: (file: string, index: number) => () => boolean;
}

const collections = new Set(["filter", "flatMap"]);

export function plantable(file: string, text: string): Plantable {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const defects: Defect[] = [];
  const inserts: { readonly at: number; readonly text: string; readonly order: number }[] = [];
  let place = 0;
  const line = (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const shown = (node: ts.Node) => node.getText().replaceAll(/\s+/g, " ").slice(0, 100);
  const plant = (node: ts.Node, ...variants: readonly string[]): string => {
    const index = defects.length;
    for (const what of variants) defects.push({ index: defects.length, line: line(node), place, what });
    place++;
    return `${JSON.stringify(file)}, ${index}`;
  };
  // Outer texts stand before inner ones where a place begins, and behind them where it ends.
  const wrap = (node: ts.Node, depth: number, before: string, after: string): void => {
    inserts.push({ at: node.getStart(), text: before, order: depth }, { at: node.end, text: after, order: -depth });
  };
  const condition = (node: ts.Expression, depth: number, what: string): void => {
    const at = plant(node, `${what} (${shown(node)}) is always true`, `${what} (${shown(node)}) is always false`);
    wrap(node, depth, `planted.test(${at}, `, ")");
  };
  const visit = (node: ts.Node, depth: number): void => {
    if (ts.isIfStatement(node)) {
      const returns = /^\{?\s*return\b/.test(node.thenStatement.getText());
      condition(node.expression, depth, returns ? "the condition of an early return" : "the condition");
    } else if (ts.isConditionalExpression(node)) condition(node.condition, depth, "the condition");
    else if (isLogical(node) && !isTest(node)) condition(node, depth, "the condition");
    else if (isCollectionCall(node)) {
      const { name } = node.expression;
      const [predicate] = node.arguments;
      const isFilter = name.text === "filter" && predicate !== undefined;
      const at = plant(
        node,
        `${name.text} (${shown(predicate ?? node)}) gives nothing`,
        ...(isFilter ? [`${name.text} (${shown(predicate)}) keeps everything`] : []),
      );
      wrap(node, depth, `planted.list(${at}, `, ")");
      if (isFilter)
        wrap(predicate, depth, `planted.keep(${at.replace(/\d+$/, (index) => `${Number(index) + 1}`)}, `, ")");
    } else if (ts.isIterationStatement(node, false)) {
      const name = `loop${defects.length}`;
      const at = plant(node, `the loop (${shown(node)}) ends after its first turn`);
      wrap(node, depth, `{ const ${name} = planted.loop(${at}); `, " }");
      wrap(node.statement, depth, `{ if (${name}()) break; `, " }");
    }
    ts.forEachChild(node, (child) => visit(child, depth + 1));
  };
  visit(source, 0);
  const sorted = inserts.toSorted((a, b) => a.at - b.at || a.order - b.order);
  const [from, parts] = sorted.reduce<readonly [number, readonly string[]]>(
    ([start, before], { at, text: inserted }) => [at, [...before, text.slice(start, at), inserted]],
    [0, []],
  );
  return { text: [...parts, text.slice(from)].join(""), defects };
}

function isLogical(node: ts.Node): node is ts.BinaryExpression {
  return (
    ts.isBinaryExpression(node) &&
    [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken].includes(node.operatorToken.kind)
  );
}

/** Whether it is a condition that is planted as a whole. */
function isTest(node: ts.Node): boolean {
  const { parent } = node;
  if (isLogical(parent) || ts.isParenthesizedExpression(parent) || ts.isPrefixUnaryExpression(parent)) return true;
  if (ts.isIfStatement(parent)) return true;
  return ts.isConditionalExpression(parent) && parent.condition === node;
}

function isCollectionCall(
  node: ts.Node,
): node is ts.CallExpression & { readonly expression: ts.PropertyAccessExpression } {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    collections.has(node.expression.name.text) &&
    // Inside a chain that may end early, the wrapped value would be used without it.
    (node.flags & ts.NodeFlags.OptionalChain) === 0
  );
}
