/**
 * The features of KQL that public detection queries use most, in the order of a greedy cover: with
 * those of 50 the queries of half of a corpus of 741 run, with those of 80 four fifths, with those of
 * 95 nearly all. Each has a small query and the rows that Kusto's documentation makes of it.
 */
import type { QueryRow } from "@defender-mssp/kql";

export interface QueryFeature {
  readonly name: string;
  readonly share: 50 | 80 | 95;
  readonly query: string;
  /** Values of the rows, in the order of the columns. */
  readonly expected: readonly (readonly unknown[])[];
}

export const clock = new Date("2026-11-28T12:00:00Z");

const first = { Timestamp: "2026-11-28T10:30:00Z", DeviceId: "d1", DeviceName: "alpha.contoso.com", ReportId: 1 };
const second = { Timestamp: "2026-11-28T11:45:00Z", DeviceId: "d1", DeviceName: "alpha.contoso.com", ReportId: 2 };
const third = { Timestamp: "2026-11-20T08:00:00Z", DeviceId: "d2", DeviceName: "beta", ReportId: 3 };

/** Three processes on two devices, and one device with an alert. */
export const events: Readonly<Record<string, readonly QueryRow[]>> = {
  DeviceProcessEvents: [
    {
      ...first,
      FileName: "PowerShell.exe",
      ProcessCommandLine: "powershell -enc QQA=",
      ProcessId: 10,
      AccountName: "ada",
      SHA1: "a1",
    },
    { ...second, FileName: "cmd.exe", ProcessCommandLine: "cmd /c encode", ProcessId: 20, AccountName: "", SHA1: "a2" },
    {
      ...third,
      FileName: "powershell.exe",
      ProcessCommandLine: "powershell.exe -File x.ps1",
      ProcessId: 30,
      AccountName: "bob",
      SHA1: "a1",
    },
  ],
  DeviceInfo: [
    { Timestamp: "2026-11-28T09:00:00Z", DeviceId: "d1", OSPlatform: "Windows11" },
    { Timestamp: "2026-11-28T10:00:00Z", DeviceId: "d1", OSPlatform: "Windows11" },
    { Timestamp: "2026-11-28T10:00:00Z", DeviceId: "d3", OSPlatform: "Linux" },
  ],
};

/** Answers of the stubs. */
export const stubs = {
  FileProfile: { a1: { GlobalPrevalence: 3, Signer: "Fabrikam" } },
  externaldata: { "https://example.com/list.csv": [{ Name: "cmd.exe" }] },
  geo_info_from_ip_address: { "203.0.113.7": { country: "Norway" } },
};

const processes = "DeviceProcessEvents";

function feature(
  share: QueryFeature["share"],
  name: string,
  query: string,
  expected: QueryFeature["expected"],
): QueryFeature {
  return { name, share, query, expected };
}

/** A scalar expression and its value. */
function value(share: QueryFeature["share"], name: string, expression: string, expected: unknown): QueryFeature {
  return feature(share, name, `print ${expression}`, [[expected]]);
}

/** A condition on the three processes, and the IDs of those that it holds for. */
function condition(share: QueryFeature["share"], name: string, text: string, ...ids: number[]): QueryFeature {
  return feature(
    share,
    name,
    `${processes} | where ${text} | project ReportId`,
    ids.map((id) => [id]),
  );
}

/** An aggregate of the three processes. */
function aggregate(share: QueryFeature["share"], name: string, text: string, ...expected: unknown[]): QueryFeature {
  return feature(share, name, `${processes} | summarize ${text}`, [expected]);
}

