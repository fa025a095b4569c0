/**
 * Reads the next item of a sequence while the caller works on the current one: one ahead, no more.
 */
export async function* readAhead<T>(sequence: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  let coming = sequence.next();
  // It may fail while the caller works on the current one; the next await throws its error.
  coming.catch(() => undefined);
  try {
    for (;;) {
      const result = await coming;
      if (result.done === true) return;
      coming = sequence.next();
      coming.catch(() => undefined);
      yield result.value;
    }
  } finally {
    await coming.catch(() => undefined);
    await sequence.return();
  }
}
