import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { judgeQueries, judgeRuleQuery, type RuleQueryOptions } from "@defender-mssp/kql";

function judge(query: string, options: RuleQueryOptions = {}): string[] {
  const [judged] = judgeQueries([query]);
  assert.ok(judged);
  assert.deepEqual(judged.findings, [], query);
  return judgeRuleQuery(judged, options).map(({ code, severity }) => (severity === "error" ? code : `${code} warning`));
}

describe("judgeRuleQuery", () => {
  const queries: Readonly<Record<string, readonly [query: string, ...findings: string[]]>> = {
    "time, event and device": ["DeviceEvents | project Timestamp, ReportId, DeviceId"],
    "arg_max with names": [
      "DeviceEvents | summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), count() by DeviceId",
    ],
    "max of time and of event": [
      "DeviceEvents | summarize Timestamp = max(Timestamp), ReportId = max(ReportId) by DeviceId",
      "KQL111 warning",
    ],
    "min of time, any event": [
      "DeviceEvents | summarize Timestamp = min(Timestamp), ReportId = any(ReportId) by DeviceId | where true",
      "KQL111 warning",
    ],
    "max of time, take_any of the event": [
      "DeviceEvents | summarize Timestamp = max(Timestamp), ReportId = take_any(ReportId) by DeviceId",
      "KQL111 warning",
    ],
    "max of a Sentinel table's time": [
      "SigninLogs | summarize TimeGenerated = max(TimeGenerated), IPAddress = any(IPAddress) by UserPrincipalName",
      "KQL111 warning",
    ],
    "time and event of one take_any": ["DeviceEvents | summarize take_any(Timestamp, ReportId) by DeviceId"],
    "the latest time of one event": ["DeviceEvents | summarize Timestamp = max(Timestamp) by ReportId, DeviceId"],
    "render and set": ["set notruncation; DeviceEvents | render table", "KQL109 warning", "KQL109 warning"],
    "query parameters": ["declare query_parameters(A: string); DeviceEvents", "KQL109"],
    "no time": ["DeviceEvents | project ReportId, DeviceId", "KQL101"],
    "a summarize without time and event": ["DeviceEvents | summarize count() by DeviceName", "KQL101"],
    "a computed time": ["DeviceEvents | extend Timestamp = bin(Timestamp, 1h)", "KQL101"],
    "no DeviceId of a device's event": ["DeviceEvents | project Timestamp, ReportId, DeviceName", "KQL104"],
    "no ReportId": ["EmailEvents | project Timestamp, RecipientEmailAddress", "KQL104"],
    "a computed ReportId": ["EmailEvents | extend ReportId = 'a'", "KQL104"],
    "no identifier": ["CloudAppEvents | project Timestamp, ReportId", "KQL105 warning"],
    "an alert without ReportId": ["AlertEvidence | project Timestamp, DeviceId"],
    "a Sentinel table with its time only": ["SigninLogs | project TimeGenerated, UserPrincipalName"],
    "a Sentinel table without time": ["SigninLogs | project UserPrincipalName", "KQL101"],
    "a table that identifies no event": ["BehaviorInfo | project Timestamp, AccountUpn", "KQL103 warning"],
    "no table": ["print Timestamp = now(), DeviceId = 'a'", "KQL101", "KQL102"],
    "a watchlist": ["DeviceEvents | where DeviceName in ((_GetWatchlist('a') | project SearchKey))", "KQL107"],
    "a filter after FileProfile": [
      "DeviceFileEvents | invoke FileProfile() | where GlobalPrevalence < 9",
      "KQL108 warning",
    ],
    "FileProfile with column_ifexists": [
      "DeviceFileEvents | invoke FileProfile() | where column_ifexists('GlobalPrevalence', long(null)) < 9",
    ],
  };
  for (const [name, [query, ...expected]] of Object.entries(queries)) {
    it(`${name}: ${expected.join(", ") || "no finding"}`, () => assert.deepEqual(judge(query), expected));
  }

  it("a mapped column must be in the output, in its case", () => {
    const query = "DeviceEvents | project Timestamp, ReportId, DeviceId";
    assert.deepEqual(judge(query, { mappedColumns: ["DeviceId", "Timestamp"] }), []);
    const [judged] = judgeQueries([query]);
    const findings = judgeRuleQuery(judged!, { mappedColumns: ["deviceId", "FileName"] });
    assertEach(findings, ({ message }) => message, [
      "The rule maps deviceId, which the output doesn't have. Write DeviceId.",
      "The rule maps FileName, which the output doesn't have. Project it, or map another column.",
    ]);
  });

  it("a frequency of an XDR table is one of the fixed ones", () => {
    for (const frequency of ["PT1H", "PT60M", "PT3H", "PT12H", "P1D", "PT24H"]) {
      assert.deepEqual(judge("DeviceEvents", { frequency }), [], frequency);
    }
    for (const frequency of ["PT5M", "PT2H", "P14D", "1h", "P", "PT"]) {
      assert.deepEqual(judge("DeviceEvents", { frequency }), ["KQL110"], frequency);
    }
  });

  it("a frequency of Sentinel tables is from 5 minutes to 14 days; with one XDR table it is a fixed one", () => {
    for (const frequency of ["PT5M", "PT2H", "P14D"])
      assert.deepEqual(judge("SigninLogs", { frequency }), [], frequency);
    for (const frequency of ["PT4M", "P14DT1M"])
      assert.deepEqual(judge("SigninLogs", { frequency }), ["KQL110"], frequency);
    assert.deepEqual(judge("union SigninLogs, DeviceEvents", { frequency: "PT5M" }), ["KQL110"]);
  });

  it("warns of a look-back beyond the events that a run gets", () => {
    const looks = (span: string, table = "DeviceEvents", time = "Timestamp") =>
      `let back = ${span}; ${table} | where ${time} > ago(back)`;
    for (const [frequency, span, ...expected] of [
      ["PT1H", "4h"],
      ["PT1H", "30d", "KQL112 warning"],
      ["PT12H", "49h", "KQL112 warning"],
      ["P1D", "30d"],
      ["PT0S", "30d", "KQL120"],
    ] as const)
      assert.deepEqual(judge(looks(span), { frequency }), expected, `${frequency} ${span}`);
    assert.deepEqual(judge(looks("21m", "SigninLogs", "TimeGenerated"), { frequency: "PT5M" }), ["KQL112 warning"]);
    assert.deepEqual(judge(looks("20m", "SigninLogs", "TimeGenerated"), { frequency: "PT5M" }), []);
    for (const moment of ["now() - 7d", "datetime_add('day', -7, now())", "t"])
      assert.deepEqual(
        judge(`let t = now() - 7d; DeviceEvents | where Timestamp >= ${moment}`, { frequency: "PT1H" }),
        ["KQL112 warning"],
        moment,
      );
    for (const moment of ["now() - 3h", "datetime_add('day', 7, now())", "datetime_add('month', -1, Timestamp)"])
      assert.deepEqual(judge(`DeviceEvents | where Timestamp > ${moment}`, { frequency: "PT1H" }), [], moment);
    const between = "DeviceEvents | where Timestamp between (ago(2d) .. ago(1d))";
    assert.deepEqual(judge(between, { frequency: "PT1H" }), ["KQL112 warning"]);
  });

  const continuous: Readonly<Record<string, readonly [query: string, count: number]>> = {
    "row operators": ["DeviceProcessEvents | where FileName == 'a' | extend A = 1 | project-away A", 0],
    summarize: ["DeviceProcessEvents | summarize arg_max(Timestamp, *) by DeviceId, ReportId", 1],
    "a comment": ["DeviceProcessEvents // all\n| where FileName == 'a'", 1],
    let: ["let name = 'a'; DeviceProcessEvents | where FileName == name", 1],
    ingestion_time: ["DeviceProcessEvents | where ingestion_time() > ago(1h)", 1],
    "a column that changes later": ["EmailEvents | where LatestDeliveryAction == 'Delivered'", 1],
    "the text of a dynamic value": ["DeviceEvents | where tostring(parse_json(AdditionalFields).A) has 'a'", 1],
    "two tables": ["union DeviceProcessEvents, DeviceFileEvents", 2],
    "a table that isn't streamed": ["AlertInfo | where Severity == 'High'", 1],
  };
  for (const [name, [query, count]] of Object.entries(continuous)) {
    it(`continuous: ${name}: ${count} findings`, () => {
      const findings = judge(query, { frequency: "PT0S" }).filter((code) => code === "KQL120");
      assert.equal(findings.length, count);
      if (count > 0) assertNone(judge(query, { frequency: "PT1H" }), (code) => code === "KQL120");
    });
  }

  it("says of tables by a name with * to name them, and reads them", () => {
    const [judged] = judgeQueries(["union Device*, EmailEvents | project Timestamp, ReportId, DeviceId"]);
    assertEach(
      judged!.findings,
      ({ code, severity, column, endColumn }) => [code, severity, column, endColumn].join(" "),
      ["KQL008 warning 7 14"],
    );
    assert.deepEqual(judgeRuleQuery(judged!), []);
  });

  it("says of search over all tables to name them", () => {
    const [judged] = judgeQueries(["search 'x' | project Timestamp, ReportId, DeviceId"]);
    assertEach(judgeRuleQuery(judged!), ({ message }) => message, [
      "The query searches all tables. Name those of the rule: search in (DeviceEvents, …).",
    ]);
  });

  it("a query that doesn't bind gets no finding about its output", () => {
    const [judged] = judgeQueries(["DeviceEvents | where Foo == 1"]);
    assert.deepEqual(judgeRuleQuery(judged!, { mappedColumns: ["Bar"] }), []);
  });
});
