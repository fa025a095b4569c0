/** Takes the next of a sequence while the one before is worked on: one ahead, no more. */
export async function* readAhead<T>(sequence: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  let coming = sequence.next();
  // It may fail while the one before is still worked on: whoever awaits it is told then.
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
