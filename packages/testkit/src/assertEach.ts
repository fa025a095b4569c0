import assert from "node:assert/strict";

/** Compares the values that `pick` takes from the items of a list. */
export function assertEach<T>(
  list: readonly T[] | undefined,
  pick: (item: T, index: number) => unknown,
  expected: unknown,
  message?: string,
): void {
  assert.deepEqual(list?.map(pick), expected, message);
}
