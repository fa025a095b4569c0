/**
 * `npm run test:elasticsearch`: sends alerts and incidents of a sandbox to a real server, kills it on
 * the way, and checks that each record is there once, by the mapping of
 * `templates/siem/elasticsearch-index-template.json`. Needs Java 17 and Maven.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { elasticsearchServer } from "@defender-mssp/siem/sinks/elasticsearch";
import { DestinationError, type SinkRecord } from "@defender-mssp/siem/sinks/sink";
import { heldAlerts, heldIncidents, ManyCustomers } from "../bench/manyCustomers";
import { libraries, products, Server, type Product } from "./server";

const checkout = path.resolve(__dirname, "..", "..", "..");
const indexTemplate = path.join(checkout, "templates", "siem", "elasticsearch-index-template.json");
const apiKey = "bm8gc2VjdXJpdHk6bm8gc2VjdXJpdHk=";

const usage = `npm run -s test:elasticsearch -- [--server elasticsearch|opensearch] [--alerts 20000]

  --server NAME  one server; both without it
  --alerts N     how many alerts are sent; a third as many incidents
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      server: { type: "string" },
      alerts: { type: "string", default: "20000" },
      help: { type: "boolean", default: false },
    },
  });
  const known = Object.keys(products) as Product[];
  const chosen = values.server === undefined ? known : known.filter((one) => one === values.server);
  const alerts = Number(values.alerts);
  if (values.help || chosen.length === 0 || !(alerts >= 1000)) {
    process.stdout.write(usage);
    if (!values.help) process.exitCode = 2;
    return;
  }
  for (const product of chosen) {
    const server = await Server.start(product, await libraries(product, say));
    try {
      await check(server, product, alerts);
    } finally {
      await server.dispose();
    }
  }
}

async function check(server: Server, product: Product, alerts: number): Promise<void> {
  const { version } = (await server.get("/")).body as { version: { number: string } };
  say(`${product} ${version.number}`);
  const template = JSON.parse(await readFile(indexTemplate, "utf8")) as object;
  await put(server, "/_index_template/logs-defender", template);
  await pulled(server, pullOfAlerts, alerts);
  await pulled(server, pullOfIncidents, alerts);
  await mappedAsPromised(server);
  await refusedRecordIsNamed(server);
  await busyServerGetsEachOnce(server);
}

/** What one of the two commands is to send. */
interface Pull {
  readonly command: "alerts" | "incidents";
  readonly permission: string;
  readonly dataStream: string;
  /** Documents' IDs of what the sandbox has now and what will not change while it is read. */
  readonly wanted: typeof heldAlerts;
}

const pullOfAlerts: Pull = {
  command: "alerts",
  permission: "SecurityAlert.Read.All",
  dataStream: "logs-defender.alert-default",
  wanted: heldAlerts,
};

const pullOfIncidents: Pull = {
  command: "incidents",
  permission: "SecurityIncident.Read.All",
  dataStream: "logs-defender.incident-default",
  wanted: heldIncidents,
};

