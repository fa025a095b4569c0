import assert from "node:assert/strict";
import { appendFile, readFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { Journal, lastOutcomes, readRuns, remainingOf, type RunPlan } from "../../../cli/stack/journal";
import { outcome } from "../fleet/outcomes";

const plan = (changes: Partial<RunPlan> = {}): RunPlan => ({
  command: "up",
  stacks: ["a", "b", "c", "d"],
  refresh: false,
  drift: false,
  policyPacks: [],
  ...changes,
});

describe("the journal of a fleet run", () => {
  let folder: string;

  beforeEach(() => (folder = newFolder()));

  it("shows ended, interrupted and remaining stacks, also after an incomplete line", async () => {
    const journal = Journal.begin(folder, plan());
    journal.started("a", 1);
    journal.ended(outcome("a", "changed"));
    journal.started("b", 1);
    journal.ended(outcome("c", "leftOut"));
    await appendFile(path.join(journal.folder, "journal.jsonl"), '{"kind":"end","outcome":{"stack":"b"');
    const [run] = await readRuns(folder);
    assert.ok(run);
    assert.equal(run.finished, false);
    assert.deepEqual([...run.cutOff], ["b"]);
    assert.deepEqual(remainingOf(run), ["b", "c", "d"]);

    const resumed = Journal.resume(run);
    const lines = (await readFile(path.join(journal.folder, "journal.jsonl"), "utf8")).split("\n");
    assert.ok(
      lines.some((line) => line.startsWith('{"kind":"resume"')),
      "the half line swallowed the next entry",
    );
    for (const stack of ["b", "c", "d"]) resumed.ended(outcome(stack, "unchanged"));
    resumed.finish();
    const [whole] = await readRuns(folder);
    assert.ok(whole?.finished);
    assert.equal(whole.id, run.id);
    assert.deepEqual(remainingOf(whole), []);
  });

  it("does not run a failed stack again on its own", async () => {
    const journal = Journal.begin(folder, plan({ stacks: ["a", "b"] }));
    journal.ended(outcome("a", "failed"));
    const [run] = await readRuns(folder);
    assert.deepEqual(run && remainingOf(run), ["b"]);
  });

  it("gives the last outcome of each stack over all runs; a stack that was left out keeps its earlier one", async () => {
    const first = Journal.begin(folder, plan(), new Date("2026-11-01T10:00:00Z"));
    first.ended(outcome("a", "changed"));
    first.ended(outcome("b", "failed"));
    first.finish();
    const second = Journal.begin(folder, plan({ command: "preview" }), new Date("2026-11-02T10:00:00Z"));
    second.ended(outcome("a", "drifted"));
    second.ended(outcome("b", "leftOut"));
    second.started("c", 1);
    const last = await lastOutcomes(folder);
    assert.equal(last.get("a")?.state, "drifted");
    assert.ok(last.get("a")?.upAt, "the up before is known");
    assert.equal(last.get("b")?.state, "failed");
    assert.equal(last.get("b")?.upAt, undefined);
    assert.equal(last.get("c")?.state, "failed");
    assert.match(last.get("c")?.outcome.messages[0] ?? "", /was interrupted/);
    assert.equal(last.get("d"), undefined);
  });

  it("gives no outcomes without a recorded run", async () =>
    assert.deepEqual(await readRuns(path.join(folder, "nowhere")), []));
});
