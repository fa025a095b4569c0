/** Compares the mutations with SECURITY.md and the sources, without running a test. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Mutation } from "./mutations";
import { oneLine, securityPromises, type SecurityPromise } from "./securityPromises";

/** The promise that a mutation breaks; undefined where SECURITY.md has none or several. */
export function promiseOfMutation(
  promises: readonly SecurityPromise[],
  { promise, test }: Mutation,
): SecurityPromise | undefined {
  const matching = promises.filter(({ text, tests }) => text.includes(oneLine(promise)) && tests.includes(test));
  return matching.length === 1 ? matching[0] : undefined;
}

/** The problem of one mutation; undefined if it can be applied. */
export function mutationProblem(
  checkout: string,
  promises: readonly SecurityPromise[],
  mutation: Mutation,
): string | undefined {
  const { test, file, before, after } = mutation;
  if (promiseOfMutation(promises, mutation) === undefined)
    return "SECURITY.md must have exactly one promise with this text and this test";
  for (const name of [test, file]) if (!existsSync(path.join(checkout, name))) return `${name}: no such file`;
  const places = readFileSync(path.join(checkout, file), "utf8").split(before).length - 1;
  if (places !== 1) return `${file}: "before" must occur once and occurs ${places} times. Adapt it to the changed code`;
  return before === after ? `${file}: "after" changes nothing` : undefined;
}

/** A sentence for each mutation that cannot be applied, and for each promise that has none. */
export function mutationProblems(checkout: string, page: string, mutations: readonly Mutation[]): readonly string[] {
  const promises = securityPromises(page);
  const unbroken = promises.flatMap((promise) =>
    promise.tests
      .filter(
        (test) =>
          !mutations.some((mutation) => mutation.test === test && promiseOfMutation(promises, mutation) === promise),
      )
      .map((test) => `SECURITY.md:${promise.line}: no mutation breaks "${shortText(promise.text)}" for ${test}`),
  );
  const inapplicable = mutations.flatMap((mutation) => {
    const problem = mutationProblem(checkout, promises, mutation);
    return problem === undefined ? [] : [`"${shortText(mutation.promise)}": ${problem}`];
  });
  return [...unbroken, ...inapplicable];
}

/** The end of a text, which has the promise next to its test. */
export function shortText(text: string): string {
  const whole = oneLine(text)
    .replace(/^[)\s.,;]+/, "")
    .replace(/[\s(:]+$/, "");
  return whole.length <= 100 ? whole : `…${whole.slice(-100)}`;
}
