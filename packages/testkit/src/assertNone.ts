import assert from "node:assert/strict";

/** Names the items of a list for which `isWrong` holds: there must be none. */
export function assertNone<T>(
  list: readonly T[],
  isWrong: (item: T, index: number) => boolean,
  message?: string,
): void {
  assert.deepEqual(list.filter(isWrong), [], message);
}
