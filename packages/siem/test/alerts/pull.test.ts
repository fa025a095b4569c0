import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { hourMs as hour } from "@defender-mssp/errors/time";
import {
  applicationTokens,
  legacyAlertResource,
  microsoftGraph,
  ServiceError,
  type AlertApi,
  type AlertRecord,
  type AlertWindow,
  type Endpoints,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import {
  assertRequests,
  connectorId,
  detectionIntervalFor,
  detectionsBetween,
  tenantId,
  testSandbox,
  newFolder,
  fixture,
} from "@defender-mssp/testkit";
import { readCheckpoint, writeCheckpoint, type Cursor, type Position } from "../../src/pull/checkpoint";
import { pullToOne as pull, type PullToOneOptions } from "../pull/pullToOne";
import { graphSource } from "../../src/alerts/graphSource";
import { legacySource } from "../../src/alerts/legacySource";
import { fetchedAlert, type AlertSource, type FetchedAlert } from "../../src/alerts/fetchedAlert";
import type { SourcePage } from "../../src/pull/source";
import type { Destination } from "../../src/sinks/sink";
import { Collector } from "../pull/collector";
import { faultProxy, type Fault, type FaultProxy } from "./faultProxy";

const collect = () => new Collector<FetchedAlert>(({ alertId }) => alertId);

function start(since: Date, api: AlertApi = "graph"): Position {
  return { version: 1, tenantId, api, cursor: { since: since.toISOString() }, recent: {} };
}

describe("packages/siem: a pull from the sandbox", function () {
  const test = fixture(testSandbox);
  let proxy: FaultProxy | undefined;
  const since = new Date(Date.now() - 29 * 24 * hour);

  before(() => {
    test.addConnector({ [microsoftGraph.appId]: ["SecurityAlert.Read.All"] }, "Alert.Read");
    test.tenant.objects("siemAuthorizations").set(connectorId, { id: connectorId });
    test.sandbox.cloud.detectionInterval = detectionIntervalFor(5000);
  });
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });

  /** Sources whose answers, the token's excepted, go through a proxy. */
  async function sourceOf(
    api: AlertApi,
    spoil: (index: number, url: string) => Fault | undefined,
  ): Promise<AlertSource> {
    proxy = await faultProxy(test.sandbox.origins.http, spoil);
    const endpoints: Endpoints = { ...test.endpoints, graphEndpoint: proxy.origin };
    const { connectorEnvironment: environment } = test;
    const common = { tenantId, endpoints: test.endpoints };
    if (api === "graph") {
      const tokens = applicationTokens(() => environment, { ...common, audience: microsoftGraphAudience });
      return graphSource({ endpoints, tenantId, tokens });
    }
    const tokens = applicationTokens(() => environment, { ...common, audience: legacyAlertResource, v1: true });
    return legacySource({ hosts: [proxy.origin], tenantId, tokens });
  }

  /** What there was at that moment. What came since is in neither list. */
  function assertAllOnce(ids: readonly string[], until: Date): void {
    const { cloud } = test.sandbox;
    const all = [...detectionsBetween(test.tenant, since, until, cloud.now(), cloud.detectionInterval)];
    const expected = new Set(all.map(({ alertId }) => alertId));
    assert.ok(expected.size > 4500);
    const known = ids.filter((id) => expected.has(id));
    assert.equal(known.length, expected.size, "lost or twice");
    assert.equal(new Set(known).size, expected.size);
    assert.ok(ids.length - known.length < 60, "what nobody has detected");
    assert.equal(new Set(ids).size, ids.length);
  }

  for (const api of ["graph", "legacySiem"] as const) {
    it(`gets each alert once by ${api} despite throttling, errors, cut connections and truncated pages`, async () => {
      const faults: Record<number, Fault> = { 0: 500, 2: 429, 3: "reset", 6: "half", 8: "cut", 10: 503, 11: 429 };
      const collector = collect();
      const until = test.sandbox.cloud.now();
      const source = await sourceOf(api, (index) => faults[index]);
      await pull({ source, sink: collector, position: start(since, api) });
      assertAllOnce(collector.ids, until);
      assert.ok(proxy!.requests > 11, "not all faults were met");
    });

    it(`renews a token that expires during the pull, by ${api}`, async () => {
      const collector = collect();
      const until = test.sandbox.cloud.now();
      let pages = 0;
      collector.onDelivery = () => {
        // Beyond the token's hour by the service's clock, though this machine's says that it is
        // good.
        if (++pages === 3) test.sandbox.cloud.clock.advance(65 * 60 * 1000);
      };
      await pull({ source: await sourceOf(api, () => undefined), sink: collector, position: start(since, api) });
      assertAllOnce(collector.ids, until);
    });
  }

  it("with --follow delivers later alerts once, and writes the checkpoint on an interrupt", async () => {
    const folder = newFolder();
    const checkpoint = path.join(folder, "checkpoint.json");
    const collector = collect();
    const controller = new AbortController();
    let polls = 0;
    const source = await sourceOf("graph", (_index, url) => {
      // The second request of a poll, which asks whether the page was the last one.
      if (url.includes("$skip=")) return undefined;
      if (polls++ < 8) test.sandbox.cloud.clock.advance(10 * 60 * 1000);
      else controller.abort(new Error("interrupted"));
      return polls === 4 ? 503 : undefined;
    });
    const from = test.sandbox.cloud.now();
    const options = {
      source,
      sink: collector,
      position: start(from),
      checkpoint,
      follow: 1,
      signal: controller.signal,
    };
    await assert.rejects(pull(options), /interrupted/);
    const { cloud } = test.sandbox;
    const until = new Date(from.getTime() + hour);
    const expected = [...detectionsBetween(test.tenant, from, until, cloud.now(), cloud.detectionInterval)];
    assert.ok(expected.length > 4);
    for (const { alertId } of expected) assert.equal(collector.ids.filter((id) => id === alertId).length, 1);
    assert.equal(new Set(collector.ids).size, collector.ids.length);
    const saved = JSON.parse(await readFile(checkpoint, "utf8")) as Position;
    assert.ok(Object.keys(saved.recent).length > 0);
  });

  it("sends the requests of the ledger", () => assertRequests("mssp alerts", test.sandbox, __filename));
});

