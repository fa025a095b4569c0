/** Functions that choose among their arguments and evaluate only what they return. */
import type { FunctionCompiler } from "../evaluator";
import { emptyValue } from "../values/kustoValue";
import { plain } from "./plainFunctions";

const iff: FunctionCompiler = ({ arguments: [condition, then, otherwise] }) => {
  return (frame) => (condition?.(frame) === true ? then?.(frame) : otherwise?.(frame)) ?? null;
};

const firstCase: FunctionCompiler = ({ arguments: parts }) => {
  return (frame) => {
    for (let index = 0; index + 1 < parts.length; index += 2) {
      if (parts[index]?.(frame) === true) return parts[index + 1]?.(frame) ?? null;
    }
    return parts.at(-1)?.(frame) ?? null;
  };
};

/** The first value that is neither null nor the empty string. */
const coalesce: FunctionCompiler = ({ arguments: parts, node }) => {
  return (frame) => {
    for (const part of parts) {
      const value = part(frame);
      if (value !== null && value !== "") return value;
    }
    return emptyValue(node.scalarType ?? "");
  };
};

/** The column of the name, if the step has one, else the second argument. */
const columnIfExists: FunctionCompiler = ({ arguments: [, otherwise], nodes: [name], scope, evaluator, node }) => {
  const column = name === undefined ? undefined : evaluator.constant(name, scope);
  if (typeof column !== "string" || otherwise === undefined) throw evaluator.unsupported(node, node.text);
  const index = scope.columnIndex(column);
  return index < 0 ? otherwise : ({ row }) => row[index] ?? null;
};

export const conditionFunctions = {
  iff,
  iif: iff,
  case: firstCase,
  coalesce,
  column_ifexists: columnIfExists,
  columnifexists: columnIfExists,
  not: plain(([value = null]) => (typeof value === "boolean" ? !value : null)),
} satisfies Readonly<Record<string, FunctionCompiler>>;
