import assert from "node:assert/strict";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import { dayMs } from "@defender-mssp/errors/time";
import fc from "fast-check";
import { readFrom } from "../../src/pull/windows";
import type { Pulled, Source } from "../../src/pull/source";

const now = Date.parse("2026-11-01T00:00:00Z");
const start = now - 180 * dayMs;
const largestAnswer = 250;

/** A service that answers with the newest of a span, as Graph's lists do. */
class Service implements Source<Pulled> {
  readonly itemsPerSpan = 0.9 * largestAnswer;
  readonly smallestSpan = 1;
  answers = 0;

  constructor(private readonly items: readonly Pulled[]) {}

  page({ since, until }: { since: Date; until?: Date }, { whole }: { whole?: boolean }) {
    this.answers++;
    const [from, to] = [since.toISOString(), until?.toISOString() ?? "9999"];
    const within = this.items.filter(({ at }) => at >= from && at < to);
    const isCut = whole !== true && within.length > largestAnswer;
    const items = isCut ? within.slice(-largestAnswer) : within;
    return Promise.resolve({ items, size: items.length, isCut, at: new Date(now) });
  }
}

function itemsAt(times: readonly number[]): Pulled[] {
  const ascending = [...times].sort((a, b) => a - b);
  return ascending.map((time, index) => ({ id: String(index), at: new Date(time).toISOString() }));
}

async function readAll(items: readonly Pulled[]): Promise<{ read: Pulled[]; answers: number }> {
  const service = new Service(items);
  const read: Pulled[] = [];
  for await (const page of readFrom(service, { since: new Date(start).toISOString() })) read.push(...page.items);
  return { read, answers: service.answers };
}

/** So many, one after another at the same distance, in the last month. */
function ofLastMonth(count: number): Pulled[] {
  return itemsAt(
    Array.from({ length: count }, (_, index) => now - 30 * dayMs + Math.floor((index * 30 * dayMs) / count)),
  );
}

describe("siem/pull: spans of time", () => {
  it("hold each item once, the oldest first, however the items lie", async () => {
    const burst = fc.record({
      at: fc.integer({ min: start, max: now - 1 }),
      count: fc.integer({ min: 1, max: 700 }),
      length: fc.constantFrom(0, 1, 1000, dayMs, 40 * dayMs),
    });
    const items = fc
      .array(burst, { maxLength: 6 })
      .map((bursts) =>
        itemsAt(
          bursts.flatMap(({ at, count, length }) =>
            Array.from({ length: count }, (_, index) => Math.min(now - 1, at + Math.floor((index * length) / count))),
          ),
        ),
      );
    await assertAsyncProperty(60, items, async (all) => {
      const { read } = await readAll(all);
      assert.deepEqual(read, all);
    });
  });

  for (const { count, most } of [
    { count: 100, most: 1 },
    { count: 400, most: 7 },
    { count: 2000, most: 19 },
    { count: 20_000, most: 111 },
  ]) {
    it(`of a month with ${count} items fit into at most ${most} answers`, async () => {
      const items = ofLastMonth(count);
      const { read, answers } = await readAll(items);
      assert.deepEqual(read, items);
      assert.ok(answers <= most, `${answers} answers`);
    });
  }
});
