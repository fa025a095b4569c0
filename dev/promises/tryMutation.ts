/** Breaks a promise in a copy of the checkout, and says whether its test notices. */
import { messageOf } from "@defender-mssp/errors";
import type { CheckoutCopy } from "./checkoutCopy";
import type { Mutation } from "./mutations";
import { runTest, type TestRun } from "./runTest";

export interface MutationResult {
  /**
   * - `caught`: the test fails with the mutation and passes without it;
   * - `survived`: the test passes with the mutation;
   * - `notRun`: the mutation does not apply, or the test says nothing about it.
   */
  readonly result: "caught" | "survived" | "notRun";
  /** What is wrong; undefined for `caught`. */
  readonly problem?: string;
  readonly seconds: number;
  /** What the test printed, for a result other than `caught`. */
  readonly output?: string;
}

/** Results of tests without a mutation, by test and title. */
export type UnchangedRuns = Map<string, Promise<TestRun>>;

export async function tryMutation(
  copy: CheckoutCopy,
  mutation: Mutation,
  unchanged: UnchangedRuns,
): Promise<MutationResult> {
  const start = performance.now();
  const ended = (result: MutationResult["result"], problem?: string, output?: string): MutationResult => ({
    result,
    ...(problem === undefined ? {} : { problem }),
    seconds: Math.round((performance.now() - start) / 100) / 10,
    ...(output === undefined ? {} : { output }),
  });
  try {
    const run = await copy.withMutation(mutation, () => runTest(copy.folder, mutation));
    if (run.problem !== undefined) return ended("notRun", run.problem, run.output);
    if (run.failed === 0) return ended("survived", "the test passes with the mutation", run.output);
    const before = await unchangedRun(copy, mutation, unchanged);
    if (before.problem === undefined && before.failed === 0) return ended("caught");
    return ended("notRun", `without the mutation, ${before.problem ?? "the test fails, too"}`, before.output);
  } catch (error) {
    return ended("notRun", messageOf(error));
  }
}

function unchangedRun(copy: CheckoutCopy, { test, grep }: Mutation, unchanged: UnchangedRuns): Promise<TestRun> {
  const key = JSON.stringify([test, grep]);
  const run = unchanged.get(key) ?? runTest(copy.folder, { test, grep });
  unchanged.set(key, run);
  return run;
}
