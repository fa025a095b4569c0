import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { StoppedClock, testSandbox, fixture } from "@defender-mssp/testkit";
import type { Json } from "../../../src/cloud/model";
import { jsonText } from "../../../src/graph/json";
import { customAlerts, storeEvents } from "../../../src/defender/customDetections/customAlerts";
import { putEvents } from "../../../src/defender/customDetections/putEvents";
import { runDueRules } from "../../../src/defender/customDetections/runDueRules";

type Body = Record<string, Json>;

const rules = "/beta/security/rules/detectionRules";
const query =
  "DeviceProcessEvents | where FileName =~ 'powershell.exe' | project Timestamp, ReportId, DeviceId, DeviceName, AccountSid, AccountName";

function ruleBody(id: string, rest: Body = {}): Body {
  return {
    id,
    displayName: `Rule ${id}`,
    status: "enabled",
    queryCondition: { queryText: query },
    schedule: { frequency: "PT1H" },
    detectionAction: {
      alertTemplate: {
        title: `PowerShell on {{DeviceName}} ${id}`,
        severity: "high",
        tactics: [{ tactic: "Execution", techniques: [{ technique: "T1059", subTechniques: ["T1059.001"] }] }],
        entityMappings: {
          hosts: [{ deviceIdColumn: "DeviceId", nameColumn: "DeviceName" }],
          accounts: [{ sidColumn: "AccountSid", nameColumn: "AccountName" }],
        },
      },
    },
    ...rest,
  };
}

