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

/** Starts again where the second argument holds. */
const rowNumber: FunctionCompiler = ({ arguments: [start, restart] }) => {
  return (frame) => {
    const { rows, index } = frame;
    let first = restart === undefined ? 0 : index;
    while (first > 0 && restart?.({ row: rows[first] ?? [], rows, index: first }) !== true) first--;
    spend("steps", restart === undefined ? 0 : index - first);
    return Number(start?.(frame) ?? 1) + index - first;
  };
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
