import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { logsIngestion } from "../../src/sinks/logAnalytics";
import { DestinationError } from "../../src/sinks/sink";
import { recordsOf, serverOf, type Call, type Reply } from "./records";

const rule = `dcr-${"0123456789abcdef".repeat(2)}`;

describe("siem/sinks: Azure Monitor's Logs Ingestion API", () => {
  let reply: (call: Call, index: number) => Reply;
  let server: Awaited<ReturnType<typeof serverOf>>;
  const notes: string[] = [];
  const pauses: number[] = [];
  const tokens = { use: <Result>(call: (token: string) => Promise<Result>) => call("the token") };
  const sinkOf = (change: object = {}) =>
    logsIngestion({
      url: server.url,
      rule,
      stream: "Custom-DefenderAlerts_CL",
      tenantId: "t",
      environment: {},
      tokens,
      note: (text) => void notes.push(text),
      sleep: (pause) => Promise.resolve(void pauses.push(pause)),
      ...change,
    });
  const rowsOf = ({ body }: Call) => JSON.parse(gunzipSync(body).toString()) as { TimeGenerated: string; id: string }[];
  beforeEach(async () => {
    [reply, notes.length, pauses.length] = [() => ({ status: 204 }), 0, 0];
    server = await serverOf((call, index) => reply(call, index));
  });
  afterEach(() => server.stop());

  it("posts a compressed array to the rule's stream, with TimeGenerated", async () => {
    await sinkOf().deliver(recordsOf(3));
    const [call] = server.calls;
    assert.equal(call?.url, `/dataCollectionRules/${rule}/streams/Custom-DefenderAlerts_CL?api-version=2023-01-01`);
    assert.equal(call.headers.authorization, "Bearer the token");
    assert.equal(call.headers["content-encoding"], "gzip");
    assert.deepEqual(
      rowsOf(call).map(({ id, TimeGenerated }) => [id, TimeGenerated]),
      [0, 1, 2].map((index) => [`id ${index}`, "2026-11-01T12:00:00.000Z"]),
    );
  });

  it("sends at most a megabyte in a call, before compression", async () => {
    await sinkOf().deliver(recordsOf(250, 9000));
    assert.ok(server.calls.length > 1);
    for (const { body } of server.calls) assert.ok(gunzipSync(body).length <= 1_000_000);
    assert.equal(server.calls.flatMap(rowsOf).length, 250);
  });

  it("waits as long as Retry-After says", async () => {
    reply = (_, index) => (index === 0 ? { status: 429, headers: { "retry-after": "7" } } : { status: 204 });
    await sinkOf().deliver(recordsOf(1));
    assert.deepEqual(pauses, [7000]);
  });

  it("is a passing failure with the service's wait when that is too long for a call", async () => {
    reply = () => ({ status: 429, headers: { "retry-after": "3600" } });
    await assert.rejects(sinkOf().deliver(recordsOf(1)), (error) => {
      assert.ok(error instanceof DestinationError && error.isPassing);
      assert.equal(error.retryAfter, 3_600_000);
      return true;
    });
  });

  it("shortens a record that is too large alone", async () => {
    reply = ({ body }) => ({ status: gunzipSync(body).length > 20_000 ? 413 : 204 });
    await sinkOf().deliver(recordsOf(2, 30_000));
    assert.equal(notes.length, 2);
  });

  it("does not accept another answer than 204", async () => {
    for (const status of [200, 201, 202, 206, 301, 400, 404]) {
      reply = () => ({ status, body: "<html>" });
      await assert.rejects(sinkOf().deliver(recordsOf(1)), DestinationError, String(status));
    }
  });

  it("names the missing role", async () => {
    reply = () => ({ status: 403, body: { error: { code: "OperationFailed", message: "not permitted" } } });
    await assert.rejects(sinkOf().deliver(recordsOf(1)), /Monitoring Metrics Publisher on the data collection rule/);
  });

  it("refuses an invalid endpoint, rule or stream", () => {
    for (const url of ["http://a.ingest.monitor.azure.com", "https://a:b@c.example", "https://c.example/path", "x"]) {
      assert.throws(() => sinkOf({ url }), /needs the logs ingestion endpoint/);
    }
    assert.throws(() => sinkOf({ rule: "dcr-1" }), /immutable ID/);
    assert.throws(() => sinkOf({ stream: "DefenderAlerts" }), /name of the rule's stream/);
  });
});