/** The server is killed twice while `--follow` sends; then all is sent once more. */
async function pulled(server: Server, pull: Pull, alerts: number): Promise<void> {
  const many = await ManyCustomers.start(1, { permissions: [pull.permission] });
  try {
    many.hold(alerts);
    const wanted = pull.wanted(many);
    const environment = { ...(await many.environment()), MSSP_ELASTICSEARCH_API_KEY: apiKey };
    const start = (...more: string[]) =>
      execa(
        process.execPath,
        [
          ...[path.join(checkout, "cli", "mssp.js"), pull.command, "--connection", many.connection(0)],
          ...["--elasticsearch", server.url, ...more],
        ],
        { env: environment, extendEnv: false, reject: false, stdin: "ignore", stdout: "ignore", stderr: "pipe" },
      );
    const following = start("--follow", "--interval", "1s", "--checkpoint", path.join(many.folder, "progress.json"));
    try {
      for (const share of [0.2, 0.6]) {
        let count = 0;
        await until(async () => (count = await countOf(server, pull)) >= share * wanted.size);
        assert.ok(count < wanted.size, "everything has arrived before the kill: send more alerts");
        await server.kill();
        say(`${pull.command}: the server was killed after ${count} of ${wanted.size} documents.`);
        await wait(10_000);
        await server.start();
      }
      await until(async () => lacking(wanted, await documentsOf(server, pull)) === 0);
    } finally {
      following.kill("SIGTERM");
    }
    const { exitCode, stderr } = await following;
    assert.equal(exitCode, 0, stderr);
    const first = await documentsOf(server, pull);
    eachOnce(first, wanted);
    say(`${pull.command}: ${first.length} documents, none lost, none twice, after two kills of the server.`);
    const again = await start("--quiet");
    assert.equal(again.exitCode, 0, again.stderr);
    const documents = await documentsOf(server, pull);
    eachOnce(documents, wanted);
    // The sandbox goes on: what is new since then is the only difference.
    assert.ok(documents.length - first.length < 100, `${documents.length} documents after ${first.length}`);
    say(`${pull.command}: sent once more: ${documents.length} documents, none twice.`);
  } finally {
    await many.dispose();
  }
}

interface Document {
  readonly _id: string;
  readonly _source: {
    readonly organization: { readonly id: string };
    readonly defender: Change & { incident?: Change };
  };
}

interface Change {
  readonly id: string;
  readonly updatedAt: string;
}

function eachOnce(documents: readonly Document[], wanted: ReadonlySet<string>): void {
  assert.equal(lacking(wanted, documents), 0);
  assert.ok(wanted.size > 500);
  // By the record itself: an ID that differs for the same record would hide that it is twice.
  const identities = documents.map(({ _source }) => identityOf(_source));
  assert.equal(new Set(identities).size, documents.length);
  assert.deepEqual(
    documents.map(
      ({ _id, _source: { organization } }) => `${organization.id}/${_id.slice(organization.id.length + 1)}`,
    ),
    identities,
  );
}

function identityOf({ organization, defender: { id, incident } }: Document["_source"]): string {
  return `${organization.id}/${incident === undefined ? id : `${incident.id}@${incident.updatedAt}`}`;
}

function lacking(wanted: ReadonlySet<string>, documents: readonly Document[]): number {
  const found = new Set(documents.map(({ _source }) => identityOf(_source)));
  return [...wanted].filter((id) => !found.has(id)).length;
}

async function countOf(server: Server, { dataStream }: Pull): Promise<number> {
  await server.send("POST", `/${dataStream}/_refresh`);
  const { status, body } = await server.get(`/${dataStream}/_count`);
  return status === 200 ? (body as { count: number }).count : 0;
}

async function documentsOf(server: Server, { dataStream }: Pull): Promise<Document[]> {
  await server.send("POST", `/${dataStream}/_refresh`);
  const fields = "_source=organization.id,defender.id,defender.incident.id,defender.incident.updatedAt";
  const documents: Document[] = [];
  let answer = await server.get(`/${dataStream}/_search?scroll=1m&size=5000&${fields}`);
  for (;;) {
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const { hits, _scroll_id: scroll } = answer.body as { hits: { hits: Document[] }; _scroll_id: string };
    if (hits.hits.length === 0) return documents;
    documents.push(...hits.hits);
    answer = await server.send("POST", "/_search/scroll", { scroll: "1m", scroll_id: scroll });
  }
}

