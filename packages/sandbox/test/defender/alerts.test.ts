import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import {
  type Collection,
  type LegacyAlert,
  type SecurityAlert,
  microsoftGraph,
  windowsDefenderAtp,
} from "@defender-mssp/microsoft";
import { detectionInterval, type Tenant } from "../../src/cloud/model";
import {
  detectionIntervalFor,
  detectionRetention,
  detectionsBetween,
  latestDetections,
  legacyAlert,
  securityAlert,
} from "../../src/defender";
import { connectorId, referenceFolder, StoppedClock, tenantId, testSandbox, fixture } from "@defender-mssp/testkit";

const now = new Date("2026-06-01T12:00:00Z");

function tenantNamed(id: string): Tenant {
  const domains = new Map([["contoso.com", { id: "contoso.com", isInitial: false }]]);
  return {
    id,
    objects: (name) => (name === "domains" ? domains : new Map()),
    links: () => new Map(),
    deleted: new Map(),
    secretHashes: new Map(),
  };
}

describe("sandbox/defender: detections", () => {
  const tenant = tenantNamed(tenantId);
  const between = (since: Date, until: Date, of = tenant) => [...detectionsBetween(of, since, until, now)];

  it("detections: depend on tenant and time only", () => {
    const since = new Date(now.getTime() - 10 * hour);
    assert.deepEqual(between(since, now).map(legacyAlert), between(since, now).map(legacyAlert));
    const other = between(since, now, tenantNamed("c0570500-0000-4000-8000-00000000000b"));
    assert.notDeepEqual(
      other.map(({ alertId }) => alertId),
      between(since, now).map(({ alertId }) => alertId),
    );
  });

  it("detections: one in each interval, in order, with unique IDs", () => {
    const all = between(new Date(0), now);
    const expected = detectionRetention / detectionInterval;
    assert.ok(Math.abs(all.length - expected) <= 1, `${all.length}`);
    assert.equal(new Set(all.map(({ alertId }) => alertId)).size, all.length);
    all.forEach(({ time, processed }, index) => {
      assert.ok(time < processed);
      const before = all[index - 1];
      assert.ok(before === undefined || before.processed < processed);
    });
  });

  it("detections: the given interval, the same in both directions", () => {
    const every = detectionIntervalFor(1_000_000);
    const since = new Date(now.getTime() - hour);
    const forwards = [...detectionsBetween(tenant, since, now, now, every)];
    assert.ok(Math.abs(forwards.length - 1_000_000 / (30 * 24)) <= 1, `${forwards.length}`);
    assert.deepEqual([...latestDetections(tenant, since, now, now, every)].reverse(), forwards);
    assert.equal(new Set(forwards.map(({ alertId }) => alertId)).size, forwards.length);
  });

  it("detections: adjacent time windows have each once", () => {
    const start = now.getTime() - 5 * hour;
    const windows = [0, 0.3, 1, 1.001, 2.7, 5].map((offset) => new Date(start + offset * hour));
    const pieces = windows.slice(1).flatMap((until, index) => between(windows[index]!, until));
    assert.deepEqual(
      pieces.map(({ alertId }) => alertId),
      between(new Date(start), now).map(({ alertId }) => alertId),
    );
  });

  it("detections: the same in both APIs", () => {
    for (const detection of between(new Date(now.getTime() - 24 * hour), now)) {
      const [legacy, graph] = [legacyAlert(detection), securityAlert(detection)];
      assert.equal(legacy.AlertId, graph.id);
      assert.equal(legacy.AlertTitle, graph.title);
      assert.equal(legacy.Severity.toLowerCase(), graph.severity);
      assert.equal(legacy.LastProcessedTimeUtc, graph.createdDateTime);
      assert.equal(legacy.DeviceID, graph.evidence[0]?.mdeDeviceId);
      const further = graph.evidence.flatMap(({ ipAddress, url }) => [ipAddress ?? [], url ?? []]).flat();
      assert.deepEqual(
        [legacy.IpAddress, legacy.Url].filter((text) => text !== ""),
        further,
      );
      assert.ok(Date.parse(graph.lastUpdateDateTime!) <= Date.parse("2026-06-01T12:00:00Z"));
    }
  });

  it("detections: moments have fractions of any length up to ticks, and no zero at their end", () => {
    const texts = between(new Date(0), now).map((detection) => JSON.stringify(securityAlert(detection)));
    const fractions = [...texts.join().matchAll(/T\d\d:\d\d:\d\d(?:\.(\d+))?Z/g)].map(([, digits = ""]) => digits);
    assert.ok(new Set(fractions.map(({ length }) => length)).size > 4);
    assertNone([...new Set(fractions)], (digits) => digits.endsWith("0") || digits.length > 7);
  });

  it("Graph alerts: ten kinds of evidence; what antivirus stopped has no process", () => {
    const alerts = between(new Date(0), now).map(securityAlert);
    const kinds = (alert: SecurityAlert) =>
      alert.evidence.map((piece) => /security\.(\w+)Evidence$/.exec(piece["@odata.type"])?.[1] ?? "");
    const endpoint = ["device", "file", "process", "user"];
    assert.deepEqual(
      [...new Set(alerts.flatMap(kinds))].sort(),
      [...endpoint, "ip", "url", "registryKey", "registryValue", "mailbox", "cloudApplication"].sort(),
    );
    for (const alert of alerts) {
      const expected = alert.detectionSource === "antivirus" ? ["device", "file", "user"] : endpoint;
      assert.deepEqual(kinds(alert).slice(0, expected.length), expected);
    }
  });

  it("legacy alert: all documented fields in their order", function () {
    const reference = path.join(referenceFolder(), "domain.md");
    if (!existsSync(reference)) this.skip();
    const section = /- Fields: ([\s\S]*?)\n- /.exec(readFileSync(reference, "utf8"))?.[1] ?? "";
    const fields = section.trim().split(/\s+/);
    assert.ok(fields.length > 40);
    const [detection] = between(new Date(now.getTime() - hour), now);
    assert.deepEqual(Object.keys(legacyAlert(detection!)), fields);
  });

  it("Graph alert: names, enumerations and nulls as in the metadata", function () {
    const reference = path.join(referenceFolder(), "graph", "v1.0-Prod.csdl");
    if (!existsSync(reference)) this.skip();
    const security = readFileSync(reference, "utf8").split('Namespace="microsoft.graph.security"')[1]!;
    const check = metadataChecker(security);
    const all = between(new Date(0), now).map(securityAlert);
    for (const alert of all)
      assert.deepEqual(check("EntityType", "alert", alert as unknown as Record<string, unknown>), []);
    assert.ok(new Set(all.map(({ status }) => status)).size === 3);
  });
});

