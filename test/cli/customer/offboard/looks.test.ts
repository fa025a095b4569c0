/** When looks at a tenant prove that a removal left nothing: on a clock of its own, without a tenant. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  lookRule,
  lookUntilSettled,
  type LookRule,
  type Looks,
  type Settled,
  type LookResult,
} from "../../../../cli/customer/offboard/looks";

const minute = 60_000;
const removedAt = Date.parse("2026-11-26T09:05:00.000Z");
const removedOn = new Date(removedAt).toISOString();
const sandbox = { ARM_METADATA_HOSTNAME: "localhost:8443" };

const none: LookResult = { access: [], isLasting: false, open: "same" };
const own: LookResult = { ...none, access: ["group a1"] };
const others: LookResult = { access: ["guest e1"], isLasting: true, open: "same" };

/** What a look shows, by its number and the milliseconds since the removal. */
type Tenant = (look: number, since: number) => LookResult;

/** A person's runs, on a clock that only pauses and looks move. */
class Run {
  time = removedAt + 5000;
  looks: Looks | undefined;
  readonly said: string[] = [];
  readonly seen: { readonly at: number; readonly shown: LookResult }[] = [];

  constructor(
    readonly tenant: Tenant,
    readonly rule: LookRule = lookRule({}),
    readonly lookTakes = 2000,
  ) {}

  prove(endsAtOnce = false): Promise<Settled<LookResult>> {
    return lookUntilSettled<LookResult>({
      ...{ rule: this.rule, removedOn, before: this.looks, endsAtOnce },
      look: async () => {
        const shown = this.tenant(this.seen.length, this.time - removedAt);
        this.seen.push({ at: this.time, shown });
        this.time += this.lookTakes;
        return Promise.resolve(shown);
      },
      shown: (shown) => shown,
      record: async (looks) => Promise.resolve(void (this.looks = looks)),
      say: (text) => this.said.push(text),
      now: () => new Date(this.time),
      sleep: async (milliseconds) => Promise.resolve(void (this.time += milliseconds)),
    });
  }
}

