import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { defenderSchema, judgeQueries, judgeRuleQuery, type JudgedQuery, type QueryFinding } from "@defender-mssp/kql";
import publicQueries from "../data/publicQueries.json";

/** The findings as `code line:column`. */
function places(findings: readonly QueryFinding[]): string[] {
  return findings.map(({ code, line, column }) => `${code} ${line}:${column}`);
}

function judge(query: string): JudgedQuery {
  const [judged] = judgeQueries([query]);
  assert.ok(judged);
  return judged;
}

describe("judgeQueries", () => {
  it("a name in another case is suggested, one that was projected away is not", () => {
    const message = (query: string) => judge(query).findings[0]?.message ?? "";
    assert.match(message("deviceinfo"), /Did you mean DeviceInfo\?/);
    assert.match(
      message("IdentityInfo | where AccountUPN == ''"),
      /mean AccountUpn, which Sentinel's IdentityInfo has/,
    );
    assert.doesNotMatch(message("DeviceEvents | project DeviceId | where DeviceName == 'a'"), /Did you mean/);
  });

  it("a column of a table that the query does not read is not suggested", () => {
    assert.doesNotMatch(judge("IdentityInfo | project AccountSID").findings[0]?.message ?? "", /Did you mean/);
    assert.match(judge("EmailEvents | project reportid").findings[0]?.message ?? "", /Did you mean ReportId\?/);
  });

  it("reads the tables that a name with * stands for in union and find, and not a pattern of columns", () => {
    assert.ok(judge("union Email*").tables.includes("EmailUrlInfo"));
    assert.deepEqual(judge("find in (EmailUrl*) where Url == ''").tables, ["EmailUrlInfo"]);
    assert.deepEqual(judge("DeviceInfo | project-away Device*").tables, ["DeviceInfo"]);
  });

  it("returns columns with Kusto's types, and the tables", () => {
    const judged = judge("DeviceEvents | summarize Hosts = dcount(DeviceId), max(Timestamp) by bin(Timestamp, 1h)");
    assert.deepEqual(judged.findings, []);
    assert.deepEqual(judged.columns, [
      { name: "Timestamp", type: "datetime" },
      { name: "Hosts", type: "long" },
      { name: "max_Timestamp", type: "datetime" },
    ]);
    assert.deepEqual(judged.tables, ["DeviceEvents"]);
  });

  it("a table or invoked function that may be newer than the schema is a warning with its day, and an error against a tenant's own", () => {
    const newer = ["NoSuchTable | where A > 1 | project A", "DeviceEvents | invoke NoSuchFunction() | where B == 1"];
    for (const query of newer) {
      const { findings, columns } = judge(query);
      assert.deepEqual([...new Set(findings.map(({ severity }) => severity))], ["warning"], query);
      assert.match(
        findings[0]?.message ?? "",
        /^The name 'NoSuch\w+' is not in Microsoft's tables and functions of 2026-07-27\./,
      );
      assert.deepEqual(columns, []);
      assert.deepEqual(judgeRuleQuery(judge(query)), []);
    }
    const { asOf: _, ...ofTenant } = defenderSchema();
    const severities = judgeQueries(newer, ofTenant).map(({ findings }) => findings[0]?.severity);
    assert.deepEqual(severities, ["error", "error"]);
  });

  it("tables and functions that Microsoft documented in July and August 2026 bind", () => {
    for (const query of [
      "CallActivityEvents | where ActivityTimestamp > ago(1h) | project CallId, ActivityInitiatorUpn",
      'BehaviorInfo | invoke GetAnomalousBehaviorsByKind("Country") | invoke GetHighVolumeAnomalyBehaviors() | project Timestamp, BehaviorId',
    ])
      assert.deepEqual(judge(query).findings, [], query);
  });

  const rejected: Readonly<Record<string, readonly [query: string, ...findings: string[]]>> = {
    "a table that resembles a known one": ["DeviceEvnts | take 1", "KS204 1:1"],
    "a table that resembles a let": ["let suspicious = DeviceEvents; suspicous | take 1", "KS204 1:32"],
    "a function that resembles a known one": ["DeviceEvents | invoke SeenBi()", "KS211 1:23"],
    "a function of values that nobody knows": ["DeviceEvents | extend A = foo(1)", "KS211 1:27"],
    "an unknown column": ["DeviceEvents\n| where Foo == 1", "KS142 2:9"],
    "a column in another case": ["CloudAppEvents | where ISP == 'a'", "KS142 1:24"],
    "a column that was projected away": ["DeviceEvents | project DeviceId | where DeviceName == 'a'", "KS142 1:41"],
    "a comparison of string with number": ["DeviceEvents | where FileName > 5", "KS106 1:31"],
    "two queries with a blank line between": ["DeviceEvents | take 1\n\nDeviceInfo | take 2", "KQL002 3:1"],
    "two queries with a semicolon": ["DeviceEvents | take 1; DeviceInfo | take 2", "KQL002 1:24"],
    "two queries, the first with a list at its end": [
      "DeviceEvents\n| project Timestamp, DeviceId\n\n// the other\nDeviceInfo\n| take 2",
      "KQL002 5:1",
    ],
    "two queries with the same let": [
      "let a = 1; DeviceEvents | take a\n\nlet a = 2;\nDeviceInfo | take a",
      "KQL002 4:1",
    ],
    "a pattern that no service reads": ["DeviceEvents | where FileName matches regex '('", "KQL004 1:45"],
    "a pattern with a lookahead": ["DeviceEvents | extend A = extract(@'(?=a)', 1, FileName)", "KQL004 1:35"],
    "extract_all without a group": ["DeviceEvents | extend A = extract_all('a', FileName)", "KQL004 1:39"],
    "row_number without an order": ["DeviceEvents | where true | extend A = row_number()", "KQL005 1:40"],
    "prev behind summarize": [
      "DeviceEvents | sort by Timestamp | summarize by DeviceId | extend A = prev(DeviceId)",
      "KQL005 1:71",
    ],
    "an empty text": ["", "KQL001 1:1"],
    "comments only": ["// nothing\n", "KQL001 1:1"],
  };
  for (const [name, [query, ...expected]] of Object.entries(rejected)) {
    it(`refuses ${name}`, () => {
      const judged = judge(query);
      assert.deepEqual(places(judged.findings), expected);
      assert.deepEqual(judged.columns, []);
    });
  }

  it("counts lines and columns in the text as given: byte order mark, CRLF, quoted arguments", () => {
    assert.deepEqual(places(judge("\uFEFFDeviceEvents | where Foo == 1").findings), ["KS142 1:22"]);
    assert.deepEqual(places(judge("\uFEFFDeviceEvents\r\n| where true\r\n| where Foo == 1").findings), ["KS142 3:9"]);
    const query = "DeviceFileEvents | invoke FileProfile(SHA1, 1000) | where Foo == 1\n| where Bar == 2";
    assert.deepEqual(places(judge(query).findings), ["KS142 1:59", "KS142 2:9"]);
  });

  it("accepts FileProfile with a bare column, a quoted one and none", () => {
    for (const call of [
      "FileProfile(SHA1, 1000)",
      "FileProfile('SHA1', 500)",
      "FileProfile()",
      "FileProfile(SHA256)",
    ]) {
      const judged = judge(`DeviceFileEvents | invoke ${call} | project GlobalPrevalence, Signer`);
      assert.deepEqual(judged.findings, [], call);
      assertEach(judged.columns, ({ type }) => type, ["int", "string"]);
    }
  });

  it("accepts SeenBy without an argument and a join on a watchlist's SearchKey, as Microsoft's pages write them", () => {
    const watchlist = "_GetWatchlist('a') on $left.DeviceName == $right.SearchKey";
    for (const query of ["DeviceInfo | invoke SeenBy() | mv-expand SeenBy", `DeviceInfo | lookup ${watchlist}`])
      assert.deepEqual(judge(query).findings, [], query);
  });

  it("accepts an order, and patterns that this package alone can't run", () => {
    for (const query of [
      "DeviceEvents | sort by Timestamp | where true | extend A = row_number(), B = prev(DeviceId)",
      "DeviceEvents | serialize A = row_number()",
      "let T = DeviceEvents | serialize; T | extend A = row_number()",
      "DeviceEvents | where FileName matches regex @'\\<a(?i)[a-z&&[^b]]' and FileName matches regex strcat('(', FileName)",
    ])
      assert.deepEqual(judge(query).findings, [], query);
  });

  it("warns of a chain that is too deep for the parser, and says what to write", () => {
    const chain = Array.from({ length: 500 }, (_, index) => `FileName == "${index}"`).join(" or ");
    const [finding] = judge(`DeviceEvents | where ${chain}`).findings;
    assert.equal(finding?.severity, "warning");
    assert.match(finding.message, /Write in \(…\)/);
  });

  it("findings have regions: start and end in the query's text", () => {
    const [finding] = judge("DeviceEvents\n| where Nothing == 1").findings;
    assert.deepEqual([finding?.line, finding?.column, finding?.endLine, finding?.endColumn], [2, 9, 2, 16]);
  });

  it("warns of a table that isfuzzy passes over", () => {
    const { findings, columns } = judge("union isfuzzy=true DeviceEvents, NoSuch_CL");
    assertEach(findings, ({ code, severity }) => [code, severity], [["KS205", "warning"]]);
    assert.ok(columns.length > 60);
  });

  const unaltered: Readonly<Record<string, readonly [query: string, isUnaltered: boolean]>> = {
    "the table's column": ["DeviceEvents", true],
    "a projected column": ["DeviceEvents | project Timestamp", true],
    "arg_max(Timestamp, *)": ["DeviceEvents | summarize arg_max(Timestamp, *) by DeviceId", true],
    "arg_max with names": [
      "DeviceEvents | summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId) by DeviceId",
      true,
    ],
    "arg_max with exchanged names": [
      "DeviceEvents | summarize (ReportId, Timestamp) = arg_max(Timestamp, ReportId) by DeviceId",
      false,
    ],
    "max under the same name": ["DeviceEvents | summarize Timestamp = max(Timestamp) by DeviceId", true],
    "a union": ["union DeviceEvents, DeviceFileEvents", true],
    "a union with a computed half": ["union DeviceEvents, (DeviceFileEvents | extend Timestamp = now())", false],
    "a bin": ["DeviceEvents | project Timestamp = bin(Timestamp, 1h)", false],
    "a group by bin": ["DeviceEvents | summarize count() by bin(Timestamp, 1h)", false],
    "the current time": ["DeviceEvents | extend Timestamp = now()", false],
    "another column's alias": ["SigninLogs | extend Timestamp = TimeGenerated", false],
  };
  for (const [name, [query, isUnaltered]] of Object.entries(unaltered)) {
    it(`${name}: Timestamp is ${isUnaltered ? "unaltered" : "computed"}`, () => {
      const judged = judge(query);
      assert.deepEqual(judged.findings, []);
      assert.equal(judged.unaltered.includes("Timestamp"), isUnaltered);
    });
  }

  it("names operators, functions, let statements and comments with their places", () => {
    const judged = judge("let x = 1; // why\nDeviceEvents\n| where ProcessId == x\n| extend A = tolower(FileName)");
    assertEach(judged.operators, ({ name, line, column }) => [name, line, column], [
      ["where", 3, 3],
      ["extend", 4, 3],
    ]);
    assert.deepEqual(judged.functions, [{ name: "tolower", line: 4, column: 14, endLine: 4, endColumn: 31 }]);
    assert.deepEqual(judged.lets, [{ name: "let", line: 1, column: 1, endLine: 1, endColumn: 10 }]);
    assert.deepEqual(judged.comments, [{ name: "// why", line: 1, column: 12, endLine: 1, endColumn: 18 }]);
  });

  it("40 public queries: 37 bind; the others name columns that Microsoft doesn't document", () => {
    const judged = judgeQueries(publicQueries.map(({ query }) => query));
    const rejections = judged.map(({ findings }, index) => ({
      name: publicQueries[index]!.name,
      columns: [...new Set(findings.map(({ message }) => /^The name '(\w+)'/.exec(message)?.[1]))],
    }));
    assert.deepEqual(
      rejections.filter(({ columns }) => columns.length > 0),
      [
        { name: "Device Logons from Unknown IPs", columns: ["ISP"] },
        { name: "Device-ASRAudit", columns: ["IsAudit"] },
        { name: "Device-SummarizeSmartScreenPhishingDomains", columns: ["Experience"] },
      ],
    );
  });
});
