/** Incidents, changes and hunting of the emulated Graph, checked against Microsoft's metadata. */
import assert from "node:assert/strict";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { microsoftGraph, type SecurityAlert, type SecurityIncident } from "@defender-mssp/microsoft";
import type { Json } from "../../src/cloud/model";
import { detectionIntervalFor, Incidents } from "../../src/defender";
import { StoppedClock, testSandbox, fixture } from "@defender-mssp/testkit";
import { metadataProblems } from "../graph/support/csdl";

interface Answered<T> {
  readonly status: number;
  readonly body: T & { "@odata.nextLink"?: string; "@odata.count"?: number; error?: { code: string; message: string } };
}
type List = { value: SecurityIncident[] };
type Results = { schema: { name: string; type: string }[]; results: Record<string, Json>[] };

describe("sandbox/defender: incidents by Graph", function () {
  const test = fixture(() => testSandbox({ clock: new StoppedClock() }));
  let token: string;

  before(async () => {
    const roles = ["SecurityIncident.ReadWrite.All", "SecurityAlert.ReadWrite.All", "ThreatHunting.Read.All"];
    test.addConnector({ [microsoftGraph.appId]: roles });
    test.sandbox.cloud.detectionInterval = detectionIntervalFor(3000);
    token = await test.connectorToken("graph");
  });

  /** Fails where the metadata does not have what was answered. */
  async function call<T = List>(method: string, path: string, body?: unknown, headers = {}): Promise<Answered<T>> {
    const response = await fetch(new URL(path, test.sandbox.origins.http), {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answered = (await response.json()) as Answered<T>["body"];
    const problems = metadataProblems("v1.0", response.status, answered);
    assert.deepEqual(problems, [], path);
    return { status: response.status, body: answered };
  }

  const incidents = "/v1.0/security/incidents";
  const list = (query: string, headers = {}) => call("GET", `${incidents}?${query}`, undefined, headers);

  async function all(query: string): Promise<SecurityIncident[]> {
    const found: SecurityIncident[] = [];
    for (let path: string | undefined = `${incidents}?${query}`; path !== undefined;) {
      const { status, body }: Answered<List> = await call("GET", path);
      assert.equal(status, 200);
      found.push(...body.value);
      path = body["@odata.nextLink"];
    }
    return found;
  }

  it("lists each incident once by links, the newest first, and counts them", async () => {
    const found = await all("$top=50");
    assert.ok(found.length > 900 && found.length <= 1001, String(found.length));
    assert.equal(new Set(found.map(({ id }) => id)).size, found.length);
    const times = found.map(({ createdDateTime }) => createdDateTime);
    assert.deepEqual(times, [...times].sort().reverse());
    const { body } = await list("$count=true&$top=1");
    assert.ok(Math.abs((body["@odata.count"] ?? 0) - found.length) <= 1);
  });

  it("refuses a $top over 50 with the service's text", async () => {
    const { status, body } = await list("$top=51");
    assert.equal(status, 400);
    assert.match(body.error?.message ?? "", /The limit of '50' for Top query has been exceeded/);
  });

  it("refuses options and properties that the page does not name", async () => {
    for (const query of ["$search=%22a%22", "$expand=comments", "$orderby=severity", "$filter=displayName eq 'x'"]) {
      assert.equal((await list(query)).status, 400, query);
    }
  });

  it("filters by the last change without a gap between adjacent spans", async () => {
    const now = test.sandbox.cloud.now().getTime();
    const moments = [30, 17.3, 9, 4.2, 0].map((hours) => new Date(now - hours * hour).toISOString());
    const pieces: string[] = [];
    for (const [index, since] of moments.slice(0, -1).entries()) {
      const filter = `lastUpdateDateTime ge ${since} and lastUpdateDateTime lt ${moments[index + 1]!}`;
      pieces.push(...(await all(`$filter=${filter}`)).map(({ id }) => id));
    }
    const whole = await all(
      `$filter=lastUpdateDateTime ge ${moments[0]!} and lastUpdateDateTime lt ${moments.at(-1)!}`,
    );
    assert.ok(whole.length > 30);
    assert.deepEqual(pieces.sort(), whole.map(({ id }) => id).sort());
  });

  it("orders by the last change", async () => {
    const times = (await all("$orderby=lastUpdateDateTime asc")).map(({ lastUpdateDateTime }) => lastUpdateDateTime);
    assert.deepEqual(times, [...times].sort());
    assert.ok(times.length > 900);
  });

  it("groups every alert into one incident, by $expand, by the navigation, and by the alert's own ID", async () => {
    const expanded = await all("$expand=alerts&$filter=severity eq 'high' or status eq 'redirected'");
    assert.ok(expanded.length > 100);
    for (const { id, alerts = [], createdDateTime, lastUpdateDateTime } of expanded) {
      for (const { incidentId, createdDateTime: created } of alerts) {
        assert.equal(incidentId, id);
        assert.ok(created! >= createdDateTime && created! <= lastUpdateDateTime);
      }
    }
    const first = expanded.find(({ alerts = [] }) => alerts.length > 0);
    const alone = await call<{ value: SecurityAlert[] }>("GET", `${incidents}/${first!.id}/alerts`);
    assert.deepEqual(alone.body.value, first!.alerts);
    const one = await call<SecurityIncident>("GET", `${incidents}/${first!.id}?$expand=alerts`);
    assert.deepEqual(one.body.alerts, first!.alerts);
    const alert = await call<SecurityAlert>("GET", `/v1.0/security/alerts_v2/${first!.alerts![0]!.id}`);
    assert.equal(alert.body.incidentId, first!.id);
  });

  it("merges some incidents into the one before, whose alerts they become", async () => {
    const redirected = await all("$filter=status eq 'redirected'&$expand=alerts");
    assert.ok(redirected.length > 40);
    const { redirectIncidentId, alerts, lastUpdateDateTime } = redirected.at(-2)!;
    assert.deepEqual(alerts, []);
    const { body: target } = await call<SecurityIncident>("GET", `${incidents}/${redirectIncidentId}?$expand=alerts`);
    assert.equal(target.alerts?.length, 6);
    assert.ok(target.lastUpdateDateTime >= lastUpdateDateTime);
  });

  it("writes newer statuses only for clients that ask for unknown members", async () => {
    const counted = (found: readonly SecurityIncident[], status: string) =>
      found.filter((incident) => incident.status === status).length;
    const query = "$filter=status eq 'awaitingAction'";
    const [hidden, shown] = [
      (await list(query)).body.value,
      (await list(query, { prefer: "include-unknown-enum-members" })).body.value,
    ];
    assert.equal(counted(hidden, "unknownFutureValue"), 50);
    assert.equal(counted(shown, "awaitingAction"), 50);
  });

  it("changes an incident, which is then in the span of the change", async () => {
    const { id } = (await all("$filter=status eq 'active'")).at(-1)!;
    const since = new Date(test.sandbox.cloud.now().getTime() - 1000).toISOString();
    const change = {
      status: "resolved",
      assignedTo: "ana@fabrikam.example",
      classification: "TruePositive",
      determination: "phishing",
      customTags: ["mailbox"],
    };
    const { status, body } = await call<SecurityIncident>("PATCH", `${incidents}/${id}`, change);
    assert.equal(status, 200);
    assert.deepEqual(
      { ...change, classification: "truePositive" },
      {
        status: body.status,
        assignedTo: body.assignedTo,
        classification: body.classification,
        determination: body.determination,
        customTags: body.customTags,
      },
    );
    assert.equal(body.lastModifiedBy, "Connector");
    const found = await all(`$filter=lastUpdateDateTime ge ${since}`);
    assert.ok(found.some((incident) => incident.id === id && incident.status === "resolved"));
  });

  it("refuses a change of what can't be set, and changes nothing", async () => {
    const { id } = (await all("$filter=status eq 'active'"))[0]!;
    for (const change of [
      { status: "redirected" },
      { severity: "low" },
      { customTags: "x" },
      { classification: "x" },
    ]) {
      assert.equal((await call("PATCH", `${incidents}/${id}`, change)).status, 400, JSON.stringify(change));
    }
    const { body } = await call<SecurityIncident>("GET", `${incidents}/${id}`);
    assert.equal(body.status, "active");
    assert.equal((await call("PATCH", `${incidents}/1`, { status: "resolved" })).status, 404);
  });

  it("adds comments and returns all of them", async () => {
    const { id } = (await all("$filter=status eq 'active'"))[0]!;
    const comment = (text: string) => ({ "@odata.type": "microsoft.graph.security.alertComment", comment: text });
    await call("POST", `${incidents}/${id}/comments`, comment("one"));
    const { status, body } = await call<{ value: { comment: string }[] }>(
      "POST",
      `${incidents}/${id}/comments`,
      comment("two"),
    );
    assert.equal(status, 200);
    assertEach(body.value, (one) => one.comment, ["one", "two"]);
    const { body: incident } = await call<SecurityIncident>("GET", `${incidents}/${id}`);
    assert.equal(incident.comments[1]?.createdByDisplayName, "Connector");
  });

  it("changes an alert, in its own list and in its incident", async () => {
    const [incident] = (await list("$expand=alerts&$filter=status eq 'active'&$top=1")).body.value;
    const { id } = incident!.alerts![0]!;
    const path = `/v1.0/security/alerts_v2/${id}`;
    const { body } = await call<SecurityAlert>("PATCH", path, { status: "resolved", classification: "falsePositive" });
    assert.deepEqual([body.status, body.classification], ["resolved", "falsePositive"]);
    assert.ok(body.resolvedDateTime !== null);
    await call("POST", `${path}/comments`, { comment: "seen" });
    const { body: again } = await call<{ value: SecurityAlert[] }>("GET", `${incidents}/${incident!.id}/alerts`);
    assert.deepEqual([again.value[0]?.status, again.value[0]?.comments[0]?.comment], ["resolved", "seen"]);
    assert.equal((await call("PATCH", path, { title: "x" })).status, 400);
  });

  it("refuses callers without the permission, with the security API's text", async () => {
    const stranger = await test.token("graph");
    for (const [method, path, role] of [
      ["GET", incidents, "SecurityIncident.Read.All"],
      ["PATCH", `${incidents}/1`, "SecurityIncident.ReadWrite.All"],
      ["POST", "/v1.0/security/runHuntingQuery", "ThreatHunting.Read.All"],
      ["PATCH", "/v1.0/security/alerts_v2/1", "SecurityAlert.ReadWrite.All"],
    ] as const) {
      const headers = { authorization: `Bearer ${stranger}` };
      const { status, body } = await call(method, path, method === "GET" ? undefined : {}, headers);
      assert.equal(status, 403, path);
      assert.match(body.error?.message ?? "", new RegExp(`Missing application roles.*${role.replaceAll(".", "\\.")}`));
    }
  });

  it("makes 100,000 incidents of 300,000 alerts, each with an ID of its own", () => {
    const now = test.sandbox.cloud.now();
    const bounds = { since: new Date(0), until: new Date(8.64e15) };
    const many = new Incidents(test.tenant, detectionIntervalFor(300_000), now);
    const ids: number[] = [];
    for (const { number } of many.within({ created: bounds, updated: bounds })) ids.push(number);
    assert.ok(Math.abs(ids.length - 100_000) <= 2, String(ids.length));
    assert.equal(new Set(ids).size, ids.length, "two incidents with one ID");
  });

  describe("hunting", () => {
    const hunt = (Query: string, more = {}) =>
      call<Results>("POST", "/v1.0/security/runHuntingQuery", { Query, ...more });

    it("answers a table with its schema", async () => {
      const { body } = await hunt("AlertInfo | take 2");
      assert.deepEqual(body.schema[0], { name: "Timestamp", type: "DateTime" });
      assert.equal(body.results.length, 2);
      assert.deepEqual(
        Object.keys(body.results[0]!),
        body.schema.map(({ name }) => name),
      );
    });

    it("answers to the action's qualified name, as Microsoft's SDKs send it, with parameters in small letters", async () => {
      const path = "/v1.0/security/microsoft.graph.security.runHuntingQuery";
      const { body } = await call<Results>("POST", path, { query: "DeviceInfo | count", timespan: "P7D" });
      assert.deepEqual(body.results, [{ Count: 6 }]);
    });

    it("filters, projects, sorts and counts like the alerts themselves", async () => {
      const whole = await hunt("AlertInfo | count");
      const total = Number(whole.body.results[0]!["Count"]);
      assert.ok(Math.abs(total - 3000) <= 2, String(total));
      const grouped = await hunt("AlertInfo | summarize count() by Severity | sort by count_ desc");
      const counts = grouped.body.results.map((row) => Number(row["count_"]));
      assert.deepEqual(
        counts,
        [...counts].sort((a, b) => b - a),
      );
      assert.ok(Math.abs(counts.reduce((a, b) => a + b) - total) <= 1);
      const high = await hunt(
        'AlertInfo | where Severity =~ "high" and Title !contains "lsass" | project Title, AlertId',
      );
      assert.ok(high.body.results.length > 100);
      assert.deepEqual(
        [...new Set(high.body.results.map((row) => row["Title"]))],
        ["Suspicious process injection observed"],
      );
      assert.deepEqual(Object.keys(high.body.results[0]!), ["Title", "AlertId"]);
      const [first] = (await hunt("AlertInfo | order by Timestamp asc | limit 1")).body.results;
      assert.ok(Date.parse(first!["Timestamp"] as string) < Date.now() - 29 * 24 * hour);
    });

    it("keeps to the timespan, and to ago()", async () => {
      const day = async (query: string, more = {}) => (await hunt(query, more)).body.results.length;
      const byTimespan = await day("AlertInfo", { Timespan: "P1D" });
      assert.ok(Math.abs(byTimespan - 100) <= 2, String(byTimespan));
      assert.ok(Math.abs((await day("AlertInfo | where Timestamp > ago(1d)")) - byTimespan) <= 1);
      assert.equal((await hunt("AlertInfo", { Timespan: "yesterday" })).status, 400);
    });

    it("has evidence and devices of the same alerts", async () => {
      const { body } = await hunt(
        'AlertEvidence | where EntityType == "Process" | where FileName endswith ".EXE" | take 5',
      );
      assert.equal(body.results.length, 5);
      const devices = await hunt("DeviceInfo | project DeviceId, DeviceName");
      assert.equal(devices.body.results.length, 6);
      assert.ok(devices.body.results.some((row) => row["DeviceId"] === body.results[0]!["DeviceId"]));
    });

    it("runs what the package of queries runs, with the names of types and the times of the service", async () => {
      const { body } = await hunt(
        `let low = AlertInfo | where Severity == "Low";
        low | where Title has "malware"
        | join kind=inner (AlertEvidence | where EntityType == "User" | project AlertId, AccountName) on AlertId
        | summarize Last = max(Timestamp), Names = make_set(AccountName), Some = any(true), dcount(AlertId) by Title`,
      );
      assertEach(body.schema, ({ name, type }) => [name, type], [
        ["Title", "String"],
        ["Last", "DateTime"],
        ["Names", "Object"],
        ["Some", "SByte"],
        ["dcount_AlertId", "Int64"],
      ]);
      assert.match(body.results[0]?.["Last"] as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,2}[1-9])?Z$/);
    });

    const syntax = /^Syntax error: .* Fix syntax errors in your query\.$/;
    const semantic = /^(?!Syntax).* Fix semantic errors in your query\.$/;
    const refused: readonly (readonly [query: string, message: RegExp])[] = [
      ["", /^The query is missing\.$/],
      ["NoTable | take 1", semantic],
      ["DeviceProcessEvents | take 1", semantic],
      ["AlertInfo | where NoColumn == 1", semantic],
      ["AlertInfo | where RemoteIP == '203.0.113.1'", semantic],
      ["AlertInfo | where Severity > 1", semantic],
      ["AlertEvidence | invoke FileProfile(SHA1)", semantic],
      ["AlertInfo | take", syntax],
      ["AlertInfo where Title == 'x'", syntax],
      ["AlertInfo | where Title == 'x", syntax],
      ["AlertInfo | take 1; AlertInfo", /^The sandbox does not run this query\. /],
      ["union Alert* | count", /Fix semantic|does not run this query/],
      ["union AlertInfo, Alert* | count", /Fix semantic|does not run this query/],
      ['["Alert\\x49nfo"] | count', /Fix (semantic|syntax)/],
      ["AlertInfo | scan with (step s: true;)", /^The sandbox does not run this query\. .*operator scan/],
    ];
    for (const [query, message] of refused) {
      it(`refuses what it would have to guess: ${query}`, async () => {
        const { status, body } = await hunt(query);
        assert.equal(status, 400);
        assert.equal(body.error?.code, "BadRequest");
        assert.match(body.error.message, message);
      });
    }
  });
});
