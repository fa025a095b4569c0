import type { SyntaxNode } from "../../parser/syntaxNode";
import { spend } from "../budget";
import { eachRow, type Evaluator, type OperatorRun, type OperatorStep } from "../evaluator";
import type { ResultTable } from "../resultTable";
import { Scope } from "../scope";
import { valueKey } from "../values/compare";
import { emptyValue, type KustoRow } from "../values/kustoValue";
import { parserColumns } from "./namedExpression";
import { namedParameters } from "./namedParameters";

/** Rows of a side with the keys that they are joined by. A null joins a null: the Kusto emulator does so in every kind. */
interface JoinSide {
  readonly table: ResultTable;
  readonly keys: readonly string[];
  readonly rowsByKey: ReadonlyMap<string, readonly KustoRow[]>;
}

type JoinRows = (left: JoinSide, right: JoinSide) => KustoRow[];

const kinds: Readonly<Partial<Record<string, JoinRows>>> = {
  innerunique: (left, right) => pairs(uniqueSide(left), right),
  inner: pairs,
  leftouter: (left, right) => [
    ...pairs(left, right),
    ...unmatched(left, right).map((row) => [...row, ...emptyRow(right.table)]),
  ],
  rightouter: (left, right) => [
    ...pairs(left, right),
    ...unmatched(right, left).map((row) => [...emptyRow(left.table), ...row]),
  ],
  fullouter: (left, right) => [
    ...pairs(left, right),
    ...unmatched(left, right).map((row) => [...row, ...emptyRow(right.table)]),
    ...unmatched(right, left).map((row) => [...emptyRow(left.table), ...row]),
  ],
  leftsemi: matched,
  rightsemi: (left, right) => matched(right, left),
  leftanti: unmatched,
  anti: unmatched,
  leftantisemi: unmatched,
  rightanti: (left, right) => unmatched(right, left),
  rightantisemi: (left, right) => unmatched(right, left),
};

/** Without a kind, equal keys of the left side are one row: `innerunique`. */
export const join: OperatorRun = (step) => {
  const { node, evaluator } = step;
  const kind = namedParameters(node, ["kind"], evaluator).get("kind") ?? "innerunique";
  const rows = kinds[kind];
  const clause = node.child("ConditionClause");
  if (rows === undefined || clause?.kind !== "JoinOnClause") throw evaluator.unsupported(node, `join kind=${kind}`);
  const [left, right] = joinSides(step, clause);
  const joined = rows(left, right);
  const width = joined[0]?.length ?? node.columns?.length ?? 0;
  return { columns: parserColumns(step, width), rows: joined };
};

/** A join whose right side leaves out its keys. */
export const lookup: OperatorRun = (step) => {
  const { node, evaluator } = step;
  const kind = namedParameters(node, ["kind"], evaluator).get("kind") ?? "leftouter";
  const clause = node.child("LookupClause");
  const rows = kind === "leftouter" || kind === "inner" ? kinds[kind] : undefined;
  if (rows === undefined || clause === undefined) throw evaluator.unsupported(node, `lookup kind=${kind}`);
  const [left, right] = joinSides(step, clause);
  const keyColumns = joinKeys(clause, evaluator).map(({ right: name }) => name);
  const start = left.table.columns.length;
  const hidden = new Set(
    keyColumns.map((name) => start + right.table.columns.findIndex((column) => column.name === name)),
  );
  const joined = rows(left, right).map((row) => row.filter((_, index) => !hidden.has(index)));
  return { columns: parserColumns(step, start + right.table.columns.length - hidden.size), rows: joined };
};

function joinSides(step: OperatorStep, clause: SyntaxNode): readonly [JoinSide, JoinSide] {
  const { node, input, scope, evaluator } = step;
  const expression = node.child("Expression");
  if (expression === undefined) throw evaluator.unsupported(node, node.text);
  const keys = joinKeys(clause, evaluator);
  const right = evaluator.table(expression, scope);
  return [
    joinSide(
      input,
      keys.map(({ left: name }) => name),
      step,
    ),
    joinSide(
      right,
      keys.map(({ right: name }) => name),
      step,
    ),
  ];
}

interface JoinKey {
  readonly left: string;
  readonly right: string;
}

/** `on A`, and `on $left.A == $right.B` in either order. */
function joinKeys(clause: SyntaxNode, evaluator: Evaluator): JoinKey[] {
  return clause.elements("Expressions").flatMap((expression) => conditionKeys(expression, evaluator));
}

function conditionKeys(expression: SyntaxNode, evaluator: Evaluator): JoinKey[] {
  if (expression.kind === "NameReference") {
    const name = expression.referencedName ?? expression.text;
    return [{ left: name, right: name }];
  }
  const sides = [expression.child("Left"), expression.child("Right")];
  if (expression.kind === "ParenthesizedExpression") {
    const inner = expression.child("Expression");
    return inner === undefined ? [] : conditionKeys(inner, evaluator);
  }
  if (expression.kind === "AndExpression")
    return sides.flatMap((side) => (side === undefined ? [] : conditionKeys(side, evaluator)));
  const names = new Map(
    sides.map((side) => [side?.child("Expression")?.text, side?.child("Selector")?.referencedName]),
  );
  const [left, right] = [names.get("$left"), names.get("$right")];
  if (expression.kind !== "EqualExpression" || left === undefined || right === undefined) {
    throw evaluator.unsupported(expression, `the join condition ${expression.text}`);
  }
  return [{ left, right }];
}

function joinSide(table: ResultTable, names: readonly string[], { node, evaluator }: OperatorStep): JoinSide {
  const scope = new Scope(undefined, table.columns);
  const columns = names.map((name) => {
    const index = scope.columnIndex(name);
    if (index < 0) throw evaluator.unsupported(node, `the join column ${name}`);
    return eachRow(table.rows, ({ row }) => row[index] ?? null);
  });
  const keys = table.rows.map((_, index) => valueKey(columns.map((values) => values[index] ?? null)));
  const rowsByKey = new Map<string, KustoRow[]>();
  for (const [index, row] of table.rows.entries()) {
    const key = keys[index] ?? "";
    const rows = rowsByKey.get(key);
    if (rows === undefined) rowsByKey.set(key, [row]);
    else rows.push(row);
  }
  return { table, keys, rowsByKey };
}

function pairs(left: JoinSide, right: JoinSide): KustoRow[] {
  const count = left.keys.reduce((total, key) => total + matches(key, right).length, 0);
  spend("rows", count);
  spend("cells", count * (left.table.columns.length + right.table.columns.length));
  return left.table.rows.flatMap((row, index) => matches(left.keys[index], right).map((other) => [...row, ...other]));
}

function matches(key: string | undefined, { rowsByKey }: JoinSide): readonly KustoRow[] {
  return rowsByKey.get(key ?? "") ?? [];
}

function matched(side: JoinSide, other: JoinSide): KustoRow[] {
  return side.table.rows.filter((_, index) => matches(side.keys[index], other).length > 0);
}

function unmatched(side: JoinSide, other: JoinSide): KustoRow[] {
  return side.table.rows.filter((_, index) => matches(side.keys[index], other).length === 0);
}

/** The first row of each key, where the service takes any. */
function uniqueSide(side: JoinSide): JoinSide {
  const firsts = [...side.rowsByKey].flatMap(([key, [first]]) => (first === undefined ? [] : [{ key, first }]));
  return {
    ...side,
    table: { ...side.table, rows: firsts.map(({ first }) => first) },
    keys: firsts.map(({ key }) => key),
  };
}

function emptyRow({ columns }: ResultTable): KustoRow {
  return columns.map(({ type }) => emptyValue(type));
}
