import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { ServiceError } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { openCheckpoint, type Position } from "../../src/pull/checkpoint";
import { pullMany, type CustomerPull, type PullManyOptions } from "../../src/pull/many";
import { Metrics } from "../../src/pull/metrics";
import type { Pulled, Source } from "../../src/pull/source";
import { DestinationError, type Destination } from "../../src/sinks/sink";

const began = Date.parse("2026-11-01T00:00:00Z");
const tenantOf = (stack: string) => `tenant of ${stack}`;

/** Items a minute apart, at most ten in a span. */
class FakeSource implements Source<Pulled> {
  readonly itemsPerSpan = 9;
  readonly smallestSpan = 1;
  readonly items: Pulled[];
  /** Fails the call with this number. */
  fails: (call: number) => Error | undefined = () => undefined;
  calls = 0;
  static reading = 0;
  static mostReading = 0;

  constructor(stack: string, count: number) {
    this.items = Array.from({ length: count }, (_, index) => ({
      id: `${stack} ${index}`,
      at: new Date(began + index * 60_000).toISOString(),
    }));
  }

  async page({ since, until }: { since: Date; until?: Date }) {
    const failure = this.fails(this.calls++);
    if (failure !== undefined) throw failure;
    FakeSource.mostReading = Math.max(FakeSource.mostReading, ++FakeSource.reading);
    await new Promise((resolve) => setTimeout(resolve, 1));
    FakeSource.reading--;
    const within = this.items.filter(
      ({ at }) => new Date(at) >= since && (until === undefined || new Date(at) < until),
    );
    const items = within.slice(-10);
    return { items, size: items.length, isCut: within.length > 10, at: new Date() };
  }
}

const down = (status: number) => new ServiceError({ status, message: "down", method: "GET", url: "" });

