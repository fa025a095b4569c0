/** Draws worlds by a seed, judges each, and shrinks what fails to the fewest acts. */
import fc from "fast-check";
import { acts, type ActRow, type DrawnAct } from "./acts";
import { failureKey, judge, type DrawnWorld, type Failure, type WorldResult } from "./properties";
import type { World } from "./world";

/** Drawn twice as often: others need what they make. */
const enabling = [
  "invite",
  "invite of a subdomain",
  "consent to another application of the MSSP",
  "connect an organization",
  "let anybody ask",
  "assign an access package",
  "assign a Defender role",
  "assign an access package",
  "give the holder of an access package more",
  "add a group to a catalog",
  "add a role to a package",
  "change a detection rule of the stack",
];

/** One of the acts, with its numbers. */
export function drawnAct(rows: readonly ActRow[]): fc.Arbitrary<DrawnAct> {
  const number = fc.nat(11);
  const names = rows.map(({ name }) => name);
  const act = fc.constantFrom(...names, ...enabling.filter((name) => names.includes(name)));
  return fc.record({ act, a: number, b: number, c: number });
}

const drawn = (withPending: boolean) => drawnAct(acts.filter(({ pending }) => withPending || pending === undefined));
const missing = drawnAct(acts.filter(({ name }) => /^(take permissions|withdraw a permission)/.test(name)));

/** What is drawn and judged: a world, or a life on the engine. */
export interface SearchSubject {
  readonly arbitrary: fc.Arbitrary<DrawnWorld>;
  /** @param number of the world, from 1 */
  readonly judge: (drawn: DrawnWorld, number: number) => Promise<WorldResult>;
  /** What a person repeats. */
  readonly steps: (result: WorldResult, failure: Failure) => readonly string[];
}

/** @param each in each of so many worlds the MSSP's principals sign in and try every route; 0: in none */
export function worldSubject(world: World, each = 0, withPending = false): SearchSubject {
  const act = drawn(withPending);
  return {
    arbitrary: fc.record({
      pair: fc.nat(world.pairs.length - 1),
      acts: fc.array(act, { maxLength: 10, size: "max" }),
      after: fc.array(act, { maxLength: 4, size: "max" }),
      missing: fc.oneof(fc.constant([]), fc.array(missing, { minLength: 1, maxLength: 3 })),
      ends: fc.constantFrom(true, true, false),
    }),
    judge: (drawn, number) => judge(world, drawn, { byUse: each > 0 && number % each === 0 }),
    steps: ({ pair, before, between }, { property }) => [
      `a customer of the pair "${pair}": npx pulumi up --stack contoso`,
      ...before,
      ...(between.length > 0 || /^(certificate|proven|foreign)/.test(property)
        ? ["npx mssp offboard --stack contoso"]
        : []),
      ...between,
      commands[property],
    ],
  };
}

export interface SearchOptions {
  readonly seed: number;
  /** Number of the world, from 1. */
  readonly number: number;
  /** Of a failure that was found before: begins with its shrunk world. */
  readonly path?: string | undefined;
  /** Milliseconds for the shrinking. */
  readonly shrinkFor: number;
  /** The only key that is news. @default every one */
  readonly only?: string | undefined;
  /** Keys that are no news. */
  readonly found: ReadonlySet<string>;
}

export interface FoundFailure {
  readonly key: string;
  readonly failure: Failure;
  /** Seed of the world, and the path to what is smallest. */
  readonly seed: number;
  readonly path: string;
  readonly shrinks: number;
  /** Of the shrunk world. */
  readonly steps: readonly string[];
  readonly acts: readonly DrawnAct[];
}

export interface Searched {
  readonly result: WorldResult;
  readonly found: readonly FoundFailure[];
}

function worldSeed(seed: number, number: number): number {
  return (Math.imul(seed, 1_000_003) + number) | 0;
}

