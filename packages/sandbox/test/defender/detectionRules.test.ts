/** Custom detection rules of the emulated Graph, checked against Microsoft's metadata of the beta. */
import assert from "node:assert/strict";
import { hourMs as hour } from "@defender-mssp/errors/time";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { microsoftGraph } from "@defender-mssp/microsoft";
import type { Json } from "../../src/cloud/model";
import { setSwitches } from "../../src/cloud/switches";
import { auditProperties, deprecatedTypes, detectionTypes } from "../../src/defender/detectionRules/detectionTypes";
import { testSandbox, fixture } from "@defender-mssp/testkit";
import { metadataProblems, propertiesOfBetaType } from "../graph/support/csdl";
import { needsReference } from "../graph/support/reference";

type Body = Record<string, Json>;
interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body & { error?: { code: string; message: string } };
}

const path = "/beta/security/rules/detectionRules";
const inV1 = "/v1.0/security/rules/detectionRules";

function ruleBody(id: string, template: Body = {}, rest: Body = {}): Body {
  return {
    id,
    displayName: `Rule ${id}`,
    status: "enabled",
    queryCondition: { queryText: "DeviceProcessEvents | project Timestamp, ReportId, DeviceId, AccountSid, SHA1" },
    schedule: { frequency: "PT1H" },
    detectionAction: {
      alertTemplate: {
        title: `Title ${id}`,
        description: "Seen.",
        severity: "high",
        tactics: [{ tactic: "Execution", techniques: [{ technique: "T1059.001" }] }],
        customDetails: { Hash: "SHA1", Account: "AccountSid" },
        entityMappings: { hosts: [{ deviceIdColumn: "DeviceId" }], accounts: [{ sidColumn: "AccountSid" }] },
        ...template,
      },
      organizationalScope: { scopeType: "deviceGroup", deviceGroups: ["Workstations"] },
      automatedActions: {
        isolateDevices: [{ deviceIdColumn: "DeviceId", isolationType: "full" }],
        blockFiles: [{ sha1Column: "SHA1", deviceGroupNames: ["Workstations"] }],
      },
    },
    ...rest,
  };
}