describe("pull: many customers", () => {
  let folder: string;
  let sources: Map<string, FakeSource>;
  let metrics: Metrics;
  let delivered: string[];
  const notes: string[] = [];
  beforeEach(() => {
    folder = newFolder();
    sources = new Map(["a", "b", "c", "d", "e"].map((stack) => [stack, new FakeSource(stack, 100)]));
    [metrics, delivered, notes.length] = [new Metrics("alert"), [], 0];
    [FakeSource.reading, FakeSource.mostReading] = [0, 0];
  });

  const collector: Destination<Pulled> = {
    deliver: (items) => Promise.resolve(void delivered.push(...items.map(({ id }) => id))),
  };

  function customer(stack: string, source: FakeSource): CustomerPull<Pulled> {
    const checkpoint = path.join(folder, `${stack}.json`);
    const key = { tenantId: tenantOf(stack), api: "graph" };
    return {
      stack,
      open: async ({ identify }) => {
        identify(key.tenantId);
        const start: Position = { version: 1, ...key, recent: {}, cursor: { since: new Date(began).toISOString() } };
        const position = (await openCheckpoint(checkpoint, key)) ?? start;
        return { source, positions: [{ position, checkpoint }] };
      },
    };
  }

  function run(change: Partial<PullManyOptions<Pulled>> = {}): Promise<Error[]> {
    return pullMany({
      customers: [...sources].map(([stack, source]) => customer(stack, source)),
      destinations: [collector],
      parallel: 2,
      follow: undefined,
      signal: new AbortController().signal,
      progress: { delivered: () => undefined, note: (text) => void notes.push(text) },
      metrics,
      ...change,
    });
  }

  const all = () => [...sources.values()].flatMap(({ items }) => items.map(({ id }) => id)).sort();

  it("delivers every item once, with a checkpoint each and a limit on pages", async () => {
    assert.deepEqual(await run(), []);
    assert.deepEqual(delivered.sort(), all());
    assert.deepEqual((await readdir(folder)).sort(), ["a.json", "b.json", "c.json", "d.json", "e.json"]);
    assert.equal(FakeSource.mostReading, 2);
    delivered = [];
    assert.deepEqual(await run(), []);
    assert.deepEqual(delivered, [], "they come again in spite of the checkpoints");
  });

  it("names a customer that fails, and reads the others completely", async () => {
    sources.get("b")!.fails = () => down(403);
    const [failure, ...others] = await run();
    assert.ok(failure instanceof ServiceError && others.length === 0);
    assert.deepEqual(
      delivered.sort(),
      all().filter((id) => !id.startsWith("b")),
    );
    assert.match(notes.join("\n"), /^b: .*403/);
    assert.match(metrics.text, /mssp_alerts_pull_success\{stack="b",tenant_id="tenant of b"\} 0/);
    assert.deepEqual(metrics.failing, ["b"]);
  });

  it("names a customer with an unexpected error as a bug, and reads the others completely", async () => {
    sources.get("b")!.fails = () => new TypeError("x is undefined");
    const failures = await run();
    assert.equal(failures.length, 1);
    assert.deepEqual(
      delivered.sort(),
      all().filter((id) => !id.startsWith("b")),
    );
    assert.match(
      notes.join("\n"),
      /^b: An unexpected error, which is a bug of this program: TypeError: x is undefined/,
    );
  });

  it("with --follow tries a refused customer again with a longer pause each time, and loses nothing", async () => {
    const controller = new AbortController();
    const pauses: number[] = [];
    sources.get("b")!.fails = (call) => (call < 4 ? down(403) : undefined);
    const sleep = (pause: number): Promise<void> => {
      if (pause !== 1000) pauses.push(pause);
      if (new Set(delivered).size === all().length) controller.abort(new Error("interrupted"));
      return new Promise((resolve) => setTimeout(resolve, 1));
    };
    await assert.rejects(run({ follow: 1000, signal: controller.signal, sleep }), /interrupted/);
    assert.deepEqual(pauses, [60_000, 120_000, 240_000, 480_000]);
    assert.deepEqual(delivered.sort(), all());
  });

  it("with --follow loses nothing while the destination is down for an hour, and does not read on", async () => {
    const controller = new AbortController();
    let minutes = 0;
    let callsAtFailure = 0;
    const calls = () => [...sources.values()].reduce((sum, source) => sum + source.calls, 0);
    const sink: Destination<Pulled> = {
      deliver: (items) => {
        if (delivered.length > 150 && minutes < 60) {
          if (minutes === 0) callsAtFailure = calls();
          if (minutes === 59) assert.ok(calls() - callsAtFailure <= 4, "it reads while nothing is delivered");
          return Promise.reject(new DestinationError("down", true));
        }
        return collector.deliver(items);
      },
    };
    const sleep = (pause: number): Promise<void> => {
      if (pause === 60_000) minutes++;
      if (new Set(delivered).size === all().length) controller.abort(new Error("interrupted"));
      return new Promise((resolve) => setTimeout(resolve, 1));
    };
    await assert.rejects(
      run({ destinations: [sink], follow: 60_000, signal: controller.signal, sleep }),
      /interrupted/,
    );
    assert.ok(minutes >= 60);
    assert.deepEqual(delivered.sort(), all(), "lost or twice");
    assert.match(metrics.text, /mssp_alerts_destination_failures_total (?!0\n)\d+\n/);
  });

  it("ends all pulls when the destination refuses, and moves no checkpoint past what it has", async () => {
    const sink: Destination<Pulled> = {
      deliver: (items) =>
        delivered.length > 150 ? Promise.reject(new DestinationError("refused", false)) : collector.deliver(items),
    };
    await assert.rejects(run({ destinations: [sink], follow: 1000 }), /refused/);
    const first = new Set(delivered);
    delivered = [];
    await run();
    assert.deepEqual([...new Set([...first, ...delivered])].sort(), all());
  });

  it("reports a customer that can't be opened, as one whose stack is not deployed", async () => {
    const missing: CustomerPull<Pulled> = {
      stack: "missing",
      open: () => Promise.reject(new VisibleError("nothing is deployed there")),
    };
    const failures = await run({ customers: [missing, customer("a", sources.get("a")!)] });
    assert.equal(failures.length, 1);
    assert.equal(delivered.length, 100);
    assert.match(notes.join("\n"), /^missing: nothing is deployed there/);
  });
});
