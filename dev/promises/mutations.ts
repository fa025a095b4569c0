/** For each promise of SECURITY.md and each test that it names, a change of the code that breaks the promise. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** From the top of the checkout. */
export const table = "dev/promises/mutations.yaml";

export interface Mutation {
  /** A part of the promise's text in SECURITY.md that no other promise with this test has. */
  readonly promise: string;
  /** The test file that the promise names, from the top of the checkout. */
  readonly test: string;
  /** Part of the title of the cases to run. Default: all cases of the file. */
  readonly grep?: string;
  /** The file that is changed, from the top of the checkout. */
  readonly file: string;
  /** Text of the file that occurs once. */
  readonly before: string;
  /** What takes its place. It compiles. */
  readonly after: string;
}

export function readMutations(text: string): readonly Mutation[] {
  return parse(text) as readonly Mutation[];
}

/** Compiled, this module is in `dist`, where the table is not. */
const checkout = path.resolve(__dirname, "../..").replace(/[\\/]dist$/, "");

export const mutations = readMutations(readFileSync(path.join(checkout, table), "utf8"));
