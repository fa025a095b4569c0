/** `evaluate` with the plug-ins bag_unpack and pivot; others are refused. */
import type { SyntaxNode } from "../../parser/syntaxNode";
import type { QueryColumn } from "../../schema/huntingSchema";
import { spend } from "../budget";
import { eachRow, type OperatorRun, type OperatorStep } from "../evaluator";
import type { ResultTable } from "../resultTable";
import { toText } from "../values/convert";
import {
  isBag,
  KustoDateTime,
  KustoReal,
  KustoTimespan,
  unwrapped,
  type KustoRow,
  type KustoValue,
} from "../values/kustoValue";
import { groupedRows, groupFrame } from "./summarize";

type Plugin = (step: OperatorStep, call: SyntaxNode) => ResultTable;

export const evaluatePlugin: OperatorRun = (step) => {
  const call = step.node.child("FunctionCall");
  const name = call?.child("Name")?.text ?? "";
  const plugin = plugins[name];
  if (call === undefined || plugin === undefined) throw step.evaluator.unsupported(step.node, `evaluate ${name}`);
  return plugin(step, call);
};

/** The bag's properties become columns in the place of the bag; a prefix may stand in front of their names. */
const bagUnpack: Plugin = ({ node, input, scope, evaluator }, call) => {
  const [bag, prefixNode, ...others] = call.callArguments();
  const index =
    bag === undefined ? -1 : input.columns.findIndex(({ name }) => name === (bag.referencedName ?? bag.text));
  if (index < 0 || others.length > 0) throw evaluator.unsupported(node, node.text);
  const prefix = prefixNode === undefined ? "" : toText(evaluator.constant(prefixNode, scope));
  const bags = input.rows.map((row) => row[index] ?? null);
  const names = [...new Set(bags.flatMap((value) => (isBag(value) ? Object.keys(value) : [])))];
  const kept = input.columns.filter((_, at) => at !== index);
  const clash = names.find((name) => kept.some((column) => column.name === prefix + name));
  if (clash !== undefined) throw evaluator.unsupported(node, `bag_unpack with the existing column ${prefix}${clash}`);
  const added = names.map((name): QueryColumn => ({ name: prefix + name, type: unpackedType(bags, name) }));
  return {
    columns: [...kept, ...added],
    rows: input.rows.map((row): KustoRow => {
      const value = row[index] ?? null;
      return [
        ...row.filter((_, at) => at !== index),
        ...added.map(({ type }, at) => {
          const inner = isBag(value) ? (value[names[at] ?? ""] ?? null) : null;
          return type === "real" ? unwrapped(inner) : inner;
        }),
      ];
    }),
  };
};

/** The type of the values, if they have one. */
function unpackedType(bags: readonly KustoValue[], name: string): string {
  const types = new Set(bags.flatMap((bag) => (isBag(bag) && bag[name] !== undefined ? [valueType(bag[name])] : [])));
  const [type = "dynamic"] = types;
  return types.size === 1 ? type : "dynamic";
}

function valueType(value: KustoValue): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "long" : "real";
  if (value instanceof KustoReal) return "real";
  if (value instanceof KustoDateTime) return "datetime";
  if (value instanceof KustoTimespan) return "timespan";
  return "dynamic";
}

/** `pivot(column [, aggregate [, other columns]])`: values of the column become columns, in the order of their text. */
const pivot: Plugin = ({ node, input, scope, evaluator }, call) => {
  const [pivoted, aggregate, ...others] = call.callArguments();
  if (pivoted === undefined) throw evaluator.unsupported(node, node.text);
  const rowScope = scope.over(input.columns);
  const keys = eachRow(input.rows, evaluator.expression(pivoted, rowScope)).map((value) => toText(value));
  const names = [...new Set(keys)].sort();
  const used = new Set(
    [pivoted, ...(aggregate === undefined ? [] : aggregate.all())].map((part) => part.referencedName),
  );
  const otherNames = others.map((other) => other.referencedName ?? other.text);
  const isKept = ({ name }: QueryColumn) => (others.length > 0 ? otherNames.includes(name) : !used.has(name));
  const kept = input.columns.filter(isKept);
  const value = aggregate === undefined ? undefined : evaluator.expression(aggregate, scope.overGroup(input.columns));
  const positions = kept.map(({ name }) => input.columns.findIndex((column) => column.name === name));
  const groups = groupedRows(
    input.rows,
    positions.map((at) => input.rows.map((row) => row[at] ?? null)),
  );
  const keyByRow = new Map(input.rows.map((row, index) => [row, keys[index]]));
  const type = aggregate?.scalarType ?? "long";
  return {
    columns: [...kept, ...names.map((name) => ({ name, type }))],
    rows: groups.map(({ key, rows }) => {
      spend("steps", names.length * rows.length);
      const cells = names.map((name) => rows.filter((row) => keyByRow.get(row) === name));
      return [...key, ...cells.map((cell) => value?.(groupFrame(cell)) ?? (value === undefined ? cell.length : null))];
    }),
  };
};

const plugins: Readonly<Partial<Record<string, Plugin>>> = {
  bag_unpack: bagUnpack,
  pivot,
};
