/** The requests of Microsoft's own client for the Logs Ingestion API are the judge of this project's. */
import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { clouds, logsIngestionCallSize } from "@defender-mssp/microsoft";
import { logsIngestion } from "../../src/sinks/logAnalytics";
import { alertsToSend, incidentsToSend } from "./itemsToSend";
import { fixtureOfEach } from "@defender-mssp/testkit/fixture";
import { recordsOf, serverOf, type Call } from "./records";

const rule = `dcr-${"0123456789abcdef".repeat(2)}`;
const stream = "Custom-DefenderAlerts_CL";
/** The client sends a token to https only: a policy behind its own leads the request to the server. */
const endpoint = "https://contoso-dce.westeurope-1.ingest.monitor.azure.com";

/** What this test uses of the client. Its package is loaded when the test runs. */
interface ClientPackage {
  readonly LogsIngestionClient: new (
    endpoint: string,
    credential: object,
    options: object,
  ) => { upload(rule: string, stream: string, rows: readonly object[], options: object): Promise<void> };
}

interface PipelineRequest {
  url: string;
  allowInsecureConnection: boolean;
}

const clientPackage: string = "@azure/monitor-ingestion";

describe("siem/sinks: Azure Monitor's requests against Microsoft's client", () => {
  const server = fixtureOfEach(() => serverOf(() => ({ status: 204 })));
  const scopes = new Set<string>();
  beforeEach(() => scopes.clear());

  async function ofClient(rows: readonly object[]): Promise<Call[]> {
    const getToken = (wanted: string | string[]) => {
      for (const scope of [wanted].flat()) scopes.add(scope);
      return Promise.resolve({ token: "the token", expiresOnTimestamp: Date.now() + 3_600_000 });
    };
    const { LogsIngestionClient } = (await import(clientPackage)) as ClientPackage;
    const client = new LogsIngestionClient(
      endpoint,
      { getToken },
      {
        additionalPolicies: [
          {
            position: "perRetry",
            policy: {
              name: "toTheServerOfTheTest",
              sendRequest: (request: PipelineRequest, next: (request: PipelineRequest) => unknown) => {
                request.url = request.url.replace(endpoint, server.url);
                request.allowInsecureConnection = true;
                return next(request);
              },
            },
          },
        ],
      },
    );
    await client.upload(rule, stream, rows, { maxConcurrency: 1 });
    return server.calls.splice(0);
  }

  async function ofSink(records: ReturnType<typeof recordsOf>): Promise<Call[]> {
    const tokens = { use: <Result>(call: (token: string) => Promise<Result>) => call("the token") };
    await logsIngestion({ url: server.url, rule, stream, tenantId: "t", environment: {}, tokens }).deliver(records);
    return server.calls.splice(0);
  }

  /** Path, query and the headers that the service acts on. */
  const formOf = ({ method, url, headers }: Call) => ({
    method,
    path: new URL(url, endpoint).pathname,
    query: [...new URL(url, endpoint).searchParams],
    headers: ["authorization", "content-type", "content-encoding"].map((name) => [name, headers[name]]),
  });
  const rowsOf = ({ body }: Call) => JSON.parse(gunzipSync(body).toString()) as object[];

  for (const kind of [alertsToSend(20), incidentsToSend(20)]) {
    it(`${kind.name}: the same call and the same rows`, async () => {
      const ours = await ofSink(kind.records.map(({ record }) => record));
      const theirs = await ofClient(kind.records.map(({ at, json }) => ({ TimeGenerated: at, ...json })));
      assert.equal(ours.length, 1);
      assert.deepEqual(ours.map(formOf), theirs.map(formOf));
      assert.deepEqual(ours.map(rowsOf), theirs.map(rowsOf));
    });
  }

  it("asks for a token of the audience that the client asks for", async () => {
    await ofClient([{ id: 1 }]);
    assert.deepEqual([...scopes], [`${clouds.public.logsIngestionResource}/.default`]);
  });

  it("divides records into as many calls as the client, of at most its size", async () => {
    const records = recordsOf(250, 9000);
    const ours = await ofSink(records);
    const theirs = await ofClient(
      records.map(({ at, text }) => ({ TimeGenerated: at, ...(JSON.parse(text) as object) })),
    );
    assert.equal(ours.length, theirs.length);
    const largest = Math.max(...ours.map(({ body }) => gunzipSync(body).length));
    assert.ok(largest <= logsIngestionCallSize && largest > 0.95 * logsIngestionCallSize, String(largest));
    assert.deepEqual(ours.flatMap(rowsOf), theirs.flatMap(rowsOf));
  });
});