describe("sandbox/defender: GET /api/alerts", () => {
  const test = fixture(() => testSandbox({ clock: new StoppedClock() }));

  before(() => test.addConnector({}, "Alert.Read"));

  const authorize = (authorized: boolean): void => {
    const objects = test.tenant.objects("siemAuthorizations");
    objects.clear();
    if (authorized) objects.set(connectorId, { id: connectorId });
  };
  const pull = async (query = "") => test.get(`/api/alerts${query}`, await test.connectorToken("azureADGraph"));
  const alerts = async (query = "") => (await pull(query)).body as LegacyAlert[];

  it("GET /api/alerts: an array of the last two hours for an authorized application", async () => {
    authorize(true);
    const { status, body } = await pull();
    assert.equal(status, 200);
    const list = body as LegacyAlert[];
    assert.ok(list.length >= 5 && list.length <= 7, `${list.length}`);
    for (const { LastProcessedTimeUtc, ComputerDnsName } of list) {
      assert.ok(Date.now() - Date.parse(LastProcessedTimeUtc) <= 2 * hour + 60_000);
      assert.match(ComputerDnsName, /\.contoso\.com$/);
    }
  });

  it("GET /api/alerts: accepts times, durations, limits, device groups and tags", async () => {
    authorize(true);
    const day = await alerts("?ago=P1D");
    assert.ok(Math.abs(day.length - 72) <= 1, `${day.length}`);
    const since = new Date(Date.now() - 6 * hour).toISOString();
    const six = await alerts(`?sinceTimeUtc=${since}`);
    assert.ok(Math.abs(six.length - 18) <= 1);
    assert.deepEqual(await alerts(`?sinceTimeUtc=${since.replace("Z", "")}`), six);
    assert.ok(Math.abs((await alerts("?ago=PT5H59M60S")).length - six.length) <= 1);
    const until = new Date(Date.now() - 3 * hour).toISOString();
    const early = await alerts(`?sinceTimeUtc=${since}&untilTimeUtc=${until}`);
    assert.deepEqual(
      early,
      six.filter(({ LastProcessedTimeUtc }) => LastProcessedTimeUtc < until),
    );
    assert.deepEqual(await alerts(`?sinceTimeUtc=${since}&limit=3`), six.slice(-3));
    assert.deepEqual(await alerts("?sinceTimeUtc=2016-09-12T00:00:00.000&limit=0"), []);
    const both = await alerts("?ago=P1D&machinegroups=Servers&machinegroups=Workstations");
    assert.equal(both.length, day.length);
    const servers = await alerts("?ago=P1D&machinegroups=Servers");
    assert.ok(servers.length > 0 && servers.length < day.length);
    assert.ok(servers.every(({ MachineGroup }) => MachineGroup === "Servers"));
    assert.deepEqual(await alerts("?ago=P1D&CloudCreatedMachineTags=production"), servers);
    assert.ok(
      (await alerts("?ago=P1D&DeviceCreatedMachineTags=mobile")).every(({ MachineName }) =>
        MachineName.startsWith("lap"),
      ),
    );
  });

  it("GET /api/alerts: an invalid parameter is refused", async () => {
    authorize(true);
    for (const query of ["?ago=10", "?ago=P", "?ago=PT", "?sinceTimeUtc=yesterday", "?untilTimeUtc=x", "?limit=-1"]) {
      assert.equal((await pull(query)).status, 400, query);
    }
  });

  it("GET /api/alerts: requires a valid token for Azure AD Graph or Defender", async () => {
    authorize(true);
    assert.equal((await test.get("/api/alerts")).status, 401);
    assert.equal((await test.get("/api/alerts", "a.b.c")).status, 401);
    assert.equal((await test.get("/api/alerts", await test.connectorToken("graph"))).status, 401);
    assert.equal((await test.get("/api/alerts", await test.connectorToken("defender"))).status, 200);
  });

  it("GET /api/alerts: requires that the tenant has authorized the application", async () => {
    authorize(false);
    const { status, body } = await pull();
    assert.equal(status, 403);
    assert.match(JSON.stringify(body), /is not authorized to pull alerts/);
  });

  it("GET /api/alerts: requires a permission to read alerts, too", async () => {
    authorize(true);
    const grants = test.tenant.objects("oauth2PermissionGrants");
    const [id, grant] = [...grants][0]!;
    grants.delete(id);
    assert.equal((await pull()).status, 403);
    grants.set(id, { ...grant, scope: "Machine.Read" });
    assert.equal((await pull()).status, 403);
    grants.set(id, grant);
    assert.equal((await pull()).status, 200);
  });
});

