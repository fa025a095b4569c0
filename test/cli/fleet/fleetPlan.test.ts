import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { byChange, confirmPlan, planDetails, planText } from "../../../cli/fleet/fleetPlan";
import { withCanaries } from "../../../cli/fleet/fleetRun";
import type { StackOutcome } from "../../../cli/stack/outcome";
import type { Change } from "../../../cli/stack/stackPreview";
import { TestSession } from "../testSession";
import { outcome, preview } from "./outcomes";

const group: Change = {
  operation: "update",
  type: "azuread:index/group:Group",
  name: "group",
  properties: [{ name: "members", before: [], after: [] }],
};
const guest: Change = {
  operation: "delete",
  type: "pulumi-nodejs:dynamic:Guest",
  name: "guest-\u001b[2J",
  properties: [],
};
const created: Change = { ...group, operation: "create", properties: [] };

const plan = planOf([
  outcome("a", "unchanged", { preview: preview([]) }),
  outcome("b", "new", { preview: preview([created, created]) }),
  outcome("c", "changed", { preview: preview([group]) }),
  outcome("d", "failed", { messages: ["policy static-groups\nrefuses it"], preview: preview([guest]) }),
  outcome("e", "changed", { preview: preview([group, guest]) }),
  outcome("f", "new", { messages: ["not in the backend; pass --init"] }),
  outcome("g", "unchanged", { preview: preview([]) }),
]);

describe("the plan of a fleet's up", () => {
  it("shows deletions first, then what is not run, and the unchanged in one line", () =>
    assert.equal(
      stripVTControlCharacters(planText(plan)),
      [
        "e  changed: 1 to delete, 1 to update",
        "c  changed: 1 to update",
        "b  new: 2 to create",
        "d  not run: failed: policy static-groups refuses it",
        "f  not run: new: not in the backend; pass --init",
        "",
        "Unchanged: a, g.",
        "",
      ].join("\n"),
    ));

  it("has the changes of each customer as details, without a control character", () => {
    const details = stripVTControlCharacters(planDetails(planOf([...plan.values()].slice(4, 5))));
    assert.match(details, /^e\n {2}delete pulumi-nodejs:Guest guest-\S+\n {2}update azuread:Group group: members\n$/);
    assert.doesNotMatch(planDetails(plan), /\u001b\[2J/);
  });

  it("asks again after the details, and takes y alone for an agreement", async () => {
    for (const [answers, agreed] of [
      [["d", "d", "y"], true],
      [["d", "n"], false],
      [[undefined], false],
    ] as const) {
      const session = new TestSession({ answers });
      assert.equal(await confirmPlan(plan, ["e"], session), agreed);
      assert.match(session.err.text, /Run up of 5 stacks \(e first\)\?/);
      assert.equal(
        session.err.text.split("delete pulumi-nodejs:Guest").length - 1,
        answers.filter((one) => one === "d").length * 2,
      );
    }
  });

  it("asks nothing if no stack can be run", async () => {
    const session = new TestSession({ answers: [] });
    assert.equal(
      await confirmPlan(planOf([outcome("f", "new", { messages: ["not in the backend"] })]), [], session),
      false,
    );
  });

  it("makes a customer that changes the canary; without a plan the first one is", () => {
    const stacks = ["a", "b", "c", "g"].map((stack) => ({ stack }));
    assertEach(byChange(stacks, plan), ({ stack }) => stack, ["c", "b", "a", "g"]);
    assert.deepEqual(withCanaries(stacks, { count: 1 }, plan)[0], [{ stack: "c" }]);
    assert.deepEqual(withCanaries(stacks, { count: 1 }, undefined)[0], [{ stack: "a" }]);
  });
});

function planOf(outcomes: readonly StackOutcome[]): ReadonlyMap<string, StackOutcome> {
  return new Map(outcomes.map((one) => [one.stack, one]));
}
