import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { applicationTokens, microsoftGraph, ServiceError, type Endpoints } from "@defender-mssp/microsoft";
import {
  assertRequests,
  detectionIntervalFor,
  Incidents,
  tenantId,
  testSandbox,
  newFolder,
  fixture,
} from "@defender-mssp/testkit";
import { incidentSource, type FetchedIncident } from "../../src/incidents/incidentSource";
import { readCheckpoint, type Position } from "../../src/pull/checkpoint";
import { pullToOne as pull } from "../pull/pullToOne";
import type { Source } from "../../src/pull/source";
import { Collector } from "../pull/collector";
import { faultProxy, type Fault, type FaultProxy } from "../alerts/faultProxy";

/** Knows each change of an incident by its date. */
const collect = () => new Collector<FetchedIncident>(({ id, updatedAt }) => `${id}@${updatedAt}`);

describe("siem/incidents: a pull from the sandbox", function () {
  const test = fixture(testSandbox);
  let proxy: FaultProxy | undefined;
  const notes: string[] = [];
  const since = new Date(Date.now() - 20 * 24 * hour);

  before(() => {
    test.addConnector({ [microsoftGraph.appId]: ["SecurityIncident.Read.All"] });
    test.sandbox.cloud.detectionInterval = detectionIntervalFor(4500);
  });
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    notes.length = 0;
    test.tenant.objects("incidents").clear();
  });

  async function sourceOf(
    spoil: (index: number, url: string) => Fault | undefined = () => undefined,
    more: Partial<Parameters<typeof incidentSource>[0]> = {},
  ): Promise<Source<FetchedIncident>> {
    proxy = await faultProxy(test.sandbox.origins.http, spoil);
    const endpoints: Endpoints = { ...test.endpoints, graphEndpoint: proxy.origin };
    const { connectorEnvironment: environment } = test;
    const audience = "https://graph.microsoft.com";
    const tokens = applicationTokens(() => environment, { tenantId, endpoints: test.endpoints, audience });
    const sleep = () => Promise.resolve();
    return incidentSource({ endpoints, tenantId, tokens, sleep, note: (text) => notes.push(text), ...more });
  }

  const start = (from = since): Position => ({
    version: 1,
    tenantId,
    api: "incidents",
    cursor: { since: from.toISOString() },
    recent: {},
  });

  /** What the sandbox has, by ID and last change. */
  function expected(from = since): Map<string, string> {
    const { cloud } = test.sandbox;
    const always = { since: new Date(0), until: new Date(8.64e15) };
    const all = new Incidents(test.tenant, cloud.detectionInterval, cloud.now());
    const sketches = [...all.within({ created: always, updated: { since: from, until: always.until } })];
    return new Map(sketches.map(({ number, updated }) => [String(number), updated.toISOString()]));
  }

  /** What of `wanted` was not delivered. What changed again during the pull comes with the next one, by its newer date. */
  function lostChanges(collector: Collector<FetchedIncident>, wanted: ReadonlyMap<string, string>): string[] {
    const delivered = new Set(collector.ids);
    const present = expected();
    const unchanged = [...wanted].filter(([id, updated]) => present.get(id) === updated);
    return unchanged.map(([id, updated]) => `${id}@${updated}`).filter((change) => !delivered.has(change));
  }

  function assertAll(collector: Collector<FetchedIncident>, wanted: ReadonlyMap<string, string>): void {
    assert.deepEqual(lostChanges(collector, wanted), []);
    assert.equal(new Set(collector.ids).size, collector.ids.length, "some come twice");
    assert.ok(wanted.size > 900);
  }

  it("gets each incident once, with all of its alerts, despite throttling, errors, cut connections and truncated pages", async () => {
    const faults: Record<number, Fault> = { 0: 503, 2: 429, 3: "reset", 6: "half", 8: "cut", 10: 503, 11: 429 };
    const collector = collect();
    const wanted = expected();
    await pull({ source: await sourceOf((index) => faults[index]), sink: collector, position: start() });
    assertAll(collector, wanted);
    assert.ok(proxy!.requests > 11, "not all faults were met");
    const whole = collector.records.filter(({ status }) => status !== "redirected");
    assert.ok(
      whole.every(({ id, alerts }) => (alerts?.length ?? 0) > 0 && alerts!.every((one) => one.incidentId === id)),
    );
  });

  it("reads alerts by themselves where $expand fails for good, and says so once", async () => {
    const collector = collect();
    const from = new Date(Date.now() - 40 * hour);
    const wanted = expected(from);
    const source = await sourceOf((_index, url) => (url.includes("expand") ? 500 : undefined));
    await pull({ source, sink: collector, position: start(from) });
    assert.deepEqual(lostChanges(collector, wanted), []);
    const whole = collector.records.filter(({ status }) => status !== "redirected");
    assert.ok(whole.length > 50 && whole.every(({ alerts }) => (alerts?.length ?? 0) > 0));
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /one by one/);
  });

  it("delivers an incident without alerts that can't be read in any way", async () => {
    const collector = collect();
    const from = new Date(Date.now() - 8 * hour);
    const wanted = expected(from);
    const source = await sourceOf((_index, url) => (/alerts/.test(url) ? 500 : undefined));
    await pull({ source, sink: collector, position: start(from) });
    assert.ok(collector.records.length >= wanted.size && wanted.size > 10);
    assert.ok(collector.records.every(({ alerts }) => alerts === null));
  });

  it("reads more incidents of one moment than a page has", async () => {
    const moment = new Date(Math.floor(Date.now() / 1000) * 1000 - 1000).toISOString().replace("Z", "0000Z");
    const ids = [...expected(new Date(Date.now() - 15 * 24 * hour)).keys()].slice(-170);
    for (const id of ids) test.tenant.objects("incidents").set(id, { id, lastUpdateDateTime: moment, assignedTo: "x" });
    const collector = collect();
    await pull({ source: await sourceOf(), sink: collector, position: start(new Date(moment)) });
    const found = new Set(collector.records.filter(({ assignedTo }) => assignedTo === "x").map(({ id }) => id));
    assert.deepEqual([...found].sort(), [...ids].sort());
  });

  it("delivers the incident that another one was merged into, once, though it changed long before", async () => {
    const { cloud } = test.sandbox;
    const redirected = { id: "1000001", status: "redirected", redirectIncidentId: "", lastUpdateDateTime: "" };
    const target = [...expected(new Date(Date.now() - 10 * 24 * hour)).keys()].at(-1)!; // The oldest.
    const answer = { ...redirected, redirectIncidentId: target, lastUpdateDateTime: cloud.now().toISOString() };
    let calls = 0;
    const collector = collect();
    // The list has the redirected one only, as where the merge changes nothing of the other one.
    const { source, close } = await listing([answer]);
    await pull({
      source,
      sink: collector,
      position: start(new Date(Date.now() - hour)),
      follow: 1,
      sleep: () => (++calls < 3 ? Promise.resolve() : Promise.reject(new Error("enough"))),
    }).catch((error: unknown) => assert.equal((error as Error).message, "enough"));
    assertEach(collector.records, ({ id }) => id, ["1000001", target]);
    assert.ok((collector.records[1]?.alerts?.length ?? 0) > 0);
    close();
  });

  it("delivers an incident again after each change", async () => {
    const collector = collect();
    const [id] = [...expected(new Date(Date.now() - 2 * hour)).keys()];
    let rounds = 0;
    const change = (): Promise<void> => {
      if (++rounds > 3) return Promise.reject(new Error("enough"));
      const lastUpdateDateTime = test.sandbox.cloud.now().toISOString().replace("Z", "0000Z");
      test.tenant.objects("incidents").set(id!, { id: id!, lastUpdateDateTime, assignedTo: `round ${rounds}` });
      return Promise.resolve();
    };
    const position = start(new Date(Date.now() - 3 * hour));
    await pull({ source: await sourceOf(), sink: collector, position, follow: 1, sleep: change }).catch(
      (error: unknown) => assert.equal((error as Error).message, "enough"),
    );
    const rows = collector.records.filter((record) => record.id === id).map(({ assignedTo }) => assignedTo);
    assert.deepEqual(rows.slice(-3), ["round 1", "round 2", "round 3"]);
    assert.equal(new Set(collector.ids).size, collector.ids.length);
  });

  it("filters by severity", async () => {
    const collector = collect();
    await pull({ source: await sourceOf(undefined, { severities: ["high"] }), sink: collector, position: start() });
    assert.deepEqual([...new Set(collector.records.map(({ severity }) => severity))], ["high"]);
    assert.ok(collector.records.length > 300);
  });

  it("continues at the checkpoint after the service failed permanently, and loses none", async () => {
    const folder = newFolder();
    const checkpoint = path.join(folder, "checkpoint.json");
    const collector = collect();
    const wanted = expected();
    let isBroken = false;
    const source = await sourceOf(() => (isBroken ? 429 : undefined));
    collector.onDelivery = () => {
      isBroken = collector.records.length > 400;
    };
    await assert.rejects(pull({ source, sink: collector, position: start(), checkpoint }), ServiceError);
    const position = await readCheckpoint(checkpoint, { tenantId, api: "incidents" });
    assert.ok(position !== undefined && position.cursor.since > since.toISOString());
    collector.onDelivery = () => undefined;
    isBroken = false;
    await pull({ source, sink: collector, position, checkpoint });
    assertAll(collector, wanted);
    await assert.rejects(readCheckpoint(checkpoint, { tenantId, api: "graph" }), /use a file for each/);
  });

  /** A source whose list has only these incidents; single incidents are the sandbox's. */
  it("sends the requests of the ledger", () => assertRequests("mssp incidents", test.sandbox, __filename));

  async function listing(incidents: readonly object[]) {
    const server = http.createServer((request, response) => {
      const { url = "", headers } = request;
      response.setHeader("content-type", "application/json");
      if (url.includes("/incidents?")) {
        response.end(JSON.stringify({ value: url.includes("skip") ? [] : incidents }));
        return;
      }
      void fetch(test.sandbox.origins.http + url, { headers: { authorization: headers.authorization ?? "" } }).then(
        async (upstream) => {
          response.statusCode = upstream.status;
          response.end(await upstream.text());
        },
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const graphEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      source: await sourceOf(undefined, { endpoints: { graphEndpoint } }),
      close: () => {
        server.closeAllConnections();
        server.close();
      },
    };
  }
});
