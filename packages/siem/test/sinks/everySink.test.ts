/** Alerts and incidents through each destination, as their commands' options choose it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { logsIngestion } from "../../src/sinks/logAnalytics";
import { parseCef, parseSyslog, SyslogFrames } from "../alerts/parsers";
import { DataStream } from "./dataStream";
import { Indexer } from "./indexer";
import { alertsToSend, incidentsToSend } from "./itemsToSend";
import { serverOf } from "./records";

for (const kind of [alertsToSend(20), incidentsToSend(20)]) {
  describe(`siem/sinks: ${kind.name} through every destination`, () => {
    const notes: string[] = [];
    const sink = (options: Parameters<typeof kind.sink>[0]) => kind.sink(options, (text) => void notes.push(text));
    const ids = kind.records.map(({ id }) => id);
    let folder: string;
    let environment: NodeJS.ProcessEnv;
    before(() => {
      environment = { ...process.env };
      Object.assign(process.env, { MSSP_HEC_TOKEN: "the token", MSSP_ELASTICSEARCH_API_KEY: "key==" });
    });
    after(() => {
      for (const name of ["MSSP_HEC_TOKEN", "MSSP_ELASTICSEARCH_API_KEY"]) {
        if (environment[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = environment[name];
      }
    });
    beforeEach(() => {
      notes.length = 0;
      folder = newFolder();
    });
    afterEach(async () => {
      await rm(folder, { recursive: true, force: true });
      assert.deepEqual(notes, []);
    });

    async function throughSplunk(options: object): Promise<Indexer> {
      const indexer = new Indexer();
      indexer.questions = 1;
      const hec = await indexer.listen();
      try {
        const destination = sink({ hec, index: "soc", acknowledge: true, ...options });
        await destination.deliver();
        assert.deepEqual(indexer.indexed, [], "a delivery waits for the index");
        await destination.flush();
      } finally {
        indexer.stop();
      }
      assert.deepEqual(indexer.indexed, ids);
      assert.deepEqual([...indexer.authorizations], ["Splunk the token"]);
      return indexer;
    }

    it("Splunk: index, source type, time and ID of each, acknowledged", async () => {
      const { events } = await throughSplunk({});
      for (const [index, { json, at, tenantId, id }] of kind.records.entries()) {
        const { event, ...about } = events[index] ?? {};
        assert.deepEqual(event, json);
        const { host: _, ...rest } = about as typeof about & { host?: string };
        assert.deepEqual(rest, {
          time: Date.parse(at) / 1000,
          source: `defender:${tenantId}`,
          index: "soc",
          fields: { id },
          sourcetype: kind.sourcetype,
        });
      }
    });

    it("Splunk: a source type of the user, the service's own object, and CEF with its source type", async () => {
      const raw = await throughSplunk({ raw: true, sourcetype: "acme:defender" });
      assert.deepEqual(
        raw.events.map(({ event }) => event),
        kind.records.map(({ original }) => original),
      );
      assert.deepEqual(new Set(raw.events.map(({ sourcetype }) => sourcetype)), new Set(["acme:defender"]));
      const cef = await throughSplunk({ format: "cef" });
      assert.deepEqual(new Set(cef.events.map(({ sourcetype }) => sourcetype)), new Set(["cef"]));
      for (const { event } of cef.events) assert.equal(parseCef(String(event)).header[1], "Microsoft");
    });

    it("Elasticsearch: a document of each in the data stream, once, with its time and the whole record", async () => {
      const stream = new DataStream();
      const server = await serverOf((call, index) => stream.answer(call, index));
      try {
        const destination = sink({ elasticsearch: server.url });
        await destination.deliver();
        await destination.deliver();
      } finally {
        server.stop();
      }
      const documentId = ({ id, tenantId }: { readonly id: string; readonly tenantId: string }): string =>
        `${tenantId}/${id}`;
      assert.deepEqual([...stream.documents.keys()], kind.records.map(documentId));
      assert.equal(server.calls[0]?.url, `/${kind.dataStream}/_bulk`);
      for (const { id, at, json, tenantId } of kind.records) {
        const document = stream.documents.get(documentId({ id, tenantId }));
        assert.equal(document?.["@timestamp"], at);
        assert.deepEqual(document["organization"], { id: tenantId });
        assert.deepEqual(kind.recordIn(document["defender"]), json);
      }
    });

    it("Log Analytics: a row of each, with its time", async () => {
      const server = await serverOf(() => ({ status: 204 }));
      const rule = `dcr-${"0123456789abcdef".repeat(2)}`;
      const tokens = { use: <Result>(call: (token: string) => Promise<Result>) => call("the token") };
      const options = { url: server.url, rule, stream: "Custom-Defender_CL", tenantId: "t", environment: {}, tokens };
      try {
        await logsIngestion(options).deliver(kind.records.map(({ record }) => record));
      } finally {
        server.stop();
      }
      const rows = server.calls.flatMap(({ body }) => JSON.parse(gunzipSync(body).toString()) as object[]);
      assert.deepEqual(
        rows,
        kind.records.map(({ at, json }) => ({ TimeGenerated: at, ...json })),
      );
    });

    it("a file: begins a new one before a delivery that would exceed its size, and loses none", async () => {
      const file = path.join(folder, "out.jsonl");
      const destination = sink({ file, fileSize: 1000, fileCount: 2 });
      await destination.deliver();
      await destination.deliver();
      await destination.flush();
      for (const name of [file, `${file}.1`]) {
        const lines = (await readFile(name, "utf8")).split("\n").slice(0, -1);
        assert.deepEqual(
          lines.map((line) => JSON.parse(line) as unknown),
          kind.records.map(({ json }) => json),
        );
      }
    });

    for (const format of ["json", "cef"] as const) {
      it(`syslog by TCP, ${format}: a message of each, with its time, severity and kind`, async () => {
        const frames = new SyslogFrames();
        const server = net.createServer({ allowHalfOpen: true }, (socket) => {
          socket.on("data", (bytes) => frames.push(bytes));
          socket.on("end", () => socket.end());
        });
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        try {
          await sink({ syslog: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, format }).deliver();
        } finally {
          server.close();
        }
        const messages = frames.messages.map(parseSyslog);
        const severities = { high: 2, medium: 4, low: 5, unknown: 5, informational: 6 } as const;
        assert.deepEqual(
          messages.map(({ timestamp, severity, messageId }) => ({ timestamp, severity, messageId })),
          kind.records.map(({ at, record }) => ({
            timestamp: at,
            severity: severities[record.severity],
            messageId: kind.messageId,
          })),
        );
        for (const [index, { message }] of messages.entries()) {
          if (format === "json") assert.deepEqual(JSON.parse(message), kind.records[index]?.json);
          else assert.equal(parseCef(message).extension.get("cs2"), kind.records[index]?.tenantId);
        }
      });
    }
  });
}
