import assert from "node:assert/strict";
import type { AlertRecord } from "@defender-mssp/microsoft";
import { DestinationError, type SinkRecord } from "../../src/sinks/sink";
import { fetchedAlert, sinkRecordOf } from "../../src/alerts/fetchedAlert";
import { recordAsJson } from "../../src/alerts/formats";
import { splunkCollector } from "../../src/sinks/hec";
import { Indexer } from "./indexer";

/** Alerts of which each fills a call of its own. */
function largeAlerts(count: number): SinkRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const createdAt = new Date(Date.UTC(2026, 10, 1) + index * 1000).toISOString();
    const record = { id: `id ${index}`, createdAt, description: "d".repeat(300_000), devices: [], tenantId: "t" };
    return sinkRecordOf(fetchedAlert(record as unknown as AlertRecord, record), recordAsJson);
  });
}

describe("siem/sinks: indexer acknowledgment of Splunk's collector", () => {
  let indexer: Indexer;
  let url: string;
  let clock = 0;
  const notes: string[] = [];
  const sink = (acknowledge = true) =>
    splunkCollector({
      url,
      token: "t",
      isJson: true,
      sourcetype: "defender:alert",
      acknowledge,
      note: (line) => void notes.push(line),
      sleep: (milliseconds) => Promise.resolve(void (clock += milliseconds)),
      now: () => clock,
    });
  beforeEach(async () => {
    indexer = new Indexer();
    url = await indexer.listen();
    notes.length = 0;
  });
  afterEach(() => indexer.stop());

  it("a flush ends when every alert is indexed, all on one channel", async () => {
    const alerts = largeAlerts(5);
    const destination = sink();
    await destination.deliver(alerts);
    assert.deepEqual(indexer.indexed, [], "a delivery waits for the index already");
    await destination.flush?.();
    assert.deepEqual(
      indexer.indexed,
      alerts.map(({ id }) => id),
    );
    assert.equal(indexer.channels.size, 1);
    assert.match(String([...indexer.channels][0]), /^[0-9a-f-]{36}$/);
  });

  it("many alerts wait for the index in between, so that memory stays flat", async () => {
    await sink().deliver(largeAlerts(40));
    assert.ok(indexer.indexed.length >= 40 - 16, `${indexer.indexed.length} of 40 indexed`);
  });

  it("a call that Splunk accepts and loses is sent again after five minutes", async () => {
    indexer.loses = (call) => call === 1;
    const destination = sink();
    await destination.deliver(largeAlerts(3));
    const before = clock;
    await destination.flush?.();
    assert.ok(clock - before >= 300_000);
    assert.deepEqual(indexer.accepted, ["id 0", "id 1", "id 2", "id 1"]);
    assert.deepEqual(indexer.indexed.toSorted(), ["id 0", "id 1", "id 2"]);
    assert.match(notes.join("\n"), /Sending them again/);
  });

  it("an indexer that is down is a passing failure, and the next flush sends at once", async () => {
    indexer.loses = () => true;
    const destination = sink();
    await destination.deliver(largeAlerts(1));
    await assert.rejects(
      async () => destination.flush?.(),
      (error) => error instanceof DestinationError && error.isPassing && /has not indexed/.test(error.message),
    );
    indexer.loses = () => false;
    await destination.flush?.();
    assert.deepEqual(indexer.indexed, ["id 0"]);
  });

  it("a token without indexer acknowledgment is named", async () => {
    indexer.acknowledges = false;
    await assert.rejects(sink().deliver(largeAlerts(1)), /enable indexer acknowledgment for the token/);
  });

  it("without acknowledge=true nothing is asked", async () => {
    const destination = sink(false);
    await destination.deliver(largeAlerts(2));
    await destination.flush?.();
    assert.deepEqual(indexer.indexed, []);
    assert.deepEqual([...indexer.channels], ["undefined"]);
  });
});