describe("sandbox/defender: an application permission to read alerts", () => {
  it("GET /api/alerts: an application permission is accepted like a delegated one", async () => {
    const test = await testSandbox();
    test.addConnector({ [windowsDefenderAtp.appId]: ["Alert.Read.All"] });
    test.tenant.objects("siemAuthorizations").set(connectorId, { id: connectorId });
    assert.equal((await test.get("/api/alerts", await test.connectorToken("azureADGraph"))).status, 200);
    assert.equal((await test.get("/api/alerts", await test.connectorToken("defender"))).status, 200);
    await test.stop();
  });
});

describe("sandbox/defender: GET /v1.0/security/alerts_v2", () => {
  const test = fixture(() => testSandbox({ clock: new StoppedClock() }));
  const base = "/v1.0/security/alerts_v2";

  before(() => test.addConnector({ [microsoftGraph.appId]: ["SecurityAlert.Read.All"] }));

  const get = async (pathAndQuery: string) => test.get(pathAndQuery, await test.connectorToken("graph"));
  const page = async (query: string) => (await get(base + query)).body as Collection<SecurityAlert>;

  it("alerts_v2: Graph's answer, newest first", async () => {
    const { status, headers, body } = await get(`${base}?$top=3&$count=true`);
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /^application\/json;odata\.metadata=minimal/);
    assert.match(headers.get("request-id") ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(headers.get("odata-version"), "4.0");
    const list = body as Collection<SecurityAlert>;
    assert.match(list["@odata.context"] ?? "", /\/v1\.0\/\$metadata#security\/alerts_v2$/);
    assert.ok(Math.abs(list["@odata.count"]! - detectionRetention / detectionInterval) <= 1);
    const times = list.value.map(({ createdDateTime }) => createdDateTime!);
    assert.deepEqual(times, [...times].sort().reverse());
  });

  it("alerts_v2: the pages have each alert once", async () => {
    const seen: string[] = [];
    let next: string | undefined = `${base}?$top=700`;
    let pages = 0;
    while (next !== undefined) {
      const list = (await get(next)).body as Collection<SecurityAlert>;
      seen.push(...list.value.map(({ id }) => id));
      const link: string | undefined = list["@odata.nextLink"];
      assert.ok(link === undefined || link.startsWith(test.sandbox.origins.http));
      next = link?.slice(test.sandbox.origins.http.length);
      pages++;
    }
    assert.ok(pages === 4, `${pages}`);
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(Math.abs(seen.length - detectionRetention / detectionInterval) <= 1);
    const skipped = await page("?$top=2&$skip=5");
    assert.equal(skipped.value.length, 2);
  });

  it("alerts_v2: documented filters work, others are refused", async () => {
    const since = new Date(Date.now() - 24 * hour).toISOString();
    const high = await page(`?$top=2000&$filter=severity eq 'high' and createdDateTime ge ${since}`);
    assert.ok(high.value.length > 5);
    assert.ok(high.value.every((alert) => alert.severity === "high" && alert.createdDateTime! >= since));
    const resolved = await page("?$top=50&$filter=status ne 'new' and serviceSource eq 'microsoftDefenderForEndpoint'");
    assert.ok(resolved.value.every(({ status }) => status !== "new"));
    assert.deepEqual((await page("?$filter=assignedTo eq 'nobody'")).value, []);
    for (const query of [
      "?$filter=title eq 'x'",
      "?$filter=severity eq",
      "?$orderby=title",
      "?$top=0",
      "?$top=2001",
      "?$skip=x",
      "?$skiptoken=x",
    ]) {
      const { status, body } = await get(base + query);
      assert.equal(status, 400, query);
      assert.equal(typeof (body as { error: { code: string } }).error.code, "string");
    }
  });

  it("alerts_v2: one alert by its ID", async () => {
    const [first] = (await page("?$top=1")).value;
    const { status, body } = await get(`${base}/${first!.id}`);
    assert.equal(status, 200);
    assert.equal((body as SecurityAlert).id, first!.id);
    for (const id of ["da639000000000000000_1", "nothing"]) assert.equal((await get(`${base}/${id}`)).status, 404);
  });

  it("alerts_v2: requires a Graph token with SecurityAlert.Read.All", async () => {
    const none = await test.get(base);
    assert.equal(none.status, 401);
    assert.equal((none.body as { error: { code: string } }).error.code, "InvalidAuthenticationToken");
    const denied = await test.get(base, await test.token("graph"));
    assert.equal(denied.status, 403);
    assert.match(
      JSON.stringify(denied.body),
      /Missing application roles\. API required roles: SecurityAlert\.Read\.All,SecurityAlert\.ReadWrite\.All/,
    );
  });
});

/**
 * Lists what a value has that the metadata's type hasn't: unknown names, values outside an
 * enumeration, nulls where none may be.
 */
function metadataChecker(security: string): (kind: string, type: string, value: Record<string, unknown>) => string[] {
  const body = (kind: string, name: string): string =>
    new RegExp(`<${kind} Name="${name}"[^>]*?(?:/>|>([\\s\\S]*?)</${kind}>)`).exec(security)?.[0] ?? "";
  const properties = (kind: string, name: string): Map<string, { type: string; nullable: boolean }> => {
    const text = body(kind, name);
    const base = /BaseType="self\.(\w+)"/.exec(text.slice(0, text.indexOf(">")))?.[1];
    const own = [...text.matchAll(/<Property Name="(\w+)" Type="([^"]+)"( Nullable="false")?/g)].map(
      ([, property, type, required]) => [property!, { type: type!, nullable: required === undefined }] as const,
    );
    return new Map([...(base === undefined ? [] : properties(kind, base)), ...own]);
  };
  const check = (kind: string, name: string, value: Record<string, unknown>): string[] => {
    const known = properties(kind, name);
    assert.ok(known.size > 0, name);
    return Object.entries(value).flatMap(([property, item]) => {
      if (property.startsWith("@") || (kind === "EntityType" && property === "id")) return [];
      const of = known.get(property);
      if (of === undefined) return [`${name}.${property}: no such property`];
      return (Array.isArray(item) ? item : [item]).flatMap((one: unknown) => checkItem(`${name}.${property}`, of, one));
    });
  };
  const checkItem = (
    where: string,
    { type, nullable }: { type: string; nullable: boolean },
    item: unknown,
  ): string[] => {
    if (item === null) return nullable ? [] : [`${where}: null`];
    const own = /self\.(\w+)/.exec(type)?.[1];
    if (own === undefined) return [];
    if (typeof item === "object") {
      const derived = /security\.(\w+)$/.exec(String((item as Record<string, unknown>)["@odata.type"]))?.[1];
      return check("ComplexType", derived ?? own, item as Record<string, unknown>);
    }
    return body("EnumType", own).includes(`<Member Name=${JSON.stringify(item)}`)
      ? []
      : [`${where}: ${JSON.stringify(item)}`];
  };
  return check;
}
