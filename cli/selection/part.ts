/** Part k of n of a list, for jobs that share the work. */
import { InvalidArgumentError } from "commander";

export interface Part {
  readonly k: number;
  readonly n: number;
}

/** Parses `--part`. */
export function partArgument(text: string): Part {
  const [, k = 0, n = 0] = (/^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? []).map(Number);
  if (k < 1 || k > n) throw new InvalidArgumentError("A part is k/n, such as 1/2, with k from 1 to n.");
  return { k, n };
}

/** Returns every n-th item, from the k-th on. */
export function partOf<Item>(items: readonly Item[], { k, n }: Part): Item[] {
  return items.filter((_, index) => index % n === k - 1);
}
