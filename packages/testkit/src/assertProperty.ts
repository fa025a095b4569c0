import fc from "fast-check";

type Arbitraries<Values> = { [Key in keyof Values]: fc.Arbitrary<Values[Key]> };
type Values = [unknown, ...unknown[]];
/** What a predicate returns: `boolean | void`, so that a promise is refused. */
type Verdict = ReturnType<Parameters<typeof fc.property<[unknown]>>[1]>;

/** Tries a property with so many random values. */
export function assertProperty<Ts extends Values>(
  numRuns: number,
  ...property: [...Arbitraries<Ts>, (...values: Ts) => Verdict]
): void {
  fc.assert(fc.property<Ts>(...property), { numRuns });
}

export async function assertAsyncProperty<Ts extends Values>(
  numRuns: number,
  ...property: [...Arbitraries<Ts>, (...values: Ts) => Promise<Verdict>]
): Promise<void> {
  await fc.assert(fc.asyncProperty<Ts>(...property), { numRuns });
}
