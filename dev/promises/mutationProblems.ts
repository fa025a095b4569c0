/** Compares the mutations with SECURITY.md and the sources, without running a test. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { changeProblem, type Mutation } from "./mutations";
import { oneLine, securityClaims, type SecurityItem } from "./securityClaims";

/** The promise that a mutation breaks; undefined where SECURITY.md has none or several. */
export function promiseOfMutation(
  promises: readonly SecurityItem[],
  { promise, test }: Mutation,
): SecurityItem | undefined {
  const matching = promises.filter(
    ({ text, tests }) => text.includes(oneLine(promise)) && tests.some(({ file }) => file === test),
  );
  return matching.length === 1 ? matching[0] : undefined;
}

/** The problem of one mutation; undefined if it can be applied. */
export function mutationProblem(
  checkout: string,
  promises: readonly SecurityItem[],
  mutation: Mutation,
): string | undefined {
  const { test, file } = mutation;
  if (promiseOfMutation(promises, mutation) === undefined)
    return "SECURITY.md must have exactly one promise with this text and this test";
  for (const name of [test, file]) if (!existsSync(path.join(checkout, name))) return `${name}: no such file`;
  return changeProblem(checkout, mutation);
}

/** A sentence for each mutation that cannot be applied or names no test, and for each promise that has none. */
export function mutationProblems(checkout: string, page: string, mutations: readonly Mutation[]): readonly string[] {
  const promises = securityClaims(page).items;
  const unbroken = promises.flatMap((promise) =>
    promise.tests
      .filter(
        ({ file, title }) =>
          title === undefined &&
          !mutations.some((mutation) => mutation.test === file && promiseOfMutation(promises, mutation) === promise),
      )
      .map(
        ({ file }) =>
          `SECURITY.md:${promise.line}: ${promise.claim}: no mutation breaks "${shortText(promise.text)}" for ${file}`,
      ),
  );
  const inapplicable = mutations.flatMap((mutation) => {
    const problem = mutationProblem(checkout, promises, mutation);
    return problem === undefined ? [] : [`"${shortText(mutation.promise)}": ${problem}`];
  });
  return [...unbroken, ...inapplicable, ...mutations.flatMap(({ test, grep }) => missingTitle(checkout, test, grep))];
}

/** What a case is selected by must be part of a title in its file. */
export function missingTitle(checkout: string, test: string, grep: string | undefined): string[] {
  if (grep === undefined || !existsSync(path.join(checkout, test))) return [];
  const text = readFileSync(path.join(checkout, test), "utf8").replaceAll("\\`", "`");
  const isTitle = text.includes(grep) || titleParts(text).some((part) => endsWithin(grep, part));
  return isTitle ? [] : [`${test}: no "${grep}"`];
}

/** The fixed parts of titles that have variable ones. */
function titleParts(text: string): readonly string[] {
  const titles = [...text.matchAll(/\bit\(`(.+)`, /g)].map(([, title = ""]) => title);
  return titles.flatMap((title) => title.split(/\$\{[^}]*\}/)).filter((part) => part.length > 8);
}

/** Whether a text has the part, or ends with the beginning of the part. */
function endsWithin(text: string, part: string): boolean {
  return text.includes(part) || Array.from(part).some((_, end) => end > 8 && text.endsWith(part.slice(0, end)));
}

/** The end of a text, which has the promise next to its test. */
export function shortText(text: string): string {
  const whole = oneLine(text)
    .replace(/^[)\s.,;]+/, "")
    .replace(/[\s(:]+$/, "");
  return whole.length <= 100 ? whole : `…${whole.slice(-100)}`;
}
