import assert from "node:assert/strict";
import { dayMs as day } from "@defender-mssp/errors/time";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import type { SecretSchedule } from "@defender-mssp/microsoft";
import * as fc from "fast-check";
import {
  planSecrets,
  secretSlots,
  type SecretPlan,
  type SecretsBySlot,
  type SecretSlot,
} from "../../../components/siemConnector/secretPlan";
import { policies } from "./secretPolicies";

const start = Date.parse("2026-11-24T15:00:00Z");
const year: SecretSchedule = { days: 365, rotateBeforeDays: 30, overlapDays: 7 };

/** A stack over time: what `up` leaves in its state, and which secret it hands out. */
class Stack {
  secrets: SecretsBySlot = {};
  current: { readonly slot: SecretSlot; readonly endsOn: string } | undefined;
  changes = 0;

  constructor(public policy: SecretSchedule) {}

  plan(at: number): SecretPlan {
    return planSecrets(this.secrets, this.policy, new Date(at));
  }

  up(at: number): SecretPlan {
    const plan = this.plan(at);
    const before = JSON.stringify(this.secrets);
    const startsOn = new Date(at).toISOString();
    this.secrets = Object.fromEntries(
      secretSlots.flatMap((slot) => {
        const endsOn = plan.ends[slot];
        if (endsOn === undefined) return [];
        const old = this.secrets[slot];
        const { keepsUntil } = plan;
        return [[slot, old?.endsOn === endsOn ? old : { startsOn, endsOn, ...(keepsUntil && { keepsUntil }) }]];
      }),
    );
    if (JSON.stringify(this.secrets) !== before) this.changes++;
    this.current = { slot: plan.current, endsOn: plan.ends[plan.current]! };
    return plan;
  }

  /** Whether a secret works, as Entra sees it. */
  works(endsOn: string, at: number): boolean {
    return at < Date.parse(endsOn) && Object.values(this.secrets).some((one) => one.endsOn === endsOn);
  }
}

/** When `up` has something to do again. */
function nextStepOf({ overlapEndsOn, renewsOn }: SecretPlan): number {
  return (overlapEndsOn ?? renewsOn).getTime();
}

const fractions = fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 5, maxLength: 120 });

