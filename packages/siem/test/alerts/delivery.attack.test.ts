/** A destination has an alert when it said so, completely; the checkpoint is never ahead of it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { AlertRecord } from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { openCheckpoint, type Position } from "../../src/pull/checkpoint";
import { DestinationError, formatted, type Destination, type Sink } from "../../src/sinks/sink";
import { recordAsJson } from "../../src/alerts/formats";
import { splunkCollector } from "../../src/sinks/hec";
import { fetchedAlert, sinkRecordOf, type AlertSource, type FetchedAlert } from "../../src/alerts/fetchedAlert";
import { pullToOne as pull } from "../pull/pullToOne";
import { outputFile } from "../../src/sinks/standardOutput";

const tenantId = "c0570500-0000-4000-8000-00000000000a";
const expected = { tenantId, api: "graph" } as const;
const began = Date.now() - 3_600_000;

/** Alerts, a second apart, with a description of so many characters. */
function alertsOf(count: number, length: number, character = "d"): FetchedAlert[] {
  return Array.from({ length: count }, (_, index) => {
    const createdAt = new Date(began + index * 1000).toISOString();
    const description = character.repeat(length);
    const record = {
      id: `id ${index}`,
      alertId: `id ${index}`,
      createdAt,
      description,
      devices: [],
      tenantId,
    } as unknown as AlertRecord;
    return fetchedAlert(record, record);
  });
}

function sourceOf(alerts: readonly FetchedAlert[]): AlertSource {
  const page = { items: alerts, size: alerts.length, isCut: false };
  return { api: "graph", itemsPerSpan: 1000, smallestSpan: 1, page: () => Promise.resolve(page) };
}

function inJson(sink: Sink): Destination<FetchedAlert> {
  return formatted(sink, (alert) => sinkRecordOf(alert, recordAsJson));
}

function start(): Position {
  return { version: 1, ...expected, recent: {}, cursor: { since: new Date(began - 1000).toISOString() } };
}