const microsoftGraphAudience = "https://graph.microsoft.com";

/** A service of the test's own: alerts by the moment when it has them, and whatever oddity a test adds. */
class FakeService implements AlertSource {
  readonly api = "graph";
  readonly itemsPerSpan = 1000;
  readonly smallestSpan = 1000;
  readonly asked: AlertWindow[] = [];
  alerts: string[] = [];
  answer: ((window: AlertWindow, whole: boolean) => SourcePage<FetchedAlert> | undefined) | undefined;

  page(window: AlertWindow, { whole }: { whole?: boolean }): Promise<SourcePage<FetchedAlert>> {
    this.asked.push(window);
    const own = this.answer?.(window, whole === true);
    return Promise.resolve(own ?? this.pageOf(this.within(window)));
  }

  within({ since, until }: AlertWindow): string[] {
    return this.alerts.filter((at) => new Date(at) >= since && (until === undefined || new Date(at) < until));
  }

  pageOf(moments: readonly string[]): SourcePage<FetchedAlert> {
    const items = moments.map((at) => {
      const record = { id: `id of ${at}`, alertId: at, createdAt: at } as AlertRecord;
      return fetchedAlert(record, record);
    });
    return { items, size: items.length, isCut: false };
  }
}

describe("packages/siem: a pull", () => {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

  async function pulled(
    service: FakeService,
    cursor: Cursor,
    recent: Position["recent"] = {},
    more: Partial<PullToOneOptions<FetchedAlert>> = {},
  ) {
    const collector = collect();
    const folder = newFolder();
    const checkpoint = path.join(folder, "checkpoint.json");

    const position: Position = { version: 1, tenantId, api: "graph", cursor, recent };
    await pull({ source: service, sink: collector, position, checkpoint, ...more });
    const after = await readCheckpoint(checkpoint, { tenantId, api: "graph" });
    return { ids: collector.ids, after: after ?? position };
  }

  it("delivers alerts that appear late, and none twice", async () => {
    const service = new FakeService();
    service.alerts = [ago(50), ago(30), ago(2)];
    const first = await pulled(service, { since: ago(60) });
    assert.deepEqual(first.ids, service.alerts);
    assert.equal(first.after.cursor.since, service.alerts[2]);
    const late = ago(5);
    service.alerts = [...service.alerts, late, ago(1)];
    const second = await pulled(service, first.after.cursor, first.after.recent);
    assert.deepEqual(second.ids, service.alerts.slice(3));
    assert.deepEqual((await pulled(service, second.after.cursor, second.after.recent)).ids, []);
  });

  it("uses the service's clock if this machine's clock is ahead", async () => {
    const service = new FakeService();
    service.alerts = [ago(50)];
    const { after } = await pulled(service, { since: ago(60) });
    // The service is 40 minutes behind: by this machine's clock, what comes now came long ago.
    service.alerts = [...service.alerts, ago(45)];
    assert.deepEqual((await pulled(service, after.cursor, after.recent)).ids, service.alerts.slice(1));
  });

  it("divides a time span that holds too many alerts until it has read all of them", async () => {
    const service = new FakeService();
    const burst = ago(3000);
    service.alerts = [ago(4000), ago(3500), ...Array.from({ length: 8 }, () => burst), ago(10)];
    service.answer = (window, whole) => {
      const within = service.within(window);
      return whole || within.length < 4 ? undefined : { ...service.pageOf(within.slice(-4)), isCut: true };
    };
    const { ids } = await pulled(service, { since: ago(5000) });
    assert.deepEqual(ids, service.alerts);
  });

  it("with --follow waits for a service that is down, and ends on a refusal", async () => {
    const service = new FakeService();
    service.alerts = [ago(30)];
    const failure = (status: number) => new ServiceError({ status, message: "down", method: "GET", url: "" });
    const failures = [failure(503), failure(0), failure(429)];
    service.answer = () => {
      const [next] = failures.splice(0, 1);
      if (next !== undefined) throw next;
      if (service.asked.length > 4) throw failure(403);
      return undefined;
    };
    const collector = collect();
    await assert.rejects(pulled(service, { since: ago(60) }, {}, { sink: collector, follow: 1 }), /answered 403/);
    assert.deepEqual(collector.ids, service.alerts);
    await assert.rejects(pulled(service, { since: ago(60) }), /answered 403/);
  });

  it("with --follow waits for any Retry-After of the service", async () => {
    const service = new FakeService();
    service.alerts = [ago(30)];
    const retryAfter = 15 * 60_000;
    service.answer = () => {
      if (service.asked.length > 1) return undefined;
      throw new ServiceError({ status: 429, message: "slow", retryAfter, method: "GET", url: "" });
    };
    const pauses: number[] = [];
    const sleep = (pause: number) => {
      pauses.push(pause);
      return pauses.length > 1 ? Promise.reject(new Error("interrupted")) : Promise.resolve();
    };
    const collector = collect();
    const options = { sink: collector, follow: 1000, sleep };
    await assert.rejects(pulled(service, { since: ago(60) }, {}, options), /interrupted/);
    assert.deepEqual(pauses, [retryAfter, 1000]);
    assert.deepEqual(collector.ids, service.alerts);
  });

  it("on an interrupt does not wait for a destination that accepts nothing", async () => {
    const service = new FakeService();
    service.alerts = [ago(30)];
    const controller = new AbortController();
    const stuck: Destination<FetchedAlert> = {
      deliver: () => {
        setTimeout(() => controller.abort(new Error("interrupted")), 20);
        return new Promise(() => undefined);
      },
    };
    await assert.rejects(
      pulled(service, { since: ago(60) }, {}, { sink: stuck, signal: controller.signal }),
      /interrupted/,
    );
  });
});