/** The types of the template, and what they are for: searches. */
async function mappedAsPromised(server: Server): Promise<void> {
  const alerts = pullOfAlerts.dataStream;
  const incidents = pullOfIncidents.dataStream;
  const types = {
    [alerts]: {
      "@timestamp": "date",
      "event.start": "date",
      "event.severity": "long",
      "event.id": "keyword",
      "host.ip": "ip",
      "related.ip": "ip",
      "process.pid": "long",
      "threat.technique.id": "keyword",
      "rule.name": "keyword",
      "defender.createdAt": "date",
      "defender.devices.ipAddresses": "keyword",
    },
    [incidents]: {
      "@timestamp": "date",
      "event.start": "date",
      "organization.id": "keyword",
      "defender.incident.updatedAt": "date",
      "defender.incident.alerts.createdAt": "date",
      "defender.incident.status": "keyword",
      "defender.incident.alerts.mitreTechniques": "keyword",
    },
  };
  for (const [dataStream, expected] of Object.entries(types)) {
    const { body } = await server.get(`/${dataStream}/_field_caps?fields=*`);
    const { fields, indices } = body as { fields: Record<string, Record<string, unknown>>; indices: string[] };
    assert.match(indices.join(), /^\.ds-/, "it is no data stream");
    const found = Object.keys(expected).map((field) => [field, Object.keys(fields[field] ?? {}).join()]);
    assert.deepEqual(Object.fromEntries(found), expected);
  }
  for (const [dataStream, query] of [
    [alerts, { range: { "defender.firstActivityAt": { gte: "now-200d" } } }],
    [alerts, { term: { "related.ip": "10.0.0.0/8" } }],
    [alerts, { prefix: { "threat.technique.id": "T1" } }],
    [incidents, { term: { "defender.incident.status": "resolved" } }],
  ] as const) {
    const { status, body } = await server.send("POST", `/${dataStream}/_search?size=1`, { query });
    assert.equal(status, 200);
    const { hits } = body as { hits: { hits: unknown[] } };
    assert.equal(hits.hits.length, 1, JSON.stringify(query));
  }
  say("Mappings: dates, addresses, numbers and keywords as the template has them; searches find them.");
}

async function refusedRecordIsNamed(server: Server): Promise<void> {
  const sink = elasticsearchServer({ url: server.url, dataStream: pullOfAlerts.dataStream, apiKey });
  const wrong = recordOf("wrong", { host: { ip: ["not an address"] } });
  await assert.rejects(sink.deliver([recordOf("good", {}), wrong, recordOf("other", {})]), (error) => {
    assert.ok(error instanceof DestinationError && !error.isPassing);
    assert.match(error.message, /refuses record wrong with 400: \w+_parsing_exception: .*host\.ip/);
    say(`A record against the mapping: ${error.message}`);
    return true;
  });
}

/** A queue of one, and a stream with ten shards: the server refuses items with 429. */
async function busyServerGetsEachOnce(server: Server): Promise<void> {
  await server.kill();
  await server.start(["thread_pool.write.size=1", "thread_pool.write.queue_size=1"]);
  const shards = { index_patterns: ["logs-busy-*"], priority: 300, data_stream: {} };
  await put(server, "/_index_template/busy", { ...shards, template: { settings: { number_of_shards: 10 } } });
  let pauses = 0;
  const sleep = async (pause: number): Promise<void> => {
    pauses++;
    await wait(pause / 10);
  };
  const sink = elasticsearchServer({ url: server.url, dataStream: "logs-busy-default", apiKey, sleep });
  const records = Array.from({ length: 2000 }, (_, index) => recordOf(`busy ${index}`, {}));
  await patiently(() => sink.deliver(records));
  await server.send("POST", "/logs-busy-default/_refresh");
  const { body } = await server.get("/logs-busy-default/_count");
  assert.equal((body as { count: number }).count, records.length);
  assert.ok(pauses > 0, "the server refused nothing: the check proves nothing");
  say(`A busy server (429 for some items): ${records.length} documents, none lost, none twice; ${pauses} waits.`);
}

/** As the pull does it with `--follow`. */
async function patiently(deliver: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await deliver();
      return;
    } catch (error) {
      if (!(error instanceof DestinationError) || !error.isPassing || tries === 20) throw error;
    }
  }
}

function recordOf(id: string, fields: object): SinkRecord {
  const at = "2026-11-01T12:00:00.000Z";
  const text = JSON.stringify({ "@timestamp": at, ...fields });
  return { id, tenantId: "tenant", at, severity: "high", kind: "graph", text, shortened: () => text };
}

async function put(server: Server, route: string, body: object): Promise<void> {
  const answer = await server.send("PUT", route, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await isTrue()) return;
    await wait(250);
  }
  throw new Error("it takes too long");
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
