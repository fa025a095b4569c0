import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { largestDatagram, syslogDatagrams } from "../../src/sinks/syslogDatagrams";
import { syslogAddress, syslogServer } from "../../src/sinks/syslog";
import { parseSyslog } from "../alerts/parsers";
import { recordsOf } from "./records";

describe("siem/sinks: syslog by UDP", () => {
  it("sends a message a datagram, and shortens what is larger than one", async () => {
    const server = dgram.createSocket("udp4");
    const received: Buffer[] = [];
    server.on("message", (bytes) => received.push(bytes));
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    const notes: string[] = [];
    const address = syslogAddress(`udp://127.0.0.1:${server.address().port}`);
    const sink = syslogServer({ address, isJson: true, note: (text) => void notes.push(text) });
    // Few enough for the socket's buffer: on a busy machine all are sent before the first is read.
    await sink.deliver([...recordsOf(60, 500), ...recordsOf(1, 20_000, 60)]);
    for (let waited = 0; received.length < 61 && waited < 3000; waited++) await sleep(20);
    server.close();
    const ids = received.map((bytes) => (JSON.parse(parseSyslog(bytes.toString()).message) as { id: string }).id);
    assert.deepEqual(
      ids,
      Array.from({ length: 61 }, (_, index) => `id ${index}`),
    );
    for (const bytes of received) assert.ok(bytes.length <= largestDatagram);
    assert.match(notes.join(), /^Record id 60 is larger than a datagram of 8192 bytes/);
  });

  it("pauses after 16 KiB, also over several deliveries: a server's socket holds few of the larger bursts", async () => {
    const server = dgram.createSocket("udp4");
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    const pauses: number[] = [];
    const sink = syslogDatagrams({
      host: "127.0.0.1",
      port: server.address().port,
      message: ({ text }) => text,
      sleep: (pause) => Promise.resolve(void pauses.push(pause)),
    });
    for (let index = 0; index < 40; index++) await sink.deliver(recordsOf(4, 1_000));
    server.close();
    // 160 records of 1,032 to 1,040 bytes: a pause after each 16th.
    assert.deepEqual(
      pauses,
      Array.from({ length: 10 }, () => 10),
    );
  });
});
