import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import fc from "fast-check";
import { readCheckpoint, writeCheckpoint, type Position } from "../../src/pull/checkpoint";
import { DeliveredIds, keptFor, keyOfId, mostKept } from "../../src/pull/deliveredIds";

const now = Date.parse("2026-11-28T12:34:56.789Z");
const iso = (time: number): string => new Date(time).toISOString();

describe("packages/siem: delivered IDs of a checkpoint", () => {
  it("have every delivery of the days that are kept, with source and hour, after writing and reading", () => {
    const delivery = fc.record({
      id: fc.string(),
      source: fc.constantFrom("Microsoft Defender for Endpoint", "Microsoft Sentinel", "a source\n"),
      age: fc.integer({ min: 0, max: 10 * 24 * hour }),
    });
    assertProperty(100, fc.array(delivery, { maxLength: 40 }), fc.boolean(), (deliveries, isReadAgain) => {
      let ids = DeliveredIds.from(undefined, iso(now - 20 * 24 * hour), undefined);
      for (const { id, source, age } of deliveries) {
        ids.add(id, source, iso(now - age));
        if (isReadAgain) ids = DeliveredIds.from(JSON.parse(JSON.stringify(ids.content)) as never, iso(0), undefined);
      }
      ids.prune(iso(now));
      const entries = [...ids.entries()];
      for (const { id, source, age } of deliveries) {
        const at = now - age;
        const isIn = entries.some(
          (entry) => entry.key === keyOfId(id) && entry.source === source && entry.hour <= at && at < entry.hour + hour,
        );
        assert.ok(isIn || at < ids.countsFrom, "a delivery after the beginning of the count is missing");
        assert.ok(!isIn || at > now - keptFor - hour, "a delivery is kept for too long");
      }
      assert.ok(ids.countsFrom >= now - keptFor && ids.countsFrom <= now - keptFor + hour);
    });
  });

  it("forget the oldest hours beyond the limit, and count from a later moment", () => {
    const ids = DeliveredIds.from(undefined, iso(now - 2 * 24 * hour), undefined);
    const hours = Array.from({ length: 10 }, (_, index) => iso(now - index * hour));
    for (let index = 0; index < mostKept + 10; index++) ids.add(`a${index}`, "s", hours[index % 10] ?? "");
    ids.prune(iso(now));
    const count = [...ids.entries()].length;
    assert.ok(count <= mostKept && count > mostKept * 0.8, `${count}`);
    assert.equal(iso(ids.countsFrom), "2026-11-28T04:00:00.000Z");
    assert.ok(JSON.stringify(ids.content).length < 12 * mostKept + 1000);
  });

  it("take 12 characters an alert, and share one number after 255 sources", () => {
    const ids = DeliveredIds.from(undefined, iso(now), undefined);
    for (let index = 0; index < 300; index++) ids.add(`a${index}`, `source ${index}`, iso(now));
    assert.equal(Object.values(ids.content.hours)[0]?.length, 3600);
    assert.equal(ids.content.sources.length, 256);
    const sources = [...ids.entries()].map(({ source }) => source);
    assert.deepEqual([sources[254], sources[255], sources[299]], ["source 254", "", ""]);
  });

  it("begin again at the position where the severities differ", () => {
    const ids = DeliveredIds.from(undefined, iso(now - hour), ["high"]);
    ids.add("a", "s", iso(now));
    const same = DeliveredIds.from(ids.content, iso(now), ["high"]);
    assert.deepEqual([[...same.entries()].length, same.countsFrom], [1, now - hour]);
    const other = DeliveredIds.from(ids.content, iso(now), undefined);
    assert.deepEqual([[...other.entries()].length, other.countsFrom], [0, now]);
  });
});

describe("packages/siem: a checkpoint with delivered IDs", () => {
  const folder = newFolder();
  const key = { tenantId: "t", api: "graph" };
  const ids = DeliveredIds.from(undefined, iso(now - hour), undefined);
  ids.add("a", "s", iso(now));
  const position: Position = { version: 1, ...key, cursor: { since: iso(now) }, recent: { a: iso(now) } };

  it("is read as written, with and without them", async () => {
    const file = path.join(folder, "c.json");
    for (const written of [{ ...position, delivered: ids.content }, position]) {
      await writeCheckpoint(file, written);
      assert.deepEqual(await readCheckpoint(file, key), written);
    }
  });

  it("ends no pull where the IDs are damaged", async () => {
    const file = path.join(folder, "damaged.json");
    for (const hours of [{ "2026-11-28T12": "abc" }, { x: "" }, { "2026-11-28T12": "&&&&&&&&&&&&" }, 5]) {
      await writeFile(file, JSON.stringify({ ...position, delivered: { ...ids.content, hours } }));
      const read = await readCheckpoint(file, key);
      assert.deepEqual([read?.cursor, read?.delivered], [position.cursor, undefined]);
    }
  });
});