describe("sandbox/defender: custom detections run", () => {
  const test = fixture(() => testSandbox({ clock: new StoppedClock() }));
  let reader: string;
  before(async () => {
    test.addConnector({ [microsoftGraph.appId]: ["SecurityIncident.ReadWrite.All", "SecurityAlert.ReadWrite.All"] });
    reader = await test.connectorToken("graph");
  });
  afterEach(() => {
    for (const name of [
      "detectionRules",
      "huntingEvents",
      "customDetectionAlerts",
      "customDetectionEvents",
      "incidents",
      "alerts_v2",
    ]) {
      test.tenant.objects(name).clear();
    }
  });

  async function call(method: string, pathAndQuery: string, body?: Json): Promise<{ status: number; body: Body }> {
    const response = await fetch(new URL(pathAndQuery, test.sandbox.origins.http), {
      method,
      headers: {
        authorization: `Bearer ${pathAndQuery.startsWith("/beta") ? await test.token("graph") : reader}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Body };
  }

  async function value(pathAndQuery: string): Promise<Body[]> {
    const answered = await call("GET", pathAndQuery);
    assert.equal(answered.status, 200, JSON.stringify(answered.body));
    return answered.body["value"] as Body[];
  }

  function event(minutesAgo: number, reportId: number, more: Body = {}): Body {
    const time = new Date(test.sandbox.cloud.now().getTime() - minutesAgo * 60_000).toISOString();
    return {
      ...{ Timestamp: time, ReportId: reportId, FileName: "PowerShell.exe", DeviceId: "d1" },
      ...{ DeviceName: "alpha.contoso.com", AccountSid: "S-1-5-21-1", AccountName: "ada", ...more },
    };
  }

  const put = (...rows: Body[]) => putEvents(test.sandbox.cloud, test.tenant, { DeviceProcessEvents: rows });
  const custom = async () =>
    (await value("/v1.0/security/alerts_v2?$top=50")).filter(
      ({ detectionSource }) => detectionSource === "customDetection",
    );

  it("an event of a due rule makes an alert with its entities and an incident, both by list and by ID", async () => {
    assert.equal((await call("POST", rules, ruleBody("contoso-shell"))).status, 201);
    assert.deepEqual((await put(event(5, 1), event(5, 2, { FileName: "cmd.exe" }))).runs, [
      { ruleId: "contoso-shell", alerts: 1 },
    ]);
    const [alert, second] = await custom();
    assert.ok(alert !== undefined && second === undefined);
    assert.equal(alert["title"], "PowerShell on alpha.contoso.com contoso-shell");
    assert.deepEqual(
      [alert["detectorId"], alert["severity"], alert["category"]],
      ["contoso-shell", "high", "Execution"],
    );
    assert.deepEqual(alert["mitreTechniques"], ["T1059.001"]);
    const evidence = alert["evidence"] as Body[];
    assertEach(evidence, (piece) => piece["@odata.type"], [
      "#microsoft.graph.security.deviceEvidence",
      "#microsoft.graph.security.userEvidence",
    ]);
    assert.equal(evidence[0]?.["mdeDeviceId"], "d1");
    assert.equal((evidence[1]?.["userAccount"] as Body)["userSid"], "S-1-5-21-1");
    assert.equal(
      (await call("GET", `/v1.0/security/alerts_v2/${jsonText(alert["id"])}`)).body["title"],
      alert["title"],
    );

    const [incident] = await value("/v1.0/security/incidents?$top=1&$expand=alerts");
    assert.ok(incident !== undefined);
    assert.equal(incident["id"], alert["incidentId"]);
    assertEach(incident["alerts"] as Body[], ({ id }) => id, [alert["id"]]);
    const alone = await call("GET", `/v1.0/security/incidents/${jsonText(incident["id"])}`);
    assert.deepEqual([alone.body["status"], alone.body["displayName"]], ["active", alert["title"]]);
  });

  it("pages of alerts and incidents hold each custom one once, between the others", async () => {
    await call("POST", rules, ruleBody("contoso-shell"));
    await put(...Array.from({ length: 5 }, (_, index) => event(5, index, { DeviceName: `host${index}` })));
    for (const list of ["alerts_v2", "incidents"]) {
      const ids: Json[] = [];
      let next: string | undefined = `/v1.0/security/${list}?$top=2`;
      for (let page = 0; page < 6 && next !== undefined; page++) {
        const { body }: { body: Body } = await call("GET", next);
        ids.push(...(body["value"] as Body[]).map(({ id }) => id ?? null));
        next = body["@odata.nextLink"] as string | undefined;
      }
      assert.equal(new Set(ids).size, ids.length, list);
      assert.equal(ids.length, 12, list);
      const isCustom = (id: Json) => (list === "alerts_v2" ? /^cd/ : /^1\d{13}$/).test(jsonText(id));
      assert.equal(ids.filter(isCustom).length, 5, list);
    }
  });

  it("a client changes the alert and the incident as others", async () => {
    await call("POST", rules, ruleBody("contoso-shell"));
    await put(event(5, 1));
    const [alert] = await custom();
    await call("PATCH", `/v1.0/security/alerts_v2/${jsonText(alert?.["id"])}`, { status: "resolved" });
    assert.equal((await custom())[0]?.["status"], "resolved");
    await call("PATCH", `/v1.0/security/incidents/${jsonText(alert?.["incidentId"])}`, { status: "resolved" });
    assert.equal((await value("/v1.0/security/incidents?$top=1"))[0]?.["status"], "resolved");
  });

  it("the same event makes one alert however often the rule runs; a rule that isn't due doesn't run", async () => {
    await call("POST", rules, ruleBody("contoso-shell", { schedule: { frequency: "PT0S" } }));
    await put(event(5, 1));
    assert.deepEqual(await runDueRules(test.sandbox.cloud, test.tenant), [{ ruleId: "contoso-shell", alerts: 0 }]);
    assert.deepEqual((await put(event(4, 2))).runs, [{ ruleId: "contoso-shell", alerts: 1 }]);
    assert.equal((await custom()).length, 2);
    await call("PATCH", `${rules}/contoso-shell`, { schedule: { frequency: "PT1H" } });
    assert.deepEqual((await put(event(3, 3))).runs, []);
  });

  it("a disabled rule doesn't run; a rule that is enabled later looks back", async () => {
    await call("POST", rules, ruleBody("contoso-shell", { status: "disabled" }));
    assert.deepEqual((await put(event(60 * 24 * 5, 1))).runs, []);
    await call("PATCH", `${rules}/contoso-shell`, { status: "enabled" });
    assert.equal((await custom()).length, 1);
  });

  it("rows with equal entities and texts are one alert, and at most 150 alerts come of a run", async () => {
    await call("POST", rules, ruleBody("contoso-shell"));
    assert.equal((await put(event(5, 1), event(4, 2))).runs[0]?.alerts, 1);
    test.tenant.objects("detectionRules").clear();
    await call("POST", rules, ruleBody("contoso-many"));
    const many = Array.from({ length: 200 }, (_, index) => event(5, index + 10, { DeviceName: `host${index}` }));
    assert.equal((await put(...many)).runs[0]?.alerts, 150);
  });

  it("a query that the executor can't run fails by name, and the rule says so", async () => {
    const queryText = `${query} | scan declare (N: long = 0) with (step s: true => N = 1;)`;
    assert.equal((await call("POST", rules, ruleBody("contoso-scan", { queryCondition: { queryText } }))).status, 201);
    const [run] = (await put(event(5, 1))).runs;
    assert.match(run?.problem ?? "", /the operator scan \(line 1, column \d+\)/);
    const { body } = await call("GET", `${rules}/contoso-scan`);
    assert.deepEqual((body["lastRunDetails"] as Body)["errorCode"], "queryExecutionFailed");
  });

  it("resolves the new alerts as an analyst who classifies them, and no older one", async () => {
    await call("POST", rules, ruleBody("contoso-shell", { schedule: { frequency: "PT1H" } }));
    await put(event(5, 1));
    test.sandbox.cloud.clock.move(2 * 3_600_000);
    const tables = { DeviceProcessEvents: [event(1, 2, { DeviceName: "beta" })] };
    await putEvents(test.sandbox.cloud, test.tenant, tables, "falsePositive");
    const found = customAlerts(test.tenant).map(({ classification, status }) => [classification, status]);
    assert.deepEqual(found, [
      ["falsePositive", "resolved"],
      [null, "new"],
    ]);
    await assert.rejects(putEvents(test.sandbox.cloud, test.tenant, tables, "wrong"), /A classification is one of/);
  });

  it("two lists at the same time run a rule once", async () => {
    await call("POST", rules, ruleBody("contoso-shell", { schedule: { frequency: "PT1H" } }));
    const { cloud } = test.sandbox;
    storeEvents(test.tenant, [{ table: "DeviceProcessEvents", row: event(5, 1) }]);
    const runs = await Promise.all([runDueRules(cloud, test.tenant), runDueRules(cloud, test.tenant)]);
    assert.deepEqual(runs, [[{ ruleId: "contoso-shell", alerts: 1 }], []]);
  });

  it("refuses events of another shape, and of tables that don't exist", async () => {
    const refused = (tables: Json, message: RegExp) =>
      assert.rejects(putEvents(test.sandbox.cloud, test.tenant, tables), message);
    await refused([], /Events are an object of tables/);
    await refused({ DeviceEvents: {} }, /The events of DeviceEvents are no list of rows/);
    await refused({ deviceevents: [{}] }, /deviceevents is no table of advanced hunting/);
  });
});