export const features: readonly QueryFeature[] = [
  condition(50, "where", "ProcessId > 10", 2, 3),
  feature(50, "extend", `${processes} | extend Twice = ProcessId + ProcessId, ReportId = 9 | project Twice, ReportId`, [
    [20, 9],
    [40, 9],
    [60, 9],
  ]),
  feature(50, "project", `${processes} | project ReportId, Name = FileName`, [
    [1, "PowerShell.exe"],
    [2, "cmd.exe"],
    [3, "powershell.exe"],
  ]),
  feature(
    50,
    "project-reorder",
    `${processes} | project ReportId, ProcessId, SHA1 | project-reorder SHA1, Rep* | take 1`,
    [["a1", 1, 10]],
  ),
  feature(
    50,
    "project-rename",
    `${processes} | project ReportId, SHA1 | project-rename Hash = SHA1 | where Hash == "a2"`,
    [[2, "a2"]],
  ),
  feature(50, "summarize by", `${processes} | summarize count() by DeviceId`, [
    ["d1", 2],
    ["d2", 1],
  ]),
  feature(50, "distinct", `${processes} | distinct DeviceId`, [["d1"], ["d2"]]),
  feature(50, "sort", `${processes} | sort by ProcessId | project ReportId`, [[3], [2], [1]]),
  feature(50, "top", `${processes} | top 1 by Timestamp asc | project ReportId`, [[3]]),
  feature(50, "union", `union ${processes}, DeviceInfo | summarize count() by DeviceId | sort by DeviceId asc`, [
    ["d1", 4],
    ["d2", 1],
    ["d3", 1],
  ]),
  feature(
    50,
    "join kind=inner",
    `${processes} | join kind=inner DeviceInfo on DeviceId | project ReportId, OSPlatform`,
    [
      [1, "Windows11"],
      [1, "Windows11"],
      [2, "Windows11"],
      [2, "Windows11"],
    ],
  ),
  feature(50, "render", `${processes} | summarize count() by DeviceId | render piechart`, [
    ["d1", 2],
    ["d2", 1],
  ]),
  feature(
    50,
    "let",
    `let name = "cmd.exe"; let rows = ${processes} | where FileName == name; rows | project ReportId`,
    [[2]],
  ),
  condition(50, "==", `FileName == "powershell.exe"`, 3),
  condition(50, "!=", `FileName != "powershell.exe"`, 1, 2),
  condition(50, "=~", `FileName =~ "powershell.exe"`, 1, 3),
  condition(50, ">", "ProcessId > 20", 3),
  condition(50, ">=", "ProcessId >= 20", 2, 3),
  condition(50, "<", "ProcessId < 20", 1),
  condition(50, "and", `DeviceId == "d1" and ProcessId > 10`, 2),
  condition(50, "or", `ProcessId == 10 or ProcessId == 30`, 1, 3),
  condition(50, "not()", `not(DeviceId == "d1")`, 3),
  condition(50, "has", `ProcessCommandLine has "enc"`, 1),
  condition(50, "has_any", `ProcessCommandLine has_any ("ENC", "x")`, 1, 3),
  condition(50, "has_all", `ProcessCommandLine has_all ("powershell", "enc")`, 1),
  condition(50, "contains", `ProcessCommandLine contains "ENC"`, 1, 2),
  condition(50, "!contains", `ProcessCommandLine !contains "enc"`, 3),
  condition(50, "startswith", `FileName startswith "POWER"`, 1, 3),
  condition(50, "endswith", `DeviceName endswith ".Contoso.com"`, 1, 2),
  condition(50, "in", `FileName in ("powershell.exe", "x")`, 3),
  condition(50, "in~", `FileName in~ ("powershell.exe", "x")`, 1, 3),
  condition(50, "!in~", `FileName !in~ ("powershell.exe", "x")`, 2),
  condition(50, "matches regex", `ProcessCommandLine matches regex @"-[eE]nc\\w*\\s"`, 1),
  value(50, "dynamic literal", `dynamic({"a": [1, -2.5, null]})`, { a: [1, -2.5, null] }),
  value(50, "path a.b", `parse_json('{"a":{"b":7}}').a.b`, 7),
  feature(
    50,
    "*",
    `${processes} | project DeviceId, Timestamp, ReportId | summarize arg_max(Timestamp, *) by DeviceId`,
    [
      ["d1", "2026-11-28T11:45:00Z", 2],
      ["d2", "2026-11-20T08:00:00Z", 3],
    ],
  ),
  condition(50, "ago()", "Timestamp > ago(1h)", 2),
  value(50, "timespan literal", "1d + 2h + 3m + 4s + 5ms", "1.02:03:04.0050000"),
  value(50, "bin()", "bin(datetime(2026-11-28 10:59:59), 1h)", "2026-11-28T10:00:00Z"),
  aggregate(50, "count()", "count()", 3),
  aggregate(50, "dcount()", "dcount(DeviceId)", 2),
  aggregate(50, "make_set()", "make_set(DeviceId)", ["d1", "d2"]),
  aggregate(50, "arg_max()", "arg_max(Timestamp, ReportId)", "2026-11-28T11:45:00Z", 2),
  value(50, "tostring()", "tostring(dynamic([1, 2]))", "[1,2]"),
  value(50, "parse_json()", `parse_json("[1,2]")[1]`, 2),
  value(50, "extract()", `extract("id=(\\\\d+)", 1, "a id=42")`, "42"),
  condition(50, "isnotempty()", "isnotempty(AccountName)", 1, 3),
  value(50, "pack_array()", `pack_array(1, "a")`, [1, "a"]),
  value(50, "string literal", `"a\\tb"`, "a\tb"),
  value(50, "verbatim string literal", `@"C:\\Windows"`, "C:\\Windows"),
  value(50, "number literal", "0x1F", 31),
  value(50, "parentheses", "(1 + 2) * 2", 6),
  condition(50, "let list", `FileName in (dynamic(["cmd.exe", "x"]))`, 2),
  feature(50, "comment", `${processes} // all of them\n| count`, [[3]]),
  feature(
    50,
    "bracketed name",
    `${processes} | project ['Process name'] = FileName | where ['Process name'] == "cmd.exe"`,
    [["cmd.exe"]],
  ),

  feature(
    80,
    "join kind=leftouter",
    `${processes} | join kind=leftouter (DeviceInfo | distinct DeviceId, OSPlatform) on DeviceId | project ReportId, OSPlatform`,
    [
      [1, "Windows11"],
      [2, "Windows11"],
      [3, ""],
    ],
  ),
  feature(80, "join kind=leftanti", `${processes} | join kind=leftanti DeviceInfo on DeviceId | project ReportId`, [
    [3],
  ]),
  feature(80, "join kind=leftsemi", `${processes} | join kind=leftsemi DeviceInfo on DeviceId | project ReportId`, [
    [1],
    [2],
  ]),
  feature(80, "join kind=innerunique", `${processes} | join DeviceInfo on DeviceId | summarize count() by ReportId`, [
    [1, 2],
  ]),
  feature(
    80,
    "join on $left and $right",
    `${processes} | project Device = DeviceId | join kind=inner DeviceInfo on $left.Device == $right.DeviceId | count`,
    [[4]],
  ),
  feature(
    80,
    "lookup",
    `${processes} | lookup (DeviceInfo | summarize Seen = count() by DeviceId) on DeviceId | project ReportId, Seen`,
    [
      [1, 2],
      [2, 2],
      [3, null],
    ],
  ),
  feature(80, "parse", `print Text = "user=ada id=7 end" | parse Text with "user=" User " id=" Id:long " " *`, [
    ["user=ada id=7 end", "ada", 7],
  ]),
  feature(80, "take", `${processes} | take 2 | project ReportId`, [[1], [2]]),
  feature(80, "project-away", `${processes} | project ReportId, SHA1, ProcessId | project-away SHA1, Pro* | take 1`, [
    [1],
  ]),
  feature(80, "count operator", `${processes} | count`, [[3]]),
  feature(
    80,
    "invoke FileProfile()",
    `${processes} | invoke FileProfile(SHA1, 1000) | where GlobalPrevalence < 10 | project ReportId, Signer`,
    [
      [1, "Fabrikam"],
      [3, "Fabrikam"],
    ],
  ),
  feature(80, "externaldata", `externaldata(Name: string)["https://example.com/list.csv"] with (format="csv")`, [
    ["cmd.exe"],
  ]),
  feature(
    80,
    "materialize()",
    `let rows = materialize(${processes} | where ProcessId > 10); union rows, rows | count`,
    [[4]],
  ),
  feature(80, "union isfuzzy=true", `union isfuzzy=true ${processes}, NoSuch_CL | count`, [[3]]),
  value(80, "+", "1 + 2", 3),
  value(80, "-", "datetime(2026-11-28) - datetime(2026-11-26)", "2.00:00:00"),
  value(80, "* between numbers", "3 * 4", 12),
  condition(80, "<=", "ProcessId <= 20", 1, 2),
  condition(80, "between", "ProcessId between (20 .. 30)", 2, 3),
  condition(80, "!in", `FileName !in ("powershell.exe")`, 1, 2),
  condition(80, "!has", `ProcessCommandLine !has "enc"`, 2, 3),
  condition(80, "!~", `FileName !~ "POWERSHELL.EXE"`, 2),
  condition(80, "!startswith", `FileName !startswith "power"`, 2),
  condition(80, "!endswith", `DeviceName !endswith ".com"`, 3),
  condition(80, "hasprefix", `ProcessCommandLine hasprefix "enc"`, 1, 2),
  value(80, "a[0]", `split("a,b", ",")[1]`, "b"),
  value(80, "bool literal", "true and not(false)", true),
  value(80, "typeof", `extract("(\\\\d+)", 1, "a42", typeof(long)) + 1`, 43),
  value(80, "now()", "now()", "2026-11-28T12:00:00Z"),
  condition(80, "ingestion_time()", "ingestion_time() > ago(1h)", 1, 2, 3),
  value(80, "startofday()", "startofday(datetime(2026-11-28 10:30))", "2026-11-28T00:00:00Z"),
  value(80, "datetime_diff()", `datetime_diff("day", datetime(2026-11-28 00:01), datetime(2026-11-27 23:59))`, 1),
  value(80, "iff()", `iff(1 > 2, "a", "b")`, "b"),
  value(80, "iif()", `iif(2 > 1, "a", "b")`, "a"),
  value(80, "case()", `case(1 > 2, "a", 2 > 1, "b", "c")`, "b"),
  condition(80, "isempty()", "isempty(AccountName)", 2),
  value(80, "split()", `split("a.b.c", ".")`, ["a", "b", "c"]),
  value(80, "strcat()", `strcat("a", 1, true)`, "a1True"),
  value(80, "tolower()", `tolower("AbC")`, "abc"),
  value(80, "trim()", `trim("-+", "--a-b--")`, "a-b"),
  value(80, "replace_string()", `replace_string("a.b.c", ".", "$1")`, "a$1b$1c"),
  value(80, "array_length()", "array_length(dynamic([1, 2]))", 2),
  value(80, "base64_decode_tostring()", `base64_decode_tostring("S3VzdG8=")`, "Kusto"),
  value(80, "parse_url()", `parse_url("https://example.com:8080/a?b=c#d").Host`, "example.com"),
  value(80, "parse_command_line()", `parse_command_line('echo "hello world"', "windows")`, ["echo", "hello world"]),
  value(80, "extractjson()", `extractjson("$.a[1].b", '{"a":[0,{"b":5}]}', typeof(long))`, 5),
  value(80, "ipv4_is_private()", `ipv4_is_private("10.1.2.3") and not(ipv4_is_private("172.32.0.1"))`, true),
  value(80, "geo_info_from_ip_address()", `tostring(geo_info_from_ip_address("203.0.113.7").country)`, "Norway"),
  aggregate(80, "min()", "min(ProcessId)", 10),
  aggregate(80, "max()", "max(Timestamp)", "2026-11-28T11:45:00Z"),
  feature(80, "any()", `${processes} | where ReportId == 2 | summarize any(FileName)`, [["cmd.exe"]]),
  aggregate(80, "arg_min()", "arg_min(ProcessId, FileName)", 10, "PowerShell.exe"),
  aggregate(80, "countif()", "countif(ProcessId > 10)", 2),
  aggregate(80, "dcountif()", `dcountif(DeviceId, DeviceId == "d1")`, 1),
  aggregate(80, "make_set_if()", "make_set_if(FileName, ProcessId < 20)", ["PowerShell.exe"]),
  feature(
    80,
    "default name of a column",
    `${processes} | summarize count(), max(ProcessId) | project count_, max_ProcessId`,
    [[3, 30]],
  ),
  feature(80, "group by an expression", `${processes} | summarize count() by Day = startofday(Timestamp)`, [
    ["2026-11-28T00:00:00Z", 2],
    ["2026-11-20T00:00:00Z", 1],
  ]),

  feature(95, "mv-expand", `print List = dynamic([1, 2]) | mv-expand List to typeof(long) | where List > 1`, [[2]]),
  feature(
    95,
    "mv-apply",
    `print List = dynamic([3, 1, 2]) | mv-apply Item = List to typeof(long) on (top 1 by Item) | project Item`,
    [[3]],
  ),
  feature(95, "parse-where", `print Text = "a=1" | parse-where Text with "b=" B:long`, []),
  feature(95, "evaluate bag_unpack", `print Bag = dynamic({"a": 1, "b": "x"}) | evaluate bag_unpack(Bag)`, [[1, "x"]]),
  feature(
    95,
    "evaluate pivot",
    `${processes} | project DeviceId, Name = tolower(FileName) | evaluate pivot(Name, count())`,
    [
      ["d1", 1, 1],
      ["d2", 0, 1],
    ],
  ),
  feature(
    95,
    "make-series",
    `${processes} | make-series Count = count() default=0 on Timestamp from datetime(2026-11-28 10:00) to datetime(2026-11-28 13:00) step 1h by DeviceId | project Count`,
    [[[1, 1, 0]]],
  ),
  feature(95, "partition", `${processes} | partition by DeviceId (top 1 by ProcessId) | project ReportId`, [[2], [3]]),
  feature(
    95,
    "toscalar()",
    `${processes} | where ProcessId == toscalar(${processes} | summarize max(ProcessId)) | project ReportId`,
    [[3]],
  ),
  feature(
    95,
    "join kind=rightouter",
    `${processes} | join kind=rightouter (DeviceInfo | distinct DeviceId) on DeviceId | summarize count() by DeviceId1`,
    [
      ["d1", 2],
      ["d3", 1],
    ],
  ),
  feature(
    95,
    "join kind=fullouter",
    `${processes} | join kind=fullouter (DeviceInfo | distinct DeviceId) on DeviceId | count`,
    [[4]],
  ),
  feature(95, "join kind=rightanti", `${processes} | join kind=rightanti DeviceInfo on DeviceId | project OSPlatform`, [
    ["Linux"],
  ]),
  feature(
    95,
    "let function",
    `let isShell = (name: string, minimum: long = 1) { name has "powershell" and minimum > 0 }; ${processes} | where isShell(FileName) | count`,
    [[2]],
  ),
  feature(
    95,
    "let function with a table",
    `let newest = (T: (Timestamp: datetime)) { T | top 1 by Timestamp }; ${processes} | invoke newest() | project Timestamp`,
    [["2026-11-28T11:45:00Z"]],
  ),
  value(95, "/", "7 / 2", 3),
  condition(95, "has_cs", `FileName has_cs "powershell"`, 3),
  value(95, "datetime literal", "datetime(2026-11-28T10:30:00.5Z)", "2026-11-28T10:30:00.5Z"),
  value(95, "real literal", "1.5e1", 15),
  value(95, "substring()", `substring("abcdef", 1, 3)`, "bcd"),
  value(95, "strlen()", `strlen("abc")`, 3),
  value(95, "indexof()", `indexof("abcabc", "c", 3)`, 5),
  value(95, "replace_regex()", `replace_regex("a1b2", @"(\\d)", @"<\\1>")`, "a<1>b<2>"),
  value(95, "countof()", `countof("aaa", "aa")`, 2),
  value(95, "coalesce()", `coalesce("", "b")`, "b"),
  value(95, "isnull()", "isnull(long(null)) and isnotnull(1)", true),
  value(95, "tolong()", `tolong("12") + toint("3")`, 15),
  value(95, "toreal()", `toreal("1.5")`, 1.5),
  value(95, "tobool()", `tobool("TRUE")`, true),
  value(95, "todatetime()", `todatetime("2026-11-28")`, "2026-11-28T00:00:00Z"),
  value(95, "totimespan()", `totimespan("0.01:00:00")`, "01:00:00"),
  value(95, "datetime_add()", `datetime_add("month", 1, datetime(2026-01-31))`, "2026-02-28T00:00:00Z"),
  value(95, "format_datetime()", `format_datetime(datetime(2026-11-28 09:05), "yyyy-MM-dd HH:mm")`, "2026-11-28 09:05"),
  value(95, "format_timespan()", `format_timespan(time(1.02:03:04), "d.hh:mm:ss")`, "1.02:03:04"),
  aggregate(95, "make_list()", "make_list(ProcessId)", [10, 20, 30]),
  feature(
    95,
    "make_bag()",
    `${processes} | summarize make_bag(bag_pack(FileName, ProcessId)) by DeviceId | where DeviceId == "d2"`,
    [["d2", { "powershell.exe": 30 }]],
  ),
  value(95, "bag_pack()", `bag_pack("a", 1)`, { a: 1 }),
  value(95, "set_difference()", "set_difference(dynamic([1, 2, 3]), dynamic([2]))", [1, 3]),
  value(95, "array_concat()", "array_concat(dynamic([1]), dynamic([2]))", [1, 2]),
  aggregate(95, "sum()", "sum(ProcessId)", 60),
  aggregate(95, "avg()", "avg(ProcessId)", 20),
  aggregate(95, "stdev()", "stdev(ProcessId)", 10),
  aggregate(95, "count_distinct()", "count_distinct(DeviceId)", 2),
  value(95, "parse_csv()", `parse_csv('a,"b,c",d')`, ["a", "b,c", "d"]),
  value(95, "url_encode()", `url_encode("a b")`, "a+b"),
  value(95, "url_encode_component()", `url_encode_component("a b/")`, "a%20b%2F"),
  value(95, "url_decode()", `url_decode("a%20b")`, "a b"),
  value(95, "ipv4_is_in_range()", `ipv4_is_in_range("10.1.2.3", "10.1.0.0/16")`, true),
  value(95, "ipv4_is_match()", `ipv4_is_match("10.1.2.3/24", "10.1.2.99")`, true),
  feature(95, "top-nested", `${processes} | top-nested 1 of DeviceId by count()`, [["d1", 2]]),
  feature(
    95,
    "scan",
    `${processes} | scan declare (Total: long = 0) with (step s: true => Total = s.Total + 1;) | count`,
    [[3]],
  ),
  value(95, "parse_user_agent()", `parse_user_agent("x", "browser").Browser.Family`, "Other"),
  feature(
    95,
    "series_decompose_anomalies()",
    `print S = dynamic([1, 2]) | extend (A, B, C) = series_decompose_anomalies(S) | project A`,
    [],
  ),
];
