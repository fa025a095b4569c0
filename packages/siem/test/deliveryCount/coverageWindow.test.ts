import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertAsyncProperty, assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { coverageWindow, firstCount, margin, spansOfRows, type Span } from "../../src/deliveryCount/coverageWindow";
import { huntedAlerts } from "../../src/deliveryCount/huntedAlerts";

const now = Date.parse("2026-11-28T12:34:56.789Z");

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("packages/siem: the window of a count", () => {
  it("is of whole hours, a margin before now and after the beginning of the count, and as long as asked for", () => {
    const moment = fc.integer({ min: now - 10 * 24 * hour, max: now });
    assertProperty(100, moment, moment, fc.integer({ min: 1, max: 72 * hour }), (countsFrom, at, length) => {
      const window = coverageWindow(at, countsFrom, length);
      if (window === undefined) {
        assert.ok(firstCount(countsFrom) > at, "an hour could be counted");
        return;
      }
      const { from, until } = window;
      assert.ok(firstCount(countsFrom) <= at);
      assert.deepEqual([from % hour, until % hour], [0, 0]);
      assert.ok(until <= at - margin && until > at - margin - hour);
      assert.ok(from >= countsFrom + margin);
      assert.ok(until - from <= Math.ceil(length / hour) * hour);
      const isShortened = until - from < length;
      assert.ok(!isShortened || from < countsFrom + margin + hour, "shorter than need be");
    });
  });
});

/** Times of rows within a span of ten seconds: many at the same millisecond, and where spans are divided. */
const rowTimes = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 10_000 }),
    fc.integer({ min: 0, max: 400 }).map((part) => part * 25),
    fc.constant(4321),
  ),
  { maxLength: 300, size: "max" },
);
const wholeSpan: Span = { from: 0, until: 10_001 };

describe("packages/siem: spans of rows", () => {
  it("lie end to end, hold every row once, and none holds too many but a single millisecond", async () =>
    await assertAsyncProperty(100, rowTimes, fc.integer({ min: 1, max: 20 }), async (times, most) => {
      const within = ({ from, until }: Span) => times.filter((time) => time >= from && time < until);
      let asked = 0;
      const count = (span: Span) => {
        asked++;
        return Promise.resolve(within(span).length);
      };
      const spans = await listOf(spansOfRows(wholeSpan, count, most));
      let reached = wholeSpan.from;
      for (const span of spans) {
        assert.ok(span.from >= reached && span.until > span.from, "spans overlap, or are out of order");
        assert.deepEqual(within({ from: reached, until: span.from }), [], "rows between two spans");
        assert.ok(within(span).length <= most || span.until - span.from === 1, "too many rows");
        reached = span.until;
      }
      assert.deepEqual(within({ from: reached, until: wholeSpan.until }), []);
      assert.ok(asked <= 1 + times.length * 15, `${asked} counts`);
    }));

  it("read every row of AlertInfo once, also where more rows come than were counted", async () =>
    await assertAsyncProperty(40, rowTimes, async (times) => {
      const queries: string[] = [];
      const hunt = (query: string, timespan: string) => {
        queries.push(query);
        const [, from = "", until = ""] = /datetime\((.+?)\) and Timestamp < datetime\((.+?)\)/.exec(query) ?? [];
        assert.equal(timespan, `${from}/${until}`);
        const found = times
          .map((time, index) => ({ time, index }))
          .filter(({ time }) => time >= Date.parse(from) && time < Date.parse(until));
        const rows = query.endsWith("| count")
          ? [{ Count: Math.floor(found.length / 2) }]
          : found.map(({ time, index }) => ({ AlertId: `a${index}`, Timestamp: new Date(time).toISOString() }));
        return Promise.resolve({ columns: [], rows });
      };
      const read = (await listOf(huntedAlerts(wholeSpan, hunt))).flat().map(({ alertId }) => alertId);
      const counted = times.length < 2 ? 0 : times.length;
      assert.equal(read.length, counted);
      assert.equal(new Set(read).size, read.length);
    }));

  it("halve an answer of as many rows as hunting can give, and refuse one of a millisecond", async () => {
    let answers = 0;
    const hunt = (query: string) => {
      if (query.endsWith("| count")) return Promise.resolve({ columns: [], rows: [{ Count: 1 }] });
      answers++;
      const isWhole = query.includes(
        "datetime(1970-01-01T00:00:00.000Z) and Timestamp < datetime(1970-01-01T00:00:10.001Z)",
      );
      const row = { AlertId: `a${answers}`, Timestamp: "1970-01-01T00:00:00Z" };
      return Promise.resolve({ columns: [], rows: isWhole ? Array<typeof row>(100_000).fill(row) : [row] });
    };
    const read = (await listOf(huntedAlerts(wholeSpan, hunt))).flat();
    assertEach(read, ({ alertId }) => alertId, ["a2", "a3"]);
    const full = () => Promise.resolve({ columns: [], rows: Array<{ Count: number }>(100_000).fill({ Count: 1 }) });
    await assert.rejects(listOf(huntedAlerts({ from: 5, until: 6 }, full)), /more rows at 1970-01-01T00:00:00\.005Z/);
  });
});