describe("sandbox/defender: custom detection rules", function () {
  const test = fixture(testSandbox);
  afterEach(() => {
    test.tenant.objects("detectionRules").clear();
    test.tenant.deleted.clear();
    setSwitches(test.tenant, { detectionRuns: "complete", detectionQuotas: "off" });
  });

  async function call(method: string, pathAndQuery: string, body?: Json, as?: string): Promise<Answered> {
    const token = as ?? (await test.token("graph"));
    const response = await fetch(new URL(pathAndQuery, test.sandbox.origins.http), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answered = (text === "" ? {} : JSON.parse(text)) as Answered["body"];
    // The metadata has rules in the beta alone; those of v1.0 are a part of them.
    const problems = metadataProblems("beta", response.status, answered);
    assert.deepEqual(problems, [], pathAndQuery);
    return { status: response.status, headers: response.headers, body: answered };
  }

  async function create(body: Body): Promise<Body> {
    const answered = await call("POST", path, body);
    assert.equal(answered.status, 201, JSON.stringify(answered.body));
    return answered.body;
  }

  async function refused(status: number, message: RegExp, method: string, at: string, body?: Json): Promise<void> {
    const answered = await call(method, at, body);
    assert.equal(answered.status, status, JSON.stringify(answered.body));
    assert.match(answered.body.error?.message ?? "no message", message);
  }

  const template = (rule: Body) => (rule["detectionAction"] as Body)["alertTemplate"] as Body;
  const actions = (rule: Body) => (rule["detectionAction"] as Body)["automatedActions"] as Body;
  const listed = async () => (await call("GET", path)).body["value"] as Body[];

  it("has exactly the types of the metadata", function () {
    needsReference(this);
    for (const name of new Set([...Object.keys(detectionTypes), ...Object.keys(deprecatedTypes)])) {
      const whole = name === "detectionRule" ? { id: "Edm.String", ...auditProperties } : {};
      const { id, ...known } = { ...propertiesOfBetaType(name) };
      assert.equal(id === undefined, name !== "detectionRule", name);
      const { id: ownId, ...own } = { ...whole, ...detectionTypes[name], ...deprecatedTypes[name] } as Record<
        string,
        string
      >;
      assert.equal(ownId === undefined, name !== "detectionRule");
      assert.deepEqual(own, known, name);
    }
  });

  it("creates a rule, answers with both generations of properties in the beta and the new ones in v1.0", async () => {
    const answered = await call("POST", path, ruleBody("fabrikam-office"));
    assert.equal(answered.status, 201);
    assert.match(answered.headers.get("location") ?? "", /\/beta\/security\/rules\/detectionRules\/fabrikam-office$/);
    const rule = answered.body;
    assert.equal(rule["createdBy"], "MSSP Onboarding Automation");
    assert.equal(rule["isEnabled"], true);
    assert.equal((rule["schedule"] as Body)["period"], "1H");
    assert.deepEqual(template(rule)["mitreTechniques"], ["T1059.001"]);
    assert.deepEqual(template(rule)["tactics"], [
      { tactic: "Execution", techniques: [{ technique: "T1059", subTechniques: ["T1059.001"] }] },
    ]);
    assertEach(template(rule)["impactedAssets"] as Body[], ({ identifier }) => identifier, ["deviceId", "accountSid"]);
    assertEach(
      (rule["detectionAction"] as Body)["responseActions"] as Body[],
      ({ "@odata.type": type, identifier }) => [type, identifier],
      [
        ["#microsoft.graph.security.isolateDeviceResponseAction", "deviceId"],
        ["#microsoft.graph.security.blockFileResponseAction", "sha1"],
      ],
    );
    const { body: newer } = await call("GET", `${inV1}/fabrikam-office`);
    const deprecated =
      /isEnabled|detectorId|lastRunDetails|period|nextRun|category|mitreTechniques|impacted|responseAct/;
    assert.doesNotMatch(JSON.stringify(newer), deprecated);
    assert.match(JSON.stringify(rule), deprecated);
  });

  it("refuses what the service refuses, with its texts", async () => {
    await create(ruleBody("there"));
    const host = { hosts: [{ deviceIdColumn: "DeviceId" }] };
    const refusals: [body: Body, message: RegExp, status?: number][] = [
      [ruleBody("5-digit"), /^Invalid rule identifier format\. Rule ID must consist/],
      [ruleBody("with.dot"), /^Invalid rule identifier format/],
      [ruleBody("x".repeat(101)), /^Invalid rule identifier format/],
      [
        ruleBody("a", {
          tactics: [
            { tactic: "Execution", techniques: [] },
            { tactic: "Impact", techniques: [] },
          ],
        }),
        /^Multiple MITRE tactics are not supported\. Specify a single tactic\.$/,
      ],
      [ruleBody("a", { entityMappings: {} }), /^At least one of impactedAssets or entityMappings must be provided\.$/],
      [
        ruleBody("a", { entityMappings: { files: [{ sha1Column: "SHA1" }] } }),
        /^At least one asset entity \(Machine, User, or Mailbox\) or an IP entity must be included\.$/,
      ],
      [
        ruleBody("a", { entityMappings: { accounts: [{ nameColumn: "AccountName" }] } }),
        /^Entity mapping for 'User' is invalid\. Set non-empty/,
      ],
      [
        ruleBody("a", { entityMappings: { ...host, files: [{ nameColumn: "FileName" }] } }),
        /^Entity mapping for 'File'/,
      ],
      [ruleBody("a", { entityMappings: { hosts: [{ netBiosNameColumn: "N" }] } }), /^Entity mapping for 'Machine'/],
      [
        ruleBody("a", { title: "{{A}} {{B}}", description: "{{C}} {{D}}" }),
        /^Dynamic properties in alertTitle and alertDescription must not exceed 3 fields$/,
      ],
      [ruleBody("a", { severity: "High" }), /severity/],
      [ruleBody("a", { tactics: null }), /^$/],
      [ruleBody("a", {}, { status: "autoDisabled" }), /autoDisabled/],
      [ruleBody("a", {}, { createdBy: "me" }), /createdBy/],
      [ruleBody("a", {}, { isEnabled: true }), /deprecated/],
      [ruleBody("a", {}, { colour: "red" }), /^The property 'colour' does not exist/],
      [ruleBody("a", {}, { queryCondition: { queryText: " " } }), /query/],
      [ruleBody("a", {}, { schedule: { frequency: "PT1H", lookback: "PT5M" } }), /lookback/],
      [
        ruleBody("a", { customDetails: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`D${n}`, "A"])) }),
        /20 pairs/,
      ],
      [ruleBody("a", {}, { displayName: "Rule there" }), /display name/, 409],
      [ruleBody("a", { title: "Title there" }), /title/],
      [
        ruleBody("a", {}, { detectionAction: { alertTemplate: template(ruleBody("a")), organizationalScope: null } }),
        /^$/,
      ],
    ];
    for (const [body, message, status = 400] of refusals) await refused(status, message, "POST", path, body);
    assertEach(await listed(), ({ id }) => id, ["there"]);
  });

  it("judges the query at POST and at PATCH, and names columns that its output lacks", async () => {
    await create(ruleBody("there"));
    const query = (queryText: string) => ({ queryCondition: { queryText } });
    const output = "project Timestamp, ReportId, DeviceId, AccountSid, SHA1";
    const refusals: [queryText: string, message: RegExp][] = [
      [`DeviceProcessEvents | wher FileName == "a" | ${output}`, /^The query contains syntax errors: /],
      ["DeviceProcessEvents\n\nDeviceInfo", /^The query contains syntax errors: /],
      [
        `DeviceProcessEvents | where seen_before(SHA1) | ${output}`,
        /^The query has a semantic error: Unknown function: 'seen_before'\. Fix semantic errors in your query\.$/,
      ],
      [
        `DeviceFileEvents | where ProcessCommandLine has "a" | ${output}`,
        /^The query has a semantic error: The name 'ProcessCommandLine' does not refer to any known column, .*\. Fix semantic errors in your query\.$/,
      ],
      [
        `NoSuchTable | ${output}`,
        /^The query has a semantic error: The name 'NoSuchTable' does not refer to any known table/,
      ],
      [
        "DeviceProcessEvents | project Timestamp, ReportId, AccountSid, SHA1",
        /^Entity mappings reference the following column\(s\) which are not projected by the query output: DeviceId\.$/,
      ],
      [
        "DeviceProcessEvents | project Timestamp, ReportId, DeviceId, AccountSid",
        /^Custom details reference the following column\(s\) which are not projected by the query output: SHA1\.$/,
      ],
    ];
    for (const [queryText, message] of refusals) {
      await refused(400, message, "POST", path, ruleBody("a", {}, query(queryText)));
      await refused(400, message, "PATCH", `${path}/there`, query(queryText));
    }
    assertEach(await listed(), ({ id }) => id, ["there"]);
  });

  it("keeps what a PATCH leaves out; [] clears a collection, and nothing clears custom details", async () => {
    await create(ruleBody("a"));
    const patch = async (body: Body) => {
      const answered = await call("PATCH", `${path}/a`, body);
      assert.equal(answered.status, 200, JSON.stringify(answered.body));
      return answered.body;
    };
    const kept = await patch({ displayName: "New", detectionAction: { alertTemplate: { severity: "low" } } });
    assert.equal((actions(kept)["isolateDevices"] as Json[]).length, 1);
    assert.equal(((template(kept)["entityMappings"] as Body)["accounts"] as Json[]).length, 1);
    const cleared = await patch({
      detectionAction: {
        automatedActions: { isolateDevices: [] },
        alertTemplate: { entityMappings: { accounts: [] } },
      },
    });
    assert.deepEqual(actions(cleared)["isolateDevices"], []);
    assert.equal((actions(cleared)["blockFiles"] as Json[]).length, 1);
    assert.deepEqual((template(cleared)["entityMappings"] as Body)["accounts"], []);
    for (const customDetails of [{}, null, { Hash: "SHA1" }] satisfies Json[] as Json[]) {
      const rule = await patch({ detectionAction: { alertTemplate: { customDetails } } });
      assert.deepEqual(template(rule)["customDetails"], { Hash: "SHA1", Account: "AccountSid" });
    }
    await refused(400, /'id'/, "PATCH", `${path}/a`, { id: "a" });
    await refused(400, /'lastModifiedBy'/, "PATCH", `${path}/a`, { lastModifiedBy: "me" });
    await refused(400, /^$/, "PATCH", `${path}/a`, { detectionAction: { automatedActions: { isolateDevices: null } } });
    await refused(400, /entityMappings/, "PATCH", `${path}/a`, {
      detectionAction: { alertTemplate: { entityMappings: { hosts: [] } } },
    });
    await refused(404, /^Custom detection rule was not found\.$/, "PATCH", `${path}/b`, {});
  });

  it("answers with a deleted rule for hours, though a second DELETE is 404; its name stays taken for seconds", async () => {
    await create(ruleBody("a"));
    assert.equal((await call("DELETE", `${path}/a`)).status, 204);
    await refused(404, /^Custom detection rule was not found\.$/, "DELETE", `${path}/a`);
    await refused(404, /not found/, "PATCH", `${path}/a`, {});
    assert.equal((await call("GET", `${path}/a`)).status, 200);
    assert.equal((await listed()).length, 1);
    await refused(409, /display name/, "POST", path, ruleBody("a"));
    test.sandbox.cloud.clock.advance(2 * hour);
    assert.equal((await listed()).length, 1, "after two hours");
    await create(ruleBody("b", {}, { displayName: "Rule a" }));
    test.sandbox.cloud.clock.advance(12 * hour);
    assertEach(await listed(), ({ id }) => id, ["b"]);
    assert.equal((await call("GET", `${path}/a`)).status, 404);
  });

  it("lists by $filter, $top, $skip, $count, $orderby and $select", async () => {
    for (const id of ["a", "b", "c"]) await create(ruleBody(id, {}, { status: id === "b" ? "disabled" : "enabled" }));
    const ids = async (query: string) =>
      ((await call("GET", `${path}?${query}`)).body["value"] as Body[]).map(({ id }) => id);
    assert.deepEqual(await ids("$filter=status eq 'enabled'"), ["a", "c"]);
    assert.deepEqual(await ids("$orderby=displayName desc&$top=2"), ["c", "b"]);
    assert.deepEqual(await ids("$skip=1&$top=1"), ["b"]);
    const { body } = await call("GET", `${path}?$top=2&$count=true&$select=id,displayName`);
    assert.equal(body["@odata.count"], 3);
    assert.deepEqual(Object.keys((body["value"] as Body[])[0] ?? {}), ["id", "displayName"]);
    const next = new URL(body["@odata.nextLink"] as string);
    assertEach((await call("GET", next.pathname + next.search)).body["value"] as Body[], ({ id }) => id, ["c"]);
    await refused(400, /status/, "GET", `${path}?$orderby=status`);
    await refused(400, /\$expand/, "GET", `${path}?$expand=x`);
  });

  it("turns rules off whose queries fail, and lets a client turn them on again", async () => {
    await create(ruleBody("a"));
    await create(ruleBody("b", {}, { status: "disabled" }));
    setSwitches(test.tenant, { detectionRuns: "fail" });
    assertEach(await listed(), ({ status }) => status, ["autoDisabled", "disabled"]);
    assert.equal(((await listed())[0]?.["lastRunDetails"] as Body)["errorCode"], "queryExecutionFailed");
    setSwitches(test.tenant, { detectionRuns: "complete" });
    assert.equal((await listed())[0]?.["status"], "autoDisabled");
    assert.equal((await call("PATCH", `${path}/a`, { status: "enabled" })).body["status"], "enabled");
  });

  it("has quotas where the tenant's switch is on", async () => {
    setSwitches(test.tenant, { detectionQuotas: "on" });
    for (let calls = 0; calls < 10; calls++) assert.equal((await call("GET", path)).status, 200);
    const answered = await call("GET", path);
    assert.equal(answered.status, 429);
    const seconds = Number(answered.headers.get("retry-after"));
    assert.ok(seconds >= 1 && seconds <= 60, String(seconds));
    test.sandbox.cloud.clock.advance(seconds * 1000);
    assert.equal((await call("GET", path)).status, 200);
    assert.equal((await call("POST", path, ruleBody("a"))).status, 201, "creates are counted apart");
  });

  it("needs CustomDetection.Read.All to read and CustomDetection.ReadWrite.All to write", async () => {
    test.addConnector({ [microsoftGraph.appId]: ["CustomDetection.Read.All"] });
    const reader = await test.connectorToken("graph");
    assert.equal((await call("GET", path, undefined, reader)).status, 200);
    const answered = await call("POST", path, ruleBody("a"), reader);
    assert.equal(answered.status, 403);
    assert.match(answered.body.error?.message ?? "", /CustomDetection\.ReadWrite\.All/);
  });
});