describe("packages/siem/alerts/delivery: a destination that accepts less than it reports", () => {
  let folder: string;
  let checkpoint: string;
  beforeEach(() => {
    folder = newFolder();
    checkpoint = path.join(folder, "checkpoint.json");
  });

  describe("a file", () => {
    const wholeLines = (file: string): string[] =>
      readFileSync(file, "utf8")
        .split("\n")
        .slice(0, -1)
        .flatMap((line) => {
          try {
            return [(JSON.parse(line) as AlertRecord).id];
          } catch {
            return []; // Half a line.
          }
        });

    /** A file of a disk with so much room, which takes a few bytes at a time. */
    function fileOn(disk: { room: number }): { file: string; fd: number; sink: Destination<FetchedAlert> } {
      const file = path.join(folder, "alerts.jsonl");
      const fd = openSync(file, "a");
      const write = (to: number, bytes: Uint8Array, at: number, length: number): number => {
        const size = Math.min(length, 700, disk.room);
        if (size === 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        disk.room -= size;
        return writeSync(to, bytes, at, size);
      };
      return { file, fd, sink: inJson(outputFile(fd, write as typeof writeSync)) };
    }

    it("file: short writes are completed", async () => {
      const { file, fd, sink } = fileOn({ room: Infinity });
      await sink.deliver(alertsOf(72, 500));
      closeSync(fd);
      assert.equal(wholeLines(file).length, 72);
    });

    it("file: a full disk ends the pull; the next run continues after the last complete alert", async () => {
      const alerts = alertsOf(72, 500);
      const full = fileOn({ room: 10_000 });
      const failing = pull({ source: sourceOf(alerts), sink: full.sink, position: start(), checkpoint });
      await assert.rejects(
        failing,
        (error: Error) => error instanceof DestinationError && /ENOSPC/.test(error.message),
      );
      assert.equal(await openCheckpoint(checkpoint, expected), undefined, "the checkpoint is ahead of the disk");
      closeSync(full.fd);
      const { file, fd, sink } = fileOn({ room: Infinity });
      await pull({ source: sourceOf(alerts), sink, position: start(), checkpoint });
      closeSync(fd);
      assert.deepEqual(
        [...new Set(wholeLines(file))],
        alerts.map(({ record }) => record.id),
      );
    });

    it("file: --follow waits while the disk is full", async () => {
      const alerts = alertsOf(72, 500);
      const disk = { room: 10_000 };
      const { file, fd, sink } = fileOn(disk);
      let pauses = 0;
      const sleep = () => {
        if (++pauses === 5) disk.room = Infinity;
        return pauses > 6 ? Promise.reject(new Error("interrupted")) : Promise.resolve();
      };
      const running = pull({ source: sourceOf(alerts), sink, position: start(), checkpoint, follow: 1, sleep });
      await assert.rejects(running, /interrupted/);
      closeSync(fd);
      assert.deepEqual(
        [...new Set(wholeLines(file))],
        alerts.map(({ record }) => record.id),
      );
    });

    it("file: synchronized with the disk before the checkpoint moves", async () => {
      const sink: Destination<FetchedAlert> = {
        deliver: () => Promise.resolve(),
        flush: () => Promise.reject(new DestinationError("EIO", false)),
      };
      await assert.rejects(pull({ source: sourceOf(alertsOf(3, 1)), sink, position: start(), checkpoint }), /EIO/);
      assert.equal(await openCheckpoint(checkpoint, expected), undefined);
    });

    it("file: an incomplete last line is ended first, with and without a checkpoint", async () => {
      await writeFile(path.join(folder, "alerts.jsonl"), '{"id":"hal');
      const { file, fd, sink } = fileOn({ room: Infinity });
      await sink.deliver(alertsOf(1, 1));
      closeSync(fd);
      assert.deepEqual(wholeLines(file), ["id 0"]);
    });
  });

  describe("Splunk's collector", () => {
    interface Collector {
      readonly url: string;
      readonly bodies: string[];
      answer: (body: string) => { status: number; text: string };
      stop(): void;
    }
    let collector: Collector;
    const success = { status: 200, text: '{"text":"Success","code":0}' };

    beforeEach(async () => {
      const server = http.createServer((request, response) => {
        void text(request).then((body) => {
          const { status, text: answer } = collector.answer(body);
          if (status === 200) collector.bodies.push(body);
          response.writeHead(status).end(answer);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      collector = { url, bodies: [], answer: () => success, stop: () => server.close() };
    });
    afterEach(() => collector.stop());

    const notes: string[] = [];
    const sinkOf = (): Destination<FetchedAlert> =>
      inJson(
        splunkCollector({
          url: collector.url,
          token: "t",
          isJson: true,
          sourcetype: "defender:alert",
          note: (line) => void notes.push(line),
          sleep: () => Promise.resolve(),
        }),
      );
    const received = (): { event: AlertRecord; fields: object }[] =>
      collector.bodies.flatMap((body) =>
        body.split(/(?<=\})(?=\{"time")/).map((event) => JSON.parse(event) as { event: AlertRecord; fields: object }),
      );

    for (const [what, answer] of [
      ["code 5", '{"text":"No data","code":5}'],
      ["no code", "{}"],
      ["a page to sign in", "<html>Sign in</html>"],
      ["nothing", ""],
    ] as const) {
      it(`Splunk: 200 with ${what} counts as not delivered`, async () => {
        collector.answer = () => ({ status: 200, text: answer });
        const sink = sinkOf();
        const failing = pull({ source: sourceOf(alertsOf(3, 1)), sink, position: start(), checkpoint });
        await assert.rejects(failing, (error) => error instanceof DestinationError && !error.isPassing);
        assert.equal(await openCheckpoint(checkpoint, expected), undefined, "the checkpoint is ahead of the collector");
      });
    }

    it("Splunk: at most half a megabyte for each call, in bytes", async () => {
      await sinkOf().deliver(alertsOf(250, 1800, "漢"));
      assert.equal(received().length, 250);
      for (const body of collector.bodies) assert.ok(Buffer.byteLength(body) <= 500_000);
    });

    it("Splunk: above the collector's limit alerts are shortened and marked", async () => {
      const limit = 20_000;
      collector.answer = (body) => (Buffer.byteLength(body) > limit ? { status: 413, text: "" } : success);
      const [large] = alertsOf(1, 3 * limit, "漢");
      const alerts = [...alertsOf(30, 1000), fetchedAlert({ ...large!.record, id: "large" }, {})];
      notes.length = 0;
      await sinkOf().deliver(alerts);
      const events = received();
      assert.deepEqual(
        events.map(({ event }) => event.id),
        alerts.map(({ record }) => record.id),
      );
      assert.deepEqual(events.at(-1)?.fields, { id: "large", shortened: "true" });
      assert.deepEqual(events[0]?.fields, { id: "id 0" });
      assert.match(notes.join("\n"), /^Record large is larger than Splunk's collector takes/);
    });

    it("Splunk: --follow waits for a collector that is down for an hour", async () => {
      let minutes = 0;
      collector.answer = () => (minutes < 60 ? { status: 503, text: '{"text":"Server is busy","code":9}' } : success);
      const pauses: number[] = [];
      const sleep = (pause: number) => {
        pauses.push(pause);
        return ++minutes > 61 ? Promise.reject(new Error("interrupted")) : Promise.resolve();
      };
      const alerts = alertsOf(3, 1);
      const options = {
        source: sourceOf(alerts),
        sink: sinkOf(),
        position: start(),
        checkpoint,
        follow: 60_000,
        sleep,
      };
      await assert.rejects(pull(options), /interrupted/);
      assert.ok(pauses.every((pause) => pause === 60_000));
      assert.deepEqual(
        received().map(({ event }) => event.id),
        alerts.map(({ record }) => record.id),
      );
    });
  });

  describe("a checkpoint that can't be written is refused before the first alert", () => {
    it("checkpoint: a link to a missing file is refused and not created", async () => {
      const target = path.join(folder, "nowhere");
      await symlink(target, checkpoint);
      await assert.rejects(
        openCheckpoint(checkpoint, expected),
        /can't be written: it is a link to a file that does not/,
      );
      await assert.rejects(lstat(target), /ENOENT/);
    });

    it("checkpoint: a pipe is refused without waiting for its other end", async function () {
      if (process.platform === "win32") this.skip();
      execFileSync("mkfifo", [checkpoint]);
      await assert.rejects(openCheckpoint(checkpoint, expected), /can't be written: it is not a regular file/);
    });

    it("checkpoint: a directory and a file in a missing folder are refused", async () => {
      await mkdir(checkpoint);
      await assert.rejects(openCheckpoint(checkpoint, expected), /can't be written: it is a directory/);
      await assert.rejects(openCheckpoint(path.join(folder, "none", "c.json"), expected), /can't be written: ENOENT/);
    });

    it("checkpoint: a writable one is not changed by the check", async () => {
      assert.equal(await openCheckpoint(checkpoint, expected), undefined);
      await writeFile(checkpoint, JSON.stringify(start()));
      const inode = (await lstat(checkpoint)).ino;
      assert.deepEqual(await openCheckpoint(checkpoint, expected), start());
      assert.notEqual((await lstat(checkpoint)).ino, inode, "it was not tried");
      assert.deepEqual(JSON.parse(await readFile(checkpoint, "utf8")), start());
    });
  });
});
