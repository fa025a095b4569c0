import assert from "node:assert/strict";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { mutationProblems, promiseOfMutation } from "../../../dev/promises/mutationProblems";
import { type Mutation } from "../../../dev/promises/mutations";
import { testRun } from "../../../dev/promises/runTest";
import { securityClaims } from "../../../dev/promises/securityClaims";

const checkout = path.resolve(__dirname, "../../..");

describe("dev/promises: comparing mutations with SECURITY.md", () => {
  const test = "test/dev/promises/mutations.test.ts";
  const text = (body: string) =>
    `# Security\n\n## What is at stake\n\nIntroduction.\n\n### State\n\n${body}\n\n## Other\n\nFree (\`${test}\`).\n`;
  const promised = text(
    `- **a-1** nothing is\n  lost (\`${test}\` and \`test/names.test.ts\`), or kept (\`${test}\`); or read (\`${test}\`, "reads"); or told (not tested).`,
  );
  const mutation: Mutation = { promise: "nothing is lost", test, file: test, before: "no occurrence", after: "" };

  it("reads the items of a claim, on one line", () => {
    const { items } = securityClaims(promised);
    assertEach(items, ({ claim, text: item, line, tests }) => [claim, item, line, tests.map(({ file }) => file)], [
      ["a-1", "nothing is lost ", 9, [test, "test/names.test.ts"]],
      ["a-1", "or kept ", 9, [test]],
      ["a-1", "or read ", 9, [test]],
      ["a-1", "or told ", 9, []],
    ]);
    assertEach(items, ({ tests }) => tests[0]?.title, [undefined, undefined, "reads", undefined]);
  });

  it("reports an item without a mutation or a title, for each of its tests", () => {
    const problems = mutationProblems(checkout, promised, []);
    assert.equal(problems.length, 3);
    for (const problem of problems) assert.match(problem, /^SECURITY\.md:9: a-1: no mutation breaks ".*" for test\//);
  });

  it("a mutation belongs to the one promise with its text and test", () => {
    const promises = securityClaims(promised).items;
    assert.equal(promiseOfMutation(promises, mutation), promises[0]);
    assert.equal(promiseOfMutation(promises, { ...mutation, promise: "or kept" }), promises[1]);
    assert.equal(
      promiseOfMutation(promises, { ...mutation, promise: "or kept", test: "test/names.test.ts" }),
      undefined,
    );
    assert.equal(promiseOfMutation(promises, { ...mutation, promise: "(" }), undefined, "of several promises");
  });

  it("reports a mutation that does not apply once, whose files are gone, or that changes nothing", () => {
    const problems = (changes: Partial<Mutation>) =>
      mutationProblems(checkout, promised, [{ ...mutation, ...changes }])
        .filter((one) => one.startsWith('"'))
        .join();
    assert.match(problems({ before: ["no", "such", "text"].join("_") }), /occurs 0 times/);
    assert.match(problems({ before: "assert" }), /occurs \d\d+ times/);
    assert.match(problems({ file: "gone.ts" }), /gone\.ts: no such file/);
    assert.match(problems({ promise: "another" }), /must have exactly one promise/);
    const unique = { file: "package.json", before: '"name": "defender-mssp"' };
    assert.equal(problems({ ...unique, after: "" }), "");
    assert.match(problems({ ...unique, after: unique.before }), /changes nothing/);
  });
});

describe("dev/promises: reading what a test printed", () => {
  const ended = (listed: string, counts: string) => testRun(`${listed}\n\nfast-check: FC_SEED=1\n${counts}\n`, false);

  it("a failed case is a failure; a failed hook says nothing", () => {
    const failed = ended(
      "  a\n    1) keeps it\n\n  0 passing\n  1 failing\n\n  1) a\n       keeps it:",
      "0 passed, 1 failed",
    );
    assert.deepEqual([failed.failed, failed.problem], [1, undefined]);
    const hook = ended(
      '  a\n    1) "before all" hook for "x"\n\n  1 failing\n\n  1) a\n       "before all"',
      "0 passed, 1 failed",
    );
    assert.equal(hook.problem, "a hook failed, and no case");
  });

  it("a test that is not loaded, selected, run or ended says nothing", () => {
    assert.equal(testRun("Error: Cannot find module", false).problem, "the test could not be loaded");
    assert.equal(ended("", "0 passed, 0 failed").problem, "no case has this title");
    assert.equal(ended("", "0 passed, 0 failed, 2 skipped").problem, "each case is skipped on this machine");
    assert.match(testRun("", true).problem ?? "", /did not end within 15 minutes/);
    assert.equal(ended("  ✔ a", "1 passed, 0 failed, 2 skipped").problem, undefined);
  });
});
