import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { gitHubSortOutput, sortStacks } from "../../../cli/ci/sort/sort";
import type { StackPreview } from "../../../cli/stack/stackPreview";

function preview(stack: string, more: Partial<StackPreview> = {}): StackPreview {
  return {
    msspPreview: 1,
    stack,
    failed: false,
    changes: [],
    unchanged: 9,
    messages: [],
    policyViolations: [],
    additions: [],
    ...more,
  };
}

const change: StackPreview["changes"][number] = { operation: "update", type: "t", name: "n", properties: [] };
const violation = (level: string) => ({ policy: "p", pack: "k", level, message: "m", resource: "" });

describe("the stacks that a change affects", () => {
  it("are those with a change, a failure, a mandatory violation or no preview", () => {
    const previews = [
      preview("adatum"),
      preview("contoso", { changes: [change] }),
      preview("fabrikam", { failed: true }),
      preview("litware", { policyViolations: [violation("mandatory")] }),
      preview("proseware", { policyViolations: [violation("advisory")] }),
    ];
    const expected = ["adatum", "contoso", "fabrikam", "litware", "proseware", "woodgrove"];
    assert.deepEqual(sortStacks(previews, { expected, canaries: [] }), {
      canaries: [],
      changed: ["contoso", "fabrikam", "litware", "woodgrove"],
      unchanged: ["adatum", "proseware"],
    });
  });

  it("are canaries if a pattern names them and they change", () => {
    const previews = [preview("test-a", { changes: [change] }), preview("test-b"), preview("z", { changes: [change] })];
    const sorted = sortStacks(previews, { expected: [], canaries: ["test-*"] });
    assert.deepEqual(sorted, { canaries: ["test-a"], changed: ["z"], unchanged: ["test-b"] });
  });

  it("are none for a version that changes nothing: one approval covers all", () => {
    const stacks = Array.from({ length: 200 }, (_, index) => `c${index}`);
    const sorted = sortStacks(
      stacks.map((stack) => preview(stack)),
      { expected: stacks, canaries: ["c1"] },
    );
    const lines = gitHubSortOutput(sorted).split("\n");
    assert.ok(lines.includes("canaries=[]") && lines.includes("changed=[]"));
    assert.ok(lines.includes("any-changed=false") && lines.includes("any-canaries=false"));
    assert.equal(lines.find((line) => line.startsWith("unchanged="))?.split(" ").length, 200);
  });

  it("are divided into matrices within GitHub's limit", () => {
    const stacks = Array.from({ length: 300 }, (_, index) => `c${index}`);
    const line = gitHubSortOutput(sortStacks([], { expected: stacks, canaries: [] }));
    const parts = JSON.parse(/^changed=(.*)$/m.exec(line)?.[1] ?? "") as { stack: string[] }[];
    assertEach(parts, ({ stack }) => stack.length, [150, 150]);
    assert.equal(new Set(parts.flatMap(({ stack }) => stack)).size, 300);
  });
});