describe("packages/siem: the checkpoint", () => {
  let folder: string;
  beforeEach(() => (folder = newFolder()));
  const expected = { tenantId, api: "graph" } as const;

  it("is read as written, and readable by its owner only", async () => {
    const file = path.join(folder, "c.json");
    assert.equal(await readCheckpoint(file, expected), undefined);
    const position = start(new Date(0));
    await writeCheckpoint(file, position);
    assert.deepEqual(await readCheckpoint(file, expected), position);
  });

  it("of another pull, or damaged, is refused and left unchanged", async () => {
    const file = path.join(folder, "c.json");
    await writeCheckpoint(file, start(new Date(0), "legacySiem"));
    await assert.rejects(readCheckpoint(file, expected), /and legacySiem, not of .* and graph: use a file for each/);
    for (const text of ["", "{}", '{"version":1', "alerts\n"]) {
      await writeFile(file, text);
      await assert.rejects(readCheckpoint(file, expected), VisibleError);
      assert.equal(await readFile(file, "utf8"), text);
    }
    const position = start(new Date(0));
    await writeFile(file, JSON.stringify({ ...position, version: 2 }));
    await assert.rejects(readCheckpoint(file, expected), /a checkpoint of version 2, and this command reads version 1/);
    await writeFile(file, JSON.stringify({ ...position, cursor: { ...position.cursor, window: "next" } }));
    await assert.rejects(readCheckpoint(file, expected), /not a checkpoint of this command, or is damaged/);
    await assert.rejects(writeCheckpoint(path.join(folder, "none", "c.json"), start(new Date(0))), /can't be written/);
  });
});