/** One world or life: as drawn, then shrunk for each failure that was not found before. */
export async function search(subject: SearchSubject, options: SearchOptions): Promise<Searched> {
  const seed = worldSeed(options.seed, options.number);
  let first: { readonly drawn: DrawnWorld; readonly result: WorldResult } | undefined;
  const once = fc.asyncProperty(subject.arbitrary, async (drawn) => {
    first = { drawn, result: await subject.judge(drawn, options.number) };
  });
  const { errorInstance } = await fc.check(once, { seed, numRuns: 1, endOnFailure: true });
  if (errorInstance instanceof Error) throw errorInstance;
  if (first === undefined) throw new Error("No world was judged.");
  const { drawn, result } = first;
  const isNews = (failure: Failure): boolean =>
    options.only === undefined ? !options.found.has(failureKey(failure)) : failureKey(failure) === options.only;
  const news = result.failures.filter(isNews);
  const failures: FoundFailure[] = [];
  for (const failure of news) failures.push(await shrunk(subject, { ...options, seed }, { drawn, result, failure }));
  return { result, found: failures };
}

interface Shown {
  readonly drawn: DrawnWorld;
  readonly result: WorldResult;
  readonly failure: Failure;
}

/** The same failure with the fewest acts: by fast-check for a time, then by dropping what it left. */
async function shrunk(subject: SearchSubject, options: SearchOptions, shown: Shown): Promise<FoundFailure> {
  const { seed, number, path, shrinkFor } = options;
  const key = failureKey(shown.failure);
  const until = Date.now() + shrinkFor;
  const showing = async (drawn: DrawnWorld): Promise<Shown | undefined> => {
    const result = await subject.judge(drawn, number);
    const failure = result.failures.find((each) => failureKey(each) === key);
    return failure === undefined ? undefined : { drawn, result, failure };
  };
  const found = (place: Pick<FoundFailure, "path" | "shrinks">, { drawn, result, failure }: Shown): FoundFailure => ({
    key,
    failure,
    seed,
    ...place,
    steps: subject.steps(result, failure),
    acts: [...drawn.acts, ...drawn.after],
  });
  if (shrinkFor === 0) return found({ path: "0", shrinks: 0 }, shown);
  const property = fc.asyncProperty(subject.arbitrary, async (drawn) => {
    if ((await showing(drawn)) !== undefined) throw new Error(key);
  });
  const details = await fc.check(property, {
    seed,
    numRuns: 1,
    ...(path === undefined ? {} : { path }),
    interruptAfterTimeLimit: shrinkFor,
    markInterruptAsFailure: false,
  });
  const [drawn = shown.drawn] = details.counterexample ?? [];
  const again = drawn === shown.drawn ? shown : await showing(drawn);
  const smallest = await withoutNeedless(again ?? shown, showing, until);
  return found({ path: details.counterexamplePath ?? "0", shrinks: details.numShrinks }, smallest);
}

/** Drops each act that the failure does not need: fast-check stops at the first one that it can't drop. */
async function withoutNeedless(
  shown: Shown,
  showing: (fewer: DrawnWorld) => Promise<Shown | undefined>,
  until: number,
): Promise<Shown> {
  let smallest = shown;
  for (const part of ["after", "acts", "missing"] as const) {
    const drawn = smallest.drawn[part] ?? [];
    for (let index = drawn.length - 1; index >= 0 && Date.now() < until; index--) {
      const fewer = { ...smallest.drawn, [part]: (smallest.drawn[part] ?? []).toSpliced(index, 1) };
      smallest = (await showing(fewer)) ?? smallest;
    }
  }
  return smallest;
}

export function failureText({ key, failure, steps, path, shrinks }: FoundFailure, repeat: string): string {
  return [
    `${key}: after ${shrinks} steps of shrinking`,
    `  ${failure.chain}`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    `  It says: ${failure.said.replaceAll("\n", "\n           ")}`,
    `  Again: ${repeat} --path ${path}`,
    "",
  ].join("\n");
}

const commands: Readonly<Record<Failure["property"], string>> = {
  certificate: "npx mssp offboard --stack contoso --prove again",
  proven: "npx mssp offboard --stack contoso --prove again",
  foreign: "npx mssp offboard --stack contoso --prove again",
  verify: "npx mssp verify --stack contoso",
  report: "npx mssp report --stack contoso --live",
  allowance: "npx mssp report --stack contoso --live",
  settings: "npx pulumi up --stack contoso",
  credentials: "npx pulumi up --stack contoso",
  removed: "npx pulumi destroy --stack contoso",
  use: "the principal signs in and calls the route",
  unchanged: "the principal signs in and calls the route",
};