describe("looks at a tenant after a removal", () => {
  it("prove it when five agree, the last ten minutes after the removal, and say the time left", async () => {
    const run = new Run(() => none);
    const { isSettled, looks } = await run.prove();
    assert.ok(isSettled && looks.agreed >= 5, JSON.stringify(looks));
    const last = run.seen.at(-1)!.at - removedAt;
    assert.ok(last >= 10 * minute && last < 10.2 * minute, String(last));
    assert.match(run.said[0] ?? "", /1 look without access left; 4 more must .* 9 min 53 s/);
  });

  it("begin anew after a look that shows access", async () => {
    const run = new Run((look) => (look === 7 ? own : none));
    const { isSettled, looks } = await run.prove();
    assert.ok(isSettled);
    assert.ok(run.seen.at(-1)!.at - run.seen[8]!.at >= 10 * minute, "ten minutes from the first that agrees");
    assert.equal(looks.seenOn, new Date(run.seen[7]!.at + 2000).toISOString());
  });

  it("end early while a deleted application's token could write, and prove it in a later run", async () => {
    const writableUntil = new Date(removedAt + 95 * minute).toISOString();
    const run = new Run(() => ({ ...none, writableUntil }));
    const { isSettled, looks, provableOn } = await run.prove();
    assert.deepEqual([isSettled, looks.agreed], [false, 5]);
    assert.equal(provableOn, new Date(removedAt + 105 * minute).toISOString());
    run.time = Date.parse(provableOn) - minute;
    const later = await run.prove();
    assert.ok(later.isSettled);
    assert.ok(run.seen.at(-1)!.at >= removedAt + 105 * minute, "ten minutes after the last write that was possible");
  });

  it("do not agree where they could look at different things", async () => {
    const run = new Run((look) => ({ ...none, open: look % 2 === 0 ? "all" : "a list was refused" }));
    const { isSettled, looks } = await run.prove();
    assert.deepEqual([isSettled, looks.agreed], [false, 1]);
  });

  it("end early where the access is none that the removal removed", async () => {
    const run = new Run(() => others);
    const { isSettled } = await run.prove();
    assert.deepEqual([isSettled, run.seen.length], [false, 2]);
  });

  it("wait for what the removal removed, and end when it stays", async () => {
    const stays = new Run(() => own);
    assert.equal((await stays.prove()).isSettled, false);
    const waited = stays.time - removedAt;
    assert.ok(waited > 10 * minute && waited < 12 * minute, String(waited));
    const flaps = new Run((look, since) => (look % 3 === 0 && since < 15 * minute ? own : none));
    assert.equal((await flaps.prove()).isSettled, true);
  });

  it("--prove later: one look, and the next day four more", async () => {
    const run = new Run(() => none);
    const first = await run.prove(true);
    assert.deepEqual([first.isSettled, first.looks.agreed], [false, 1]);
    assert.equal(first.provableOn, new Date(removedAt + 10 * minute).toISOString());
    run.time += 24 * 60 * minute;
    assert.deepEqual([(await run.prove()).isSettled, run.seen.length], [true, 5]);
  });

  it("without replicas, one look proves it, and one look shows what is left", async () => {
    const rule = lookRule(sandbox);
    for (const shown of [none, own, others]) {
      const run = new Run(() => shown, rule);
      assert.equal((await run.prove()).isSettled, shown === none);
      assert.deepEqual([run.seen.length, run.said], [1, []]);
    }
  });

  it("only a sandbox shortens the times", () => {
    const { quiet, hits } = lookRule({});
    assert.deepEqual([quiet, hits], [10 * minute, 5]);
    const scaled = lookRule({ ...sandbox, MSSP_SANDBOX_REPLICAS: "on", MSSP_SANDBOX_TIME_SCALE: "0.02" });
    assert.deepEqual([scaled.quiet, scaled.hits], [12_000, 5]);
    const elsewhere = { ARM_METADATA_HOSTNAME: "login.example" };
    assert.equal(lookRule(elsewhere).quiet, 10 * minute);
    assert.throws(() => lookRule({ ...elsewhere, MSSP_SANDBOX_TIME_SCALE: "0.02" }), /on the sandbox only/);
  });

  it("whatever stale replicas show and whenever a run is killed, no proof rests on a look that shows access", async () => {
    const shown = fc.constantFrom(none, none, none, own, others, { ...none, open: "other" });
    const world = fc.record({
      looks: fc.array(shown, { minLength: 1, maxLength: 80 }),
      takes: fc.integer({ min: 0, max: 3 * minute }),
      runs: fc.array(fc.integer({ min: 0, max: 40 * minute }), { minLength: 1, maxLength: 5 }),
      once: fc.boolean(),
    });
    const property = fc.asyncProperty(world, async ({ looks, takes, runs, once }) => {
      const run = new Run((look) => looks[look] ?? none, lookRule({}), takes);
      for (const pause of runs) {
        const { isSettled, looks: last } = await run.prove(once);
        if (isSettled) {
          const window = run.seen.slice(-Math.max(5, last.agreed));
          assert.ok(window.length >= 5);
          for (const { shown: one } of window) assert.equal(one.access.length, 0);
          assert.equal(new Set(window.map(({ shown: { open } }) => open)).size, 1);
          const lastSeen = run.seen.findLastIndex(({ shown: { access } }) => access.length > 0);
          const quietSince = lastSeen < 0 ? removedAt : run.seen[lastSeen + 1]!.at;
          assert.ok(run.seen.at(-1)!.at - Math.max(quietSince, removedAt) >= 10 * minute);
        }
        run.time += pause;
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it("replicas that are behind for up to 20 minutes: proven only when each of them has the removal", async () => {
    const lag = fc.integer({ min: 0, max: 20 * minute });
    const property = fc.asyncProperty(
      fc.array(lag, { minLength: 3, maxLength: 5 }),
      fc.integer({ min: 1, max: 2147483646 }),
      async (lags, seed) => {
        let random = seed;
        // A look reads a few times, from any of the replicas.
        const run = new Run((_, since) => {
          const reads = [1, 2, 3, 4, 5, 6].map(() => lags[(random = (random * 16807) % 2147483647) % lags.length]!);
          return reads.some((one) => since < one) ? own : none;
        });
        const { isSettled } = await run.prove();
        if (isSettled) assert.ok(run.seen.at(-1)!.at - removedAt >= Math.max(...lags), lags.join());
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});
