import assert from "node:assert/strict";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { microsoftGraph, readIncidentAlerts, readIncidents, readSecurityAlert } from "@defender-mssp/microsoft";
import { StoppedClock, testSandbox, fixture } from "@defender-mssp/testkit";
import { setSwitches } from "../../src/cloud/switches";
import { detectionsBetween } from "../../src/defender";
import { huntedAt, isListed } from "../../src/defender/alertOrigins";

const preferred = { prefer: "include-unknown-enum-members" };

interface Alert {
  readonly id: string;
  readonly serviceSource: string;
  readonly detectionSource: string;
}

describe("sandbox/defender: alerts of several products", function () {
  const test = fixture(() => testSandbox({ clock: new StoppedClock() }));
  let token: string;
  before(async () => {
    const permissions = ["SecurityAlert.Read.All", "SecurityIncident.Read.All", "ThreatHunting.Read.All"];
    test.addConnector({ [microsoftGraph.appId]: permissions });
    setSwitches(test.tenant, { alertSources: "lossy" });
    token = await test.connectorToken("graph");
  });

  const detections = () => {
    const now = test.sandbox.cloud.now();
    return [
      ...detectionsBetween(
        test.tenant,
        new Date(now.getTime() - 20 * 24 * hour),
        new Date(now.getTime() - 6 * hour),
        now,
      ),
    ];
  };
  const graph = async (path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> => {
    const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(`${test.sandbox.origins.http}/v1.0/security${path}`, { ...init, headers });
    return { status: response.status, body: await response.json() };
  };
  const listed = async (headers = {}): Promise<Alert[]> => {
    const since = new Date(test.sandbox.cloud.now().getTime() - 20 * 24 * hour).toISOString();
    const query = `$top=2000&$filter=${encodeURIComponent(`createdDateTime ge ${since}`)}`;
    return ((await graph(`/alerts_v2?${query}`, { headers })).body as { value: Alert[] }).value;
  };

  it("alerts_v2: lists what is promoted, and reads an unlisted alert by its ID alone", async () => {
    const ids = new Set((await listed()).map(({ id }) => id));
    for (const detection of detections()) {
      const now = test.sandbox.cloud.now();
      assert.equal(ids.has(detection.alertId), isListed(detection, now), detection.origin.name);
    }
    const named = (name: string) => detections().find(({ origin }) => origin.name === name)?.alertId ?? "none";
    assert.equal((await graph(`/alerts_v2/${named("unlisted")}`)).status, 200);
    assert.equal((await graph(`/alerts_v2/${named("tuned")}`)).status, 404);
    const call = { endpoints: test.endpoints, token };
    assert.equal((await readSecurityAlert(named("endpoint"), call))?.id, named("endpoint"));
    assert.equal(await readSecurityAlert(named("standalone"), call), undefined);
  });

  it("alerts_v2: newer members of enumerations are unknownFutureValue without the header", async () => {
    const [plain, whole] = [await listed(), await listed(preferred)];
    const sentinel = whole.find(({ serviceSource }) => serviceSource === "microsoftSentinel");
    assert.ok(sentinel?.detectionSource === "scheduledAlerts");
    const same = plain.find(({ id }) => id === sentinel.id);
    assert.deepEqual([same?.serviceSource, same?.detectionSource], ["unknownFutureValue", "unknownFutureValue"]);
    assert.ok(plain.some(({ serviceSource }) => serviceSource === "microsoftDefenderForIdentity"));
    const alert = (await graph(`/alerts_v2/${sentinel.id}`)).body as Alert;
    assert.equal(alert.serviceSource, "unknownFutureValue");
  });

  it("incidents: their alerts come with the newer members for this program's own calls", async () => {
    const call = { endpoints: test.endpoints, token };
    const window = { since: new Date(test.sandbox.cloud.now().getTime() - 20 * 24 * hour) };
    const { items } = await readIncidents({ ...call, window, top: 50, withAlerts: true });
    const sources = items.flatMap(({ alerts }) => alerts ?? []).map(({ serviceSource }) => serviceSource);
    assert.ok(sources.includes("microsoftSentinel") || sources.includes("microsoftDefenderForCloud"), sources.join());
    assert.ok(
      items.every(({ status, alerts = [] }) => status === "redirected" || alerts.length > 0),
      "an incident without alerts",
    );
    for (const { id } of items.slice(0, 10)) {
      const alerts = await readIncidentAlerts(id, call);
      assert.ok(alerts.every(({ serviceSource }) => serviceSource !== "unknownFutureValue"));
    }
  });

  it("hunting: AlertInfo has its own times, and more alerts than alerts_v2", async () => {
    const { body } = await graph("/runHuntingQuery", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ Query: "AlertInfo | project Timestamp, AlertId" }),
    });
    const { results } = body as { results: { AlertId: string; Timestamp: string }[] };
    const times = new Map(results.map(({ AlertId, Timestamp }) => [AlertId, Date.parse(Timestamp)]));
    for (const detection of detections()) {
      const expected = huntedAt(detection, test.sandbox.cloud.now())?.getTime();
      assert.equal(times.get(detection.alertId), expected, detection.origin.name);
    }
  });

  it("hunting: reads a moment with its time of day", async () => {
    const at = new Date(test.sandbox.cloud.now().getTime() - 24 * hour).toISOString();
    const query = `AlertInfo | where Timestamp >= datetime(${at}) | count`;
    const { body } = await graph("/runHuntingQuery", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ Query: query }),
    });
    const count = (body as { results: { Count: number }[] }).results[0]?.Count ?? 0;
    assert.ok(count > 30 && count < 100, `${count}`);
  });
});
