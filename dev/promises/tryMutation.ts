/** Breaks the code in a copy of the checkout, and says whether what must notice it does. */
import { messageOf } from "@defender-mssp/errors";
import type { CheckoutCopy } from "./checkoutCopy";
import { changeProblem, type BrokenCode, type Mutation } from "./mutations";
import { runSearch, type SearchLimits } from "./runSearch";
import { runTest, type TestRun } from "./runTest";

export interface MutationResult {
  /**
   * - `caught`: the test fails with the mutation and passes without it, or the search shows it;
   * - `survived`: nothing fails with the mutation;
   * - `notRun`: the mutation does not apply, or the run says nothing about it.
   */
  readonly result: "caught" | "survived" | "notRun";
  /** What is wrong, or the world or life that shows a planted defect. */
  readonly note?: string | undefined;
  readonly seconds: number;
  /** What the run printed, for a result other than `caught`. */
  readonly output?: string;
}

/** Results of tests without a mutation, by test and title. */
export type UnchangedRuns = Map<string, Promise<TestRun>>;

export async function tryMutation(
  copy: CheckoutCopy,
  broken: BrokenCode,
  unchanged: UnchangedRuns,
  limits: SearchLimits,
): Promise<MutationResult> {
  const start = performance.now();
  const ended = (result: MutationResult["result"], note?: string, output?: string): MutationResult => ({
    result,
    note,
    seconds: Math.round((performance.now() - start) / 100) / 10,
    ...(output === undefined ? {} : { output }),
  });
  try {
    const problem = changeProblem(copy.folder, broken);
    if (problem !== undefined) return ended("notRun", problem);
    if (!("test" in broken)) {
      const run = await copy.withMutation(broken, () => runSearch(copy.folder, broken, limits));
      if (run.problem !== undefined) return ended("notRun", run.problem, run.output);
      return run.shownBy === undefined ? ended("survived", "not found") : ended("caught", run.shownBy);
    }
    const run = await copy.withMutation(broken, () => runTest(copy.folder, broken));
    if (run.problem !== undefined) return ended("notRun", run.problem, run.output);
    if (run.failed === 0) return ended("survived", "the test passes with the mutation", run.output);
    const before = await unchangedRun(copy, broken, unchanged);
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
