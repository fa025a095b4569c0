/** Functions that look at the rows before and after. Their order must be given: `sort` or `serialize`. */
import { spend } from "../budget";
import type { Expression, FunctionCall, FunctionCompiler } from "../evaluator";
import { toNumber } from "../values/convert";

function neighbour(sign: 1 | -1): FunctionCompiler {
  return ({ arguments: [value, offset, otherwise] }) => {
    return (frame) => {
      const index = frame.index + sign * Number(offset?.(frame) ?? 1);
      const row = frame.rows[index];
      if (row === undefined) return otherwise?.(frame) ?? null;
      return value?.({ row, rows: frame.rows, index }) ?? null;
    };
  };
}

const rowNumber: FunctionCompiler = (call) => {
  if (call.nodes.length > 1) throw call.evaluator.unsupported(call.node, call.node.text);
  const [start] = call.arguments;
  return (frame) => Number(start?.(frame) ?? 1) + frame.index;
};

/** The sum of a column up to the row; starts again where the second argument holds. */
const runningSum: FunctionCompiler = ({ arguments: [value, restart] }: FunctionCall): Expression => {
  return ({ rows, index }) => {
    spend("steps", index);
    let total = 0;
    for (let at = 0; at <= index; at++) {
      const frame = { row: rows[at] ?? [], rows, index: at };
      if (restart?.(frame) === true) total = 0;
      total += toNumber(value?.(frame) ?? null) ?? 0;
    }
    return total;
  };
};

export const rowFunctions = {
  prev: neighbour(-1),
  next: neighbour(1),
  row_number: rowNumber,
  row_cumsum: runningSum,
} satisfies Readonly<Record<string, FunctionCompiler>>;
