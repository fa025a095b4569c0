/** The tables of broken code: changes of the sources, and what must notice each. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** From the top of the checkout: a mutation for each promise of SECURITY.md and each test that it names. */
export const table = "dev/promises/mutations.yaml";

/** From the top of the checkout: defects that the search must find. */
const plantedTable = "dev/search/planted.yaml";

interface CodeChange {
  /** The file that is changed, from the top of the checkout. */
  readonly file: string;
  /** Text of the file that occurs once. */
  readonly before: string;
  /** What takes its place. It compiles. */
  readonly after: string;
}

/** Caught by a test. */
export interface Mutation extends CodeChange {
  /** A part of the promise's text in SECURITY.md that no other promise with this test has. */
  readonly promise: string;
  /** The test file that the promise names, from the top of the checkout. */
  readonly test: string;
  /** Part of the title of the cases to run. Default: all cases of the file. */
  readonly grep?: string;
}

/** Caught by the worlds, the lives or the random programs of the search. */
export interface PlantedDefect extends CodeChange {
  readonly what: string;
  /** Commands of the lives that show it; absent where a world does. */
  readonly verbs?: string;
  /** `programs`: random programs show it, by the policy pack's protocol. */
  readonly by?: "programs";
}

export type BrokenCode = Mutation | PlantedDefect;

export function readMutations(text: string): readonly Mutation[] {
  return parse(text) as readonly Mutation[];
}

/** Compiled, this module is in `dist`, where the tables are not. */
const checkout = path.resolve(__dirname, "../..").replace(/[\\/]dist$/, "");

export const mutations = readMutations(readFileSync(path.join(checkout, table), "utf8"));

export const planted = parse(readFileSync(path.join(checkout, plantedTable), "utf8")) as readonly PlantedDefect[];

/** Why the change can't be made: the sources have moved on. */
export function changeProblem(folder: string, { file, before, after }: CodeChange): string | undefined {
  const places = readFileSync(path.join(folder, file), "utf8").split(before).length - 1;
  if (places !== 1) return `${file}: "before" must occur once and occurs ${places} times. Adapt it to the changed code`;
  return before === after ? `${file}: "after" changes nothing` : undefined;
}
