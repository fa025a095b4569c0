/** Bounds of one query, counted and not timed: a query ends at the same place on every machine. */
import { Refusal } from "./refusal";

/** Most of each that one query may use. */
export const limits = {
  /** That all operators return together. */
  rows: 2_000_000,
  /** Rows times columns of joins, unions and expanded rows. */
  cells: 40_000_000,
  /** Values that expressions compute, and characters that regular expressions read. */
  steps: 200_000_000,
  "array elements": 5_000_000,
  /** Of the texts that functions return. */
  characters: 100_000_000,
  /** Each has a body of its own, so that functions that call others twice double with every level. */
  "calls of the query's functions": 50_000,
} as const;

export type Limited = keyof typeof limits;

let used: Partial<Record<Limited, number>> = {};

/** Runs a query, which is synchronous, with nothing used at its start. */
export function withinLimits<T>(run: () => T): T {
  const outer = used;
  used = {};
  try {
    return run();
  } finally {
    used = outer;
  }
}

/** Counts what is about to be made. @throws Refusal beyond the limit */
export function spend(limited: Limited, amount: number): void {
  const total = (used[limited] ?? 0) + amount;
  used[limited] = total;
  if (total > limits[limited]) throw new Refusal(`more than ${limits[limited].toLocaleString("en-US")} ${limited}`);
}
