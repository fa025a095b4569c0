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
  "array elements": 20_000_000,
  /** Of the texts that functions return. */
  characters: 100_000_000,
} as const;

export type Limited = keyof typeof limits;

const nothing: Readonly<Record<Limited, number>> = { rows: 0, cells: 0, steps: 0, "array elements": 0, characters: 0 };
let used = { ...nothing };

/** Runs a query, which is synchronous, with nothing used at its start. */
export function withinLimits<T>(run: () => T): T {
  const outer = used;
  used = { ...nothing };
  try {
    return run();
  } finally {
    used = outer;
  }
}

/** Counts what is about to be made. @throws Refusal beyond the limit */
export function spend(limited: Limited, amount: number): void {
  used[limited] += amount;
  if (used[limited] > limits[limited])
    throw new Refusal(`more than ${limits[limited].toLocaleString("en-US")} ${limited}`);
}