describe("components/siemConnector: the plan of the secrets", () => {
  it("new stack: one secret that is valid for the days of the settings", () =>
    assert.deepEqual(planSecrets({}, year, new Date(start)), {
      ends: { first: "2027-11-24T15:00:00Z" },
      current: "first",
      isNew: true,
      renewsOn: new Date("2027-10-25T15:00:00Z"),
      deleted: [],
    }));

  it("a year: the next secret a month before the end, the old one deleted a week later, in turn", () => {
    const stack = new Stack(year);
    const steps: string[] = [];
    for (let at = start; at < start + 800 * day; at += day) {
      const before = JSON.stringify(stack.secrets);
      stack.up(at);
      if (JSON.stringify(stack.secrets) === before) continue;
      steps.push(`${(at - start) / day}: ${Object.keys(stack.secrets).join(" and ")}, ${stack.current?.slot}`);
    }
    assert.deepEqual(steps, [
      "0: first, first",
      "335: first and second, second",
      "342: second, second",
      "670: first and second, first",
      "677: first, first",
    ]);
  });

  it("a revoked previous secret that `up --refresh` creates again does not become the current one", () => {
    const { first, second } = {
      first: { startsOn: "2026-11-24T15:00:00Z", endsOn: "2027-11-24T15:00:00Z" },
      second: {
        startsOn: "2026-11-25T15:00:00Z",
        endsOn: "2027-11-25T15:00:00Z",
        keepsUntil: { first: "2026-12-02T15:00:00Z" },
      },
    };
    const recreated = { ...first, startsOn: "2026-11-26T15:00:00Z" };
    const current = (there: SecretsBySlot, at: string) => planSecrets(there, year, new Date(at)).current;
    assert.equal(current({ first: recreated, second }, "2026-11-27T15:00:00Z"), "second");
    // One that was planned into the same slot names its predecessor.
    const planned = { ...recreated, keepsUntil: { second: "2026-12-03T15:00:00Z" } };
    assert.equal(current({ first: planned, second }, "2026-11-27T15:00:00Z"), "first");
    const after = planSecrets({ first: recreated, second }, year, new Date("2026-12-03T15:00:00Z"));
    assert.deepEqual(
      [Object.keys(after.ends), after.deleted.map(({ reason }) => reason)],
      [["second"], ["overlapEnded"]],
    );
  });

  it("a valid current secret exists at any time if `up` runs within each window", () => {
    assertProperty(500, policies, fractions, (policy, gaps) => {
      const stack = new Stack(policy);
      let at = start;
      stack.up(at);
      for (const fraction of gaps) {
        const next = at + fraction * policy.rotateBeforeDays * day;
        // Up to the moment before the next `up`.
        assert.ok(stack.works(stack.current!.endsOn, next - 1000), `no secret on day ${(next - start) / day}`);
        at = next;
        stack.up(at);
      }
    });
  });

  it("the old secret stays for the overlap or until its own end", () =>
    assertProperty(500, policies, fractions, (policy, gaps) => {
      const stack = new Stack(policy);
      let at = start;
      stack.up(at);
      let handedOver: { readonly endsOn: string; readonly until: number } | undefined;
      for (const fraction of gaps) {
        at += fraction * policy.rotateBeforeDays * day;
        const before = stack.current!;
        stack.up(at);
        if (handedOver !== undefined && at < handedOver.until - 1000) {
          assert.ok(stack.works(handedOver.endsOn, at), "the old secret was taken away too early");
        }
        if (stack.current!.endsOn === before.endsOn) continue;
        const until = Math.min(at + policy.overlapDays * day, Date.parse(before.endsOn));
        handedOver = { endsOn: before.endsOn, until };
      }
    }));

  it("changes occur exactly at the announced dates", () =>
    assertProperty(
      500,
      policies,
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (policy, steps, part) => {
        const stack = new Stack(policy);
        let at = start;
        let plan = stack.up(at);
        for (let step = 0; step < steps; step++) {
          const { changes } = stack;
          stack.up(at + (nextStepOf(plan) - 2000 - at) * part);
          assert.equal(stack.changes, changes, "a change before its time");
          at = nextStepOf(plan) + 1000;
          plan = stack.up(at);
          assert.equal(stack.changes, changes + 1, "no change in its time");
        }
      },
    ));

  it("no secret is valid for longer than the current settings allow", () =>
    assertProperty(
      300,
      policies,
      fc.array(fc.tuple(policies, fc.integer({ min: 1, max: 500 })), { maxLength: 30 }),
      (first, changed) => {
        const stack = new Stack(first);
        let at = start;
        stack.up(at);
        for (const [policy, days] of changed) {
          stack.policy = policy;
          at += days * day;
          stack.up(at);
          assert.ok(stack.works(stack.current!.endsOn, at));
          const left = (Date.parse(stack.current!.endsOn) - at) / day;
          const waits = stack.plan(at).waitsUntil !== undefined;
          assert.ok(left <= policy.days + 1 || waits, `${left} days left of ${policy.days}`);
        }
      },
    ));

  it("after years without an `up`: one new secret, expired ones are gone", () => {
    const stack = new Stack(year);
    stack.up(start);
    assert.deepEqual(Object.keys(stack.plan(start + 3000 * day).ends), ["second"]);
  });

  it("renewMadeBefore renews an older secret once", () => {
    const stack = new Stack(year);
    stack.up(start);
    stack.policy = { ...year, renewMadeBefore: "2026-12-01" };
    assert.equal(stack.up(start + day).current, "first", "the day hasn't come yet");
    assert.equal(stack.up(start + 10 * day).current, "second");
    const { changes } = stack;
    stack.up(start + 11 * day);
    assert.equal(stack.changes, changes);
    stack.up(start + 18 * day);
    assert.deepEqual(Object.keys(stack.secrets), ["second"]);
  });

  it("renewMadeBefore as a moment renews a secret on the day on which it was created", () => {
    const stack = new Stack(year);
    stack.up(start);
    stack.policy = { ...year, renewMadeBefore: "2026-11-24T16:00:00Z" };
    const early = stack.plan(start + 0.01 * day);
    assert.deepEqual([early.isNew, early.renewalIsAhead], [false, "2026-11-24T16:00:00Z"]);
    const { current, renewalIsAhead } = stack.up(start + 0.1 * day);
    assert.deepEqual([current, renewalIsAhead], ["second", undefined]);
    assert.equal(stack.up(start + 0.2 * day).current, "second", "once");
  });

  it("a leak ends the overlap of the secrets from before it for one run, and never the current secret", () => {
    const stack = new Stack(year);
    stack.up(start);
    stack.policy = { ...year, renewMadeBefore: "2026-11-24T16:00:00Z" };
    stack.up(start + 0.1 * day);
    assert.deepEqual(Object.keys(stack.secrets), ["first", "second"]);
    const ended = (endsMadeBefore: string) =>
      planSecrets(stack.secrets, { ...stack.policy, endsMadeBefore }, new Date(start + 0.2 * day));
    assert.deepEqual(Object.keys(ended("2026-11-24T16:00:00Z").ends), ["second"]);
    assert.deepEqual(Object.keys(ended("2026-11-24T14:00:00Z").ends).sort(), ["first", "second"]);
    assert.deepEqual(Object.keys(ended("2026-12-24T16:00:00Z").ends), ["second"]);
  });

  it("fewer days: one new secret beside the older one that would end later", () => {
    const stack = new Stack(year);
    stack.up(start);
    stack.policy = { ...year, days: 90 };
    const { current } = stack.up(start + day);
    for (const days of [1.1, 2, 7])
      assert.deepEqual([stack.up(start + days * day).current, stack.changes], [current, 2]);
    assert.deepEqual(Object.keys(stack.up(start + 9 * day).ends), [current]);
    assert.equal(stack.changes, 3);
  });

  it("without an overlap the old secret is deleted at once", () => {
    const stack = new Stack({ ...year, overlapDays: 0 });
    stack.up(start);
    stack.up(start + 340 * day);
    assert.deepEqual(Object.keys(stack.secrets), ["second"]);
  });

  it("the old secret stays until its end if the state has no creation date of the new one", () => {
    const there = { first: { endsOn: "2027-01-01T00:00:00Z" }, second: { endsOn: "2027-11-01T00:00:00Z" } };
    assert.deepEqual(planSecrets(there, year, new Date(start)).ends, {
      first: "2027-01-01T00:00:00Z",
      second: "2027-11-01T00:00:00Z",
    });
  });
});
