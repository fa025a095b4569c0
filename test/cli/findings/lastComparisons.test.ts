import assert from "node:assert/strict";
import type { RecordedRun, RunPlan } from "../../../cli/stack/journal";
import { lastComparisons } from "../../../cli/findings/read/lastComparisons";
import type { StackState } from "../../../cli/stack/outcome";
import { outcome } from "../fleet/outcomes";

describe("what the journals know of drift", () => {
  const drift = { command: "preview", drift: true } as const;
  const days = ["2026-11-01T00:00:00.000Z", "2026-11-02T00:00:00.000Z", "2026-11-03T00:00:00.000Z"];

  /** Runs of one stack, the earliest first. */
  function compared(...runs: readonly (readonly [Partial<RunPlan>, StackState])[]) {
    const recorded = runs.map(([plan, state], index): RecordedRun => {
      const at = new Date(days[index]!);
      return {
        id: String(index),
        folder: "",
        plan: { command: "up", stacks: ["a"], refresh: false, drift: false, policyPacks: [], ...plan },
        owner: { host: "", pid: 1 },
        beganAt: at,
        finished: true,
        outcomes: new Map([["a", { outcome: outcome("a", state), at }]]),
        cutOff: new Set(),
      };
    });
    const last = lastComparisons(recorded.reverse()).get("a");
    return last && [last.state, last.at.toISOString()];
  }

  it("a preview without --drift, and an up without --refresh, compare nothing", () =>
    assert.equal(compared([{ command: "preview" }, "changed"], [{}, "changed"]), undefined));

  it("drift that a preview found stays through an up without --refresh, and ends with one that refreshes", () => {
    assert.deepEqual(compared([drift, "drifted"], [{}, "unchanged"]), ["drifted", days[0]]);
    assert.deepEqual(compared([drift, "drifted"], [{ refresh: true }, "changed"]), ["clean", days[1]]);
  });

  it("drift that a refresh wrote into the state ends with any later up", () => {
    assert.deepEqual(compared([{ command: "refresh" }, "drifted"]), ["drifted", days[0]]);
    assert.deepEqual(compared([{ command: "refresh" }, "drifted"], [{}, "changed"]), ["clean", days[1]]);
  });

  it("a comparison that failed or was left out keeps the one before", () =>
    assert.deepEqual(compared([drift, "unchanged"], [drift, "failed"], [drift, "leftOut"]), ["clean", days[0]]));
});
