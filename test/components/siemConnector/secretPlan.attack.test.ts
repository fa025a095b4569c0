/** A client secret that was announced as good until a date, and settings that change before that date. */
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
} from "../../../components/siemConnector/secretPlan";
import { policies } from "./secretPolicies";

const start = Date.parse("2026-11-24T15:00:00Z");
const year: SecretSchedule = { days: 365, rotateBeforeDays: 30, overlapDays: 7 };

/** What Entra has after an `up` that follows the plan. */
function applied(plan: SecretPlan, there: SecretsBySlot, now: Date): SecretsBySlot {
  const entries = secretSlots.flatMap((slot) => {
    const endsOn = plan.ends[slot];
    if (endsOn === undefined) return [];
    const old = there[slot];
    const isCreated = plan.isNew && slot === plan.current;
    if (!isCreated && old?.endsOn === endsOn) return [[slot, old] as const];
    const record = plan.keepsUntil === undefined ? {} : { keepsUntil: plan.keepsUntil };
    return [[slot, { startsOn: now.toISOString(), endsOn, ...record }] as const];
  });
  return Object.fromEntries(entries);
}

/** A secret rotated on 2027-10-30, so that the first one was announced as good until 2027-11-06. */
function duringOverlap(): { readonly there: SecretsBySlot; readonly rotatedOn: number } {
  const first = new Date(start);
  const made = applied(planSecrets({}, year, first), {}, first);
  const rotatedOn = start + 340 * day;
  const rotation = planSecrets(made, year, new Date(rotatedOn));
  assert.equal(rotation.overlapEndsOn?.toISOString().slice(0, 10), "2027-11-06");
  return { there: applied(rotation, made, new Date(rotatedOn)), rotatedOn };
}

const changes: Readonly<Record<string, SecretSchedule>> = {
  "days is lowered": { ...year, days: 90 },
  "days and overlapDays are lowered": { days: 90, rotateBeforeDays: 20, overlapDays: 0 },
  "overlapDays is lowered to 0": { ...year, overlapDays: 0 },
  "rotateBeforeDays is raised": { days: 365, rotateBeforeDays: 364, overlapDays: 1 },
  "renewMadeBefore asks for a new secret": { ...year, renewMadeBefore: "2027-11-01" },
  "renewMadeBefore asks for a new secret without an overlap": {
    ...year,
    overlapDays: 0,
    renewMadeBefore: "2027-11-01",
  },
};

describe("components/siemConnector/secretPlan: a secret ends before its announced date", () => {
  for (const [what, policy] of Object.entries(changes)) {
    it(`a secret stays until its announced date when ${what}, and is deleted on that date`, () => {
      let { there } = duringOverlap();
      const { rotatedOn } = duringOverlap();
      const promised = there.first!.endsOn;
      for (let at = rotatedOn + 2 * day; at < rotatedOn + 7 * day - 1000; at += day) {
        const now = new Date(at);
        const plan = planSecrets(there, policy, now);
        assert.ok(
          plan.deleted.every(({ endsOn }) => endsOn !== promised),
          `deleted on day ${(at - rotatedOn) / day} of 7`,
        );
        there = applied(plan, there, now);
        assert.ok(Object.values(there).some(({ endsOn }) => endsOn === promised));
        assert.equal(there[plan.current]!.endsOn, plan.ends[plan.current], "a new secret is made at once");
      }
      const after = planSecrets(there, policy, new Date(rotatedOn + 7 * day));
      assert.deepEqual(
        after.deleted.filter(({ endsOn }) => endsOn === promised).map(({ reason }) => reason),
        ["overlapEnded"],
      );
    });
  }

  it("for any settings at each `up`, no secret ends early and each deletion is announced", () => {
    const runs = fc.array(fc.tuple(policies, fc.double({ min: 0.1, max: 120, noNaN: true })), {
      minLength: 3,
      maxLength: 25,
    });
    assertProperty(500, runs, (steps) => {
      let there: SecretsBySlot = {};
      let at = start;
      // By the start of the secret: two of different lengths may end in the same second.
      const promises = new Map<string | undefined, number>();
      for (const [policy, days] of steps) {
        const now = new Date(at);
        const plan = planSecrets(there, policy, now);
        for (const [slot, until] of Object.entries(plan.keepsUntil ?? {})) {
          promises.set(there[slot as "first"]!.startsOn, Date.parse(until));
        }
        const left = applied(plan, there, now);
        const starts = new Set(Object.values(left).map(({ startsOn }) => startsOn));
        const gone = Object.values(there).filter(({ startsOn }) => !starts.has(startsOn));
        const ends = gone.map(({ endsOn }) => endsOn);
        assert.deepEqual(plan.deleted.map(({ endsOn }) => endsOn).sort(), ends.sort(), "named");
        for (const { startsOn, endsOn } of gone)
          assert.ok(at >= (promises.get(startsOn) ?? 0), `${endsOn} was promised`);
        there = left;
        at += days * day;
      }
    });
  });
});
