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
];

/** One of the acts, with its numbers. */
export function drawnAct(rows: readonly ActRow[]): fc.Arbitrary<DrawnAct> {
  const number = fc.nat(11);
  const names = rows.map(({ name }) => name);
  const act = fc.constantFrom(...names, ...enabling.filter((name) => names.includes(name)));
  return fc.record({ act, a: number, b: number, c: number });
}

const act = drawnAct(acts);

/** Draws a world for a number of recorded pairs. */
function worlds(pairs: number): fc.Arbitrary<DrawnWorld> {
  return fc.record({
    pair: fc.nat(pairs - 1),
    acts: fc.array(act, { maxLength: 10, size: "max" }),
    after: fc.array(act, { maxLength: 4, size: "max" }),
  });
}

export interface SearchOptions {
  readonly seed: number;
  /** Number of the world, from 1. */
  readonly number: number;
  /** Of a failure that was found before: begins with its shrunk world. */
  readonly path?: string | undefined;
  readonly byUse?: boolean;
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
  /** The shrunk world's pair and acts. */
  readonly pair: string;
  readonly before: readonly string[];
  readonly between: readonly string[];
  readonly acts: readonly DrawnAct[];
}

export interface Searched {
  readonly result: WorldResult;
  readonly found: readonly FoundFailure[];
}

/** The seed of one world. */
export function worldSeed(seed: number, number: number): number {
  return (Math.imul(seed, 1_000_003) + number) | 0;
}

/** One world: as drawn, then shrunk for each failure that was not found before. */
export async function searchWorld(world: World, options: SearchOptions): Promise<Searched> {
  const { byUse = false } = options;
  const seed = worldSeed(options.seed, options.number);
  const arbitrary = worlds(world.pairs.length);
  let first: { readonly drawn: DrawnWorld; readonly result: WorldResult } | undefined;
  const once = fc.asyncProperty(arbitrary, async (drawn) => {
    first = { drawn, result: await judge(world, drawn, { byUse }) };
  });
  const { errorInstance } = await fc.check(once, { seed, numRuns: 1, endOnFailure: true });
  if (errorInstance instanceof Error) throw errorInstance;
  if (first === undefined) throw new Error("No world was judged.");
  const { drawn, result } = first;
  const isNews = (failure: Failure): boolean =>
    options.only === undefined ? !options.found.has(failureKey(failure)) : failureKey(failure) === options.only;
  const news = result.failures.filter(isNews);
  const failures: FoundFailure[] = [];
  for (const failure of news)
    failures.push(await shrunk(world, { ...options, seed, arbitrary }, { drawn, result, failure }));
  return { result, found: failures };
}

interface Shown {
  readonly drawn: DrawnWorld;
  readonly result: WorldResult;
  readonly failure: Failure;
}

type Shrinking = SearchOptions & { readonly arbitrary: fc.Arbitrary<DrawnWorld> };

/** The same failure with the fewest acts: by fast-check for a time, then by dropping what it left. */
async function shrunk(world: World, options: Shrinking, shown: Shown): Promise<FoundFailure> {
  const { seed, path, shrinkFor, arbitrary, byUse = false } = options;
  const key = failureKey(shown.failure);
  const showing = async (drawn: DrawnWorld): Promise<Shown | undefined> => {
    const result = await judge(world, drawn, { byUse });
    const failure = result.failures.find((each) => failureKey(each) === key);
    return failure === undefined ? undefined : { drawn, result, failure };
  };
  if (shrinkFor === 0) return foundFailure(key, { seed, path: "0", shrinks: 0 }, shown);
  const property = fc.asyncProperty(arbitrary, async (drawn) => {
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
  const smallest = await withoutNeedless((await showing(drawn)) ?? shown, showing);
  return foundFailure(key, { seed, path: details.counterexamplePath ?? "0", shrinks: details.numShrinks }, smallest);
}

function foundFailure(
  key: string,
  place: Pick<FoundFailure, "seed" | "path" | "shrinks">,
  { drawn, result: { pair, before, between }, failure }: Shown,
): FoundFailure {
  return { key, failure, ...place, pair, before, between, acts: [...drawn.acts, ...drawn.after] };
}

/** Drops each act that the failure does not need: fast-check stops at the first one that it can't drop. */
async function withoutNeedless(
  shown: Shown,
  showing: (fewer: DrawnWorld) => Promise<Shown | undefined>,
): Promise<Shown> {
  let smallest = shown;
  for (const part of ["after", "acts"] as const) {
    for (let index = smallest.drawn[part].length - 1; index >= 0; index--) {
      const fewer = { ...smallest.drawn, [part]: smallest.drawn[part].toSpliced(index, 1) };
      smallest = (await showing(fewer)) ?? smallest;
    }
  }
  return smallest;
}

/** What a person repeats: the acts as commands, then the command that says too little. */
export function failureText(
  { key, failure, pair, before, between, path, shrinks }: FoundFailure,
  repeat: string,
): string {
  const steps = [
    `a customer of the pair "${pair}": npx pulumi up --stack contoso`,
    ...before,
    ...(between.length > 0 || /^(certificate|proven|foreign)/.test(key) ? ["npx mssp offboard --stack contoso"] : []),
    ...between,
    commands[failure.property],
  ];
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
  certificate: "npx mssp offboard --stack contoso --prove-again",
  proven: "npx mssp offboard --stack contoso --prove-again",
  foreign: "npx mssp offboard --stack contoso --prove-again",
  verify: "npx mssp verify --stack contoso",
  report: "npx mssp report --stack contoso --live",
  allowance: "npx mssp report --stack contoso --live",
  settings: "npx pulumi up --stack contoso",
  credentials: "npx pulumi up --stack contoso",
  removed: "npx pulumi destroy --stack contoso",
  use: "the principal signs in and calls the route",
  unchanged: "the principal signs in and calls the route",
};
