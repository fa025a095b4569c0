/** A pull to several destinations: each gets every item once, whatever fails and when. */
import assert from "node:assert/strict";
import { mkdtemp, readdir } from "node:fs/promises";
import path from "node:path";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import { ServiceError } from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import * as fc from "fast-check";
import { writeCheckpoint } from "../../src/pull/checkpoint";
import { OpenDestination } from "../../src/pull/openDestination";
import { Pull } from "../../src/pull/pull";
import type { Pulled, Source } from "../../src/pull/source";
import { startOf, tracksTo, type OpenedPull } from "../../src/pull/start";
import { DestinationError, type Destination } from "../../src/sinks/sink";

const minute = 60_000;
const began = Date.parse("2026-11-01T00:00:00Z");

/** A service whose items lie before its clock. */
class Service implements Source<Pulled> {
  readonly itemsPerSpan = 9;
  readonly smallestSpan = 1;
  now = began;
  items: Pulled[] = [];
  /** Items that were read, by ID. */
  readonly read = new Map<string, number>();
  calls = 0;
  fails: (call: number) => boolean = () => false;

  advance(minutes: number, count: number): void {
    const from = this.now;
    this.now += minutes * minute;
    for (let index = 0; index < count; index++) {
      const at = new Date(from + Math.floor(((this.now - from) * index) / count)).toISOString();
      this.items.push({ id: String(this.items.length), at });
    }
  }

  page({ since, until }: { since: Date; until?: Date }) {
    if (this.fails(this.calls++)) throw new ServiceError({ status: 503, message: "down", method: "GET", url: "" });
    const [from, to] = [since.toISOString(), until?.toISOString() ?? "9999"];
    const within = this.items.filter(({ at }) => at >= from && at < to);
    const items = within.slice(-10);
    for (const { id } of items) this.read.set(id, (this.read.get(id) ?? 0) + 1);
    return Promise.resolve({ items, size: items.length, isCut: within.length > 10, at: new Date(this.now) });
  }
}

/** Takes each delivery completely or not at all. */
class Place implements Destination<Pulled> {
  readonly taken: string[] = [];
  deliveries = 0;
  fails: (delivery: number) => DestinationError | undefined = () => undefined;

  deliver(items: readonly Pulled[]): Promise<void> {
    const failure = this.fails(this.deliveries++);
    if (failure !== undefined) return Promise.reject(failure);
    this.taken.push(...items.map(({ id }) => id));
    return Promise.resolve();
  }
}

