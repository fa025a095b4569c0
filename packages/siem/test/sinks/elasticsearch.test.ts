import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { elasticsearchServer } from "../../src/sinks/elasticsearch";
import { DestinationError } from "../../src/sinks/sink";
import { DataStream, itemsOf } from "./dataStream";
import { recordsOf, serverOf, type Call, type Reply } from "./records";

describe("siem/sinks: Elasticsearch", () => {
  let stream: DataStream;
  let reply: ((call: Call, index: number) => Reply) | undefined;
  let server: Awaited<ReturnType<typeof serverOf>>;
  const notes: string[] = [];
  const pauses: number[] = [];
  const sink = (url = server.url) =>
    elasticsearchServer({
      url,
      dataStream: "logs-defender.alert-default",
      apiKey: "secretkey==",
      note: (text) => void notes.push(text),
      sleep: (pause) => Promise.resolve(void pauses.push(pause)),
    });
  beforeEach(async () => {
    [stream, reply, notes.length, pauses.length] = [new DataStream(), undefined, 0, 0];
    server = await serverOf((call, index) => (reply ?? stream.answer.bind(stream))(call, index));
  });
  afterEach(() => server.stop());

  it("creates each record in the data stream, with the API key", async () => {
    await sink().deliver(recordsOf(300));
    assert.equal(stream.documents.size, 300);
    const [call] = server.calls;
    assert.equal(call?.url, "/logs-defender.alert-default/_bulk");
    assert.equal(call.headers.authorization, "ApiKey secretkey==");
    assert.equal(call.headers["content-type"], "application/x-ndjson");
  });

  it("counts an existing record as delivered", async () => {
    await sink().deliver(recordsOf(3));
    await sink().deliver(recordsOf(5));
    assert.equal(stream.documents.size, 5);
  });

  it("keeps the alerts and incidents of two tenants apart that have one ID", async () => {
    const [alert] = recordsOf(1);
    const incident = { ...alert!, id: "7@2026-11-01T12:00:00.000Z", kind: "incident" };
    const both = [alert!, incident];
    await sink().deliver([...both, ...both.map((record) => ({ ...record, tenantId: "another" }))]);
    const ids = ["another", "tenant"].flatMap((tenant) => both.map(({ id }) => `${tenant}/${id}`));
    assert.deepEqual([...stream.documents.keys()].sort(), ids.sort());
  });

  it("sends again only the records that a busy server refused", async () => {
    stream.refuse = ({ id }, call) =>
      call < 2 && /[05]$/.test(id)
        ? { status: 429, error: { type: "es_rejected_execution_exception", reason: "queue" } }
        : undefined;
    await sink().deliver(recordsOf(20));
    assert.equal(stream.documents.size, 20);
    assertEach(server.calls, (call) => itemsOf(call).length, [20, 4, 4]);
    assert.deepEqual(pauses, [500, 1000]);
  });

  it("is a passing failure when the server stays busy", async () => {
    stream.refuse = () => ({ status: 429, error: {} });
    const failing = sink().deliver(recordsOf(2));
    await assert.rejects(failing, (error) => error instanceof DestinationError && error.isPassing);
  });

  it("names the record, type and reason of a mapping error", async () => {
    const error = { type: "document_parsing_exception", reason: "[1:2] failed to parse field [host.ip]" };
    stream.refuse = ({ id }) => (id.endsWith("/id 1") ? { status: 400, error } : undefined);
    await assert.rejects(sink().deliver(recordsOf(3)), (failure) => {
      assert.ok(failure instanceof DestinationError && !failure.isPassing);
      assert.match(failure.message, /refuses record id 1 with 400: document_parsing_exception: .*host\.ip/);
      return true;
    });
  });

  it("divides a call that is too large, and shortens a record that is too large alone", async () => {
    const own = stream.answer.bind(stream);
    reply = (call, index) => (call.body.length > 20_000 ? { status: 413 } : own(call, index));
    await sink().deliver([...recordsOf(40, 1000), ...recordsOf(1, 60_000, 40)]);
    assert.equal(stream.documents.size, 41);
    assert.match(notes.join(), /^Record id 40 is larger than Elasticsearch takes/);
  });

  it("does not accept 200 without a result for each record", async () => {
    reply = () => ({ status: 200, body: { errors: false, items: [] } });
    await assert.rejects(sink().deliver(recordsOf(1)), /200 without a result for each record/);
  });

  it("never shows the API key, and says which privilege is missing", async () => {
    reply = () => ({ status: 403, body: { error: { type: "security_exception", message: "key secretkey==" } } });
    await assert.rejects(sink().deliver(recordsOf(1)), (failure: Error) => {
      assert.match(failure.message, /create_doc/);
      assert.doesNotMatch(failure.message, /secretkey/);
      return true;
    });
  });

  it("refuses addresses that are not encrypted or have a password, and invalid names", () => {
    assert.throws(() => sink("http://elastic.example.com"), /needs an https address/);
    assert.throws(() => sink("https://a:hunter2@elastic.example.com"), /takes no name, password or query/);
    const options = { url: server.url, apiKey: "k" };
    for (const dataStream of ["Logs", "-logs", "a b", "a*", ""]) {
      assert.throws(() => elasticsearchServer({ ...options, dataStream }), /is not a data stream's name/);
    }
  });
});