describe("pull: several destinations", () => {
  let folder: string;
  beforeEach(() => (folder = newFolder()));

  /** A run of the command: opened from its checkpoints. */
  async function opened(service: Service, places: Readonly<Record<string, Place>>, file = path.join(folder, "c.json")) {
    const clock = { now: 0 };
    const notes: string[] = [];
    const destinations = Object.entries(places).map(
      ([name, place]) =>
        new OpenDestination(name, place, {
          follow: 1,
          note: (text) => void notes.push(text),
          failed: () => undefined,
          now: () => (clock.now += 1000 * minute),
        }),
    );
    const start: OpenedPull<Pulled> = await startOf<Pulled>({
      tenantId: "t",
      api: "graph",
      checkpoint: file,
      destinations: Object.keys(places),
      since: new Date(began).toISOString(),
      openSource: () => Promise.resolve(service),
      follow: undefined,
      signal: new AbortController().signal,
      progress: { delivered: () => undefined, note: (text) => void notes.push(text) },
    });
    const tracks = tracksTo(destinations, start.positions);
    return { pull: new Pull({ ...start, tracks }), notes };
  }

  const sorted = (ids: readonly string[]) => [...ids].sort((a, b) => Number(a) - Number(b));
  const down = (isPassing = true) => new DestinationError("down", isPassing);

  it("reads the service once for all, with a checkpoint each", async () => {
    const service = new Service();
    service.advance(600, 100);
    const places = { hec: new Place(), file: new Place() };
    const { pull } = await opened(service, places);
    await pull.catchUp();
    for (const place of Object.values(places))
      assert.deepEqual(
        sorted(place.taken),
        service.items.map(({ id }) => id),
      );
    assert.deepEqual((await readdir(folder)).filter((name) => name.startsWith("c.")).sort(), [
      "c.file.json",
      "c.hec.json",
    ]);
    service.advance(240, 1);
    await pull.catchUp();
    const before = service.calls;
    service.advance(1, 3);
    await pull.catchUp();
    assert.equal(service.calls - before, 1, "a call for both");
  });

  it("one that fails loses nothing and repeats nothing for the others, whatever fails and when", async () => {
    const round = fc.record({
      minutes: fc.integer({ min: 1, max: 300 }),
      count: fc.integer({ min: 0, max: 60 }),
      /** Deliveries of the round that fail, for each destination. */
      failing: fc.array(fc.array(fc.nat({ max: 8 }), { maxLength: 5 }), { minLength: 3, maxLength: 3 }),
      service: fc.array(fc.nat({ max: 20 }), { maxLength: 2 }),
      restarts: fc.boolean(),
    });
    await assertAsyncProperty(60, fc.array(round, { minLength: 1, maxLength: 6 }), async (rounds) => {
      const service = new Service();
      const file = path.join(await mkdtemp(path.join(folder, "run-")), "c");
      const places = { hec: new Place(), syslog: new Place(), file: new Place() };
      let { pull } = await opened(service, places, file);
      for (const { minutes, count, failing, service: broken, restarts } of rounds) {
        service.advance(minutes, count);
        const call = service.calls;
        service.fails = (at) => broken.includes(at - call);
        for (const [index, place] of Object.values(places).entries()) {
          const first = place.deliveries;
          place.fails = (at) => (failing[index]?.includes(at - first) === true ? down(index > 0) : undefined);
        }
        if (restarts) ({ pull } = await opened(service, places, file).catch(() => ({ pull })));
        await pull.catchUp().catch((error: unknown) => {
          assert.ok(error instanceof ServiceError || error instanceof DestinationError, String(error));
        });
      }
      service.fails = () => false;
      for (const place of Object.values(places)) place.fails = () => undefined;
      await pull.catchUp();
      const all = service.items.map(({ id }) => id);
      for (const [name, { taken }] of Object.entries(places)) assert.deepEqual(sorted(taken), all, name);
    });
  });

  it("one that is down costs the service a few calls a round, and catches up by itself", async () => {
    const service = new Service();
    service.advance(600, 100);
    const places = { hec: new Place(), file: new Place() };
    const { pull, notes } = await opened(service, places);
    await pull.catchUp();
    places.hec.fails = () => down();
    for (let round = 0; round < 20; round++) {
      service.advance(10, 10);
      const before = service.calls;
      await pull.catchUp();
      assert.ok(service.calls - before <= 20, `round ${round}: ${service.calls - before} calls`);
    }
    assert.equal(places.file.taken.length, 300);
    assert.equal(places.hec.taken.length, 100);
    places.hec.fails = () => undefined;
    await pull.catchUp();
    assert.deepEqual(sorted(places.hec.taken), sorted(places.file.taken));
    assert.deepEqual(notes, [
      "--hec: down. The other destinations go on. It is tried again.",
      "--hec: accepts records again.",
    ]);
    // Quiet since then: a reading for both is one call.
    service.advance(240, 0);
    await pull.catchUp();
    service.advance(1, 1);
    const before = service.calls;
    await pull.catchUp();
    assert.equal(service.calls - before, 1, "both are read at once again");
  });

  it("ends where every destination refuses for good", async () => {
    const service = new Service();
    service.advance(60, 5);
    const places = { hec: new Place(), file: new Place() };
    const { pull } = await opened(service, places);
    for (const place of Object.values(places)) place.fails = () => down(false);
    await assert.rejects(pull.catchUp(), DestinationError);
    places.file.fails = () => undefined;
    await pull.catchUp();
    assert.equal(places.file.taken.length, 5);
  });

  it("continues from the checkpoint of a run with one destination, and back", async () => {
    const service = new Service();
    service.advance(60, 20);
    const file = path.join(folder, "c.checkpoint");
    const places = { hec: new Place(), file: new Place() };
    const recent = Object.fromEntries(service.items.slice(5, 10).map(({ id, at }) => [id, at]));
    const since = service.items[10]?.at ?? "";
    await writeCheckpoint(file, { version: 1, tenantId: "t", api: "graph", cursor: { since }, recent });
    const { pull } = await opened(service, places, file);
    await pull.catchUp();
    for (const { taken } of Object.values(places)) assert.deepEqual(sorted(taken).at(0), "10");
    assert.deepEqual((await readdir(folder)).sort(), ["c.checkpoint", "c.checkpoint.file", "c.checkpoint.hec"]);
    const back = await startOf<Pulled>({
      tenantId: "t",
      api: "graph",
      checkpoint: file,
      destinations: ["hec"],
      since: undefined,
      openSource: () => Promise.resolve(service),
      follow: undefined,
      signal: new AbortController().signal,
      progress: { delivered: () => undefined, note: () => undefined },
    });
    const [place, ...others] = back.positions;
    assert.deepEqual([place?.checkpoint, others], [`${file}.hec`, []]);
    assert.ok((place?.position.cursor.since ?? "") > since);
  });
});
