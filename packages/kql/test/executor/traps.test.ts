/** What an executor of KQL gets wrong most easily, a case each. The results are those of Kusto's documentation. */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { runQuery, UnsupportedQuery } from "@defender-mssp/kql";
import { clock, events, stubs } from "./features";

function run(query: string): unknown[][] {
  const { columns, rows } = runQuery(query, events, { now: clock, stubs });
  return rows.map((row) => columns.map(({ name }) => row[name]));
}

/** The value of an expression. */
function value(expression: string): unknown {
  return run(`print ${expression}`)[0]?.[0];
}

function values(expressions: Readonly<Record<string, unknown>>): void {
  for (const [expression, expected] of Object.entries(expressions))
    assert.deepEqual(value(expression), expected, expression);
}

function refuses(query: string, message: RegExp): void {
  assert.throws(
    () => run(query),
    (error) => error instanceof UnsupportedQuery && message.test(error.message),
    query,
  );
}

describe("runQuery: traps of KQL", () => {
  it("make_datetime: null for values that are no date or no time", () => {
    values({
      "isnull(make_datetime(2026, 2, 30))": true,
      "isnull(make_datetime(2026, 13, 1))": true,
      "isnull(make_datetime(2026, 1, 1, 25, 0))": true,
      "isnull(make_datetime(2026, 1, 1, 0, 0, 60))": true,
      "make_datetime(2024, 2, 29) == datetime(2024-02-29)": true,
      "make_datetime(2017, 10, 1, 12, 10, 0.25) == datetime(2017-10-01 12:10:00.25)": true,
    });
  });

  it("a value that no document has is refused by name", () => {
    refuses("range X from 5 to 1 step -2", /range with a step that is not positive/);
    refuses("print range(5, 1, -2)", /range\(\): with a step that is not positive/);
    assert.deepEqual(run("range X from 5 to 1 step 2"), []);
    assert.deepEqual(run("print array_length(range(1, 1000000000))"), [[1_048_576]]);
    for (const [name, value] of [
      ["array_reverse", "A"],
      ["array_concat", "A, A"],
      ["set_union", "A, A"],
      ["set_intersect", "A, A"],
    ] as const)
      for (const json of ['{"a": 1}', "plain"])
        refuses(
          `datatable(T: string)['${json}'] | extend A = todynamic(T) | project ${name}(${value})`,
          /of a value that is no array/,
        );
    for (const time of ["now()", "1h"]) refuses(`print todouble(${time})`, /the real of a time or a span/);
    values({ "set_union(dynamic([1]), dynamic(null))": [1], "tolong(1tick)": 1 });
  });

  it("a value that is nested too deeply is refused by name", () => {
    const deep = "parse_json(strcat(strrep('[', 20000), strrep(']', 20000)))";
    refuses(`print tostring(${deep})`, /tostring\(\): a value that is nested too deeply/);
  });

  it("== compares strings with case; =~, in~ and has without", () => {
    values({
      '"a" == "A"': false,
      '"a" =~ "A"': true,
      '"a" in ("A")': false,
      '"a" in~ ("A")': true,
      '"a" !in~ ("A")': false,
      '"a b" has "A"': true,
      '"a b" has_cs "A"': false,
      '"a" contains_cs "A"': false,
      '"abc" startswith_cs "AB"': false,
    });
  });

  it("has finds whole terms of letters and digits", () => {
    values({
      '"powershell -encodedcommand" has "enc"': false,
      '"powershell -enc x" has "enc"': true,
      '"powershell -enc x" has "-enc"': true,
      '"a_b" has "a"': true,
      '"a1" has "a"': false,
      '"C:\\\\Users\\\\ada" has "users\\\\ada"': true,
      '"C:\\\\Users\\\\adam" has "users\\\\ada"': false,
      '"10.0.0.10" has "10.0.0.1"': false,
      '"xenc" hassuffix "enc"': true,
      '"encode" hasprefix "enc"': true,
      '"über" has "ber"': false,
    });
  });

  it("a comparison with null is null, and where drops it; null != value holds", () => {
    assert.deepEqual(run("datatable(A: int)[5, int(null)] | where A > 3"), [[5]]);
    assert.deepEqual(run("datatable(A: int)[5, int(null)] | where not(A > 3)"), []);
    assert.deepEqual(run("datatable(A: int)[5, int(null)] | where A != 5"), [[null]]);
    values({
      "int(null) == int(null)": null,
      "int(null) == 5": false,
      "int(null) != 5": true,
      "int(null) > 5": null,
      "int(null) > 5 or true": true,
      "int(null) > 5 and false": false,
      "int(null) > 5 and true": null,
      "int(null) + 1": null,
    });
  });

  it("a string has no null: it is empty", () => {
    values({
      "isnull('')": false,
      "isempty('')": true,
      "isempty(int(null))": true,
      "isnotempty(' ')": true,
      "tostring(int(null))": "",
      "coalesce('', 'b')": "b",
      "strcat('a', int(null))": "a",
    });
    assert.deepEqual(run("DeviceProcessEvents | where ReportId == 1 | project FolderPath, FileSize"), [["", null]]);
  });

  it("join without a kind keeps one left row of each key; a null joins a null", () => {
    const sides =
      "datatable(K: int, L: int)[1, 1, 1, 2, int(null), 3, 2, 4] | join KIND (datatable(K: int, R: int)[1, 8, 1, 9, int(null), 7]) on K | count";
    assert.deepEqual(run(sides.replace("KIND", "")), [[3]]);
    assert.deepEqual(run(sides.replace("KIND", "kind=innerunique")), [[3]]);
    assert.deepEqual(run(sides.replace("KIND", "kind=inner")), [[5]]);
    assert.deepEqual(run(sides.replace("KIND", "kind=leftanti")), [[1]]);
    assert.deepEqual(run(sides.replace("KIND", "kind=fullouter")), [[6]]);
  });

  it("columns that both sides of a join have get a number", () => {
    const { columns } = runQuery(
      "DeviceInfo | project DeviceId, OSPlatform | join kind=inner (DeviceInfo | project DeviceId, OSPlatform) on DeviceId",
      events,
    );
    assertEach(columns, ({ name }) => name, ["DeviceId", "OSPlatform", "DeviceId1", "OSPlatform1"]);
  });

  it("aggregates name their columns", () => {
    const query =
      "DeviceProcessEvents | summarize count(), dcount(DeviceId), max(ProcessId), make_set(SHA1), countif(true) by bin(Timestamp, 1d)";
    const { columns } = runQuery(query, events);
    assertEach(columns, ({ name }) => name, [
      "Timestamp",
      "count_",
      "dcount_DeviceId",
      "max_ProcessId",
      "set_SHA1",
      "countif_",
    ]);
  });

  it("summarize without groups gives one row of no rows, with groups none", () => {
    assert.deepEqual(
      run("DeviceInfo | where false | summarize count(), sum(OSBuild), max(OSBuild), make_set(OSBuild)"),
      [[0, 0, null, []]],
    );
    assert.deepEqual(run("DeviceInfo | where false | summarize count() by DeviceId"), []);
  });

  it("aggregates pass over nulls; make_set takes arrays apart", () => {
    const rows = "datatable(A: int, B: dynamic)[1, dynamic([1, 2]), int(null), dynamic([2, 3]), 3, dynamic(null)]";
    assert.deepEqual(run(`${rows} | summarize count(), avg(A), dcount(A), make_list(A), make_set(B)`), [
      [3, 2, 2, [1, 3], [1, 2, 3]],
    ]);
  });

  it("sort is descending and stable; nulls are last, or first in ascending order", () => {
    const rows = "datatable(A: int, B: string)[2, 'a', int(null), 'b', 1, 'c', 2, 'd']";
    assert.deepEqual(run(`${rows} | sort by A | project B`).flat(), ["a", "d", "c", "b"]);
    assert.deepEqual(run(`${rows} | sort by A asc | project B`).flat(), ["b", "c", "a", "d"]);
    assert.deepEqual(run(`${rows} | sort by A asc nulls last | project B`).flat(), ["c", "a", "d", "b"]);
    assert.deepEqual(run(`${rows} | order by A desc nulls first, B desc | project B`).flat(), ["b", "d", "a", "c"]);
  });

  it("between counts both ends; a span after the dots counts from the start", () => {
    values({
      "5 between (1 .. 5)": true,
      "5 !between (1 .. 4)": true,
      "datetime(2026-01-02) between (datetime(2026-01-01) .. 1d)": true,
      "datetime(2026-01-03) between (datetime(2026-01-01) .. 1d)": false,
    });
  });

  it("times are counted in 100 nanoseconds", () => {
    values({
      "datetime(2026-01-01) + 1tick == datetime(2026-01-01)": false,
      "tostring(datetime(2026-01-01T00:00:00.1234567Z))": "2026-01-01T00:00:00.1234567Z",
      "(datetime(2026-01-02) - datetime(2026-01-01)) / 1h": 24,
      "bin(datetime(2026-01-04), 7d)": "2025-12-29T00:00:00Z",
      "time(1.02:03:04) * 2": "2.04:06:08",
      "endofday(datetime(2026-01-01))": "2026-01-01T23:59:59.9999999Z",
      "datetime_diff('hour', datetime(2026-01-01 01:59), datetime(2026-01-01 00:01))": 1,
      "datetime(2026-01-01T02:00:00+02:00)": "2026-01-01T00:00:00Z",
    });
  });

  it("division of whole numbers is whole, of others it isn't", () => {
    values({ "7 / 2": 3, "-7 / 2": -3, "7.0 / 2": 3.5, "7 % 4": 3, "tostring(7.0)": "7.0", "tostring(7)": "7" });
  });

  it("the remainder is never negative", () => {
    values({ "-14 % 12": 10, "14 % -12": 2, "-14 % -12": 10, "-12 % 12": 0, "-1.5 % 1": 0.5 });
    refuses("print 1 % 0", /1 % 0 with these values/);
  });

  it("conversions hold to 32 and 64 bits, and refuse what a number of JavaScript would round", () => {
    values({
      'toint("2147483647")': 2147483647,
      'toint("2147483648")': null,
      "toint(-2147483648)": -2147483648,
      "tolong(1e19)": null,
      'tolong("99999999999999999999")': null,
      "tohex(-1)": "ffffffffffffffff",
      "tohex(-256)": "ffffffffffffff00",
      "tohex(toint(-256), 8)": "ffffff00",
      "tohex(256, 8)": "00000100",
      "tohex(256, 2)": "100",
    });
    refuses("print toint(3000000000)", /toint\(\): the number 3000000000 beyond 32 bits/);
    refuses("print toint(1e24)", /toint\(\): the number 1e\+24 beyond 32 bits/);
    refuses('print tolong("9007199254740993")', /tolong\(\): the number 9007199254740992 beyond 2\^53/);
    refuses("print parse_json('{\"a\":9007199254740993}').a", /beyond 2\^53/);
    assert.throws(
      () => runQuery("CloudAppEvents", { CloudAppEvents: [{ RawEventData: [2 ** 60] }] }),
      /no dynamic with numbers/,
    );
  });

  it("times are read in the documented forms, and refused in others", () => {
    const noon = "2014-11-08T15:05:02Z";
    for (const text of [
      "Sat, 8 Nov 14 15:05:02 GMT",
      "8 Nov 2014 15:05:02",
      "Saturday, 08-Nov-14 15:05:02 GMT",
      "2014-11-08 15:05:02 GMT",
      "2014-11-08T15:05:02",
    ])
      values({ [`todatetime("${text}")`]: noon });
    values({
      'todatetime("2026-13-45")': null,
      'todatetime("yesterday")': null,
      'datetime("01/16/2022 00:00:00")': "2022-01-16T00:00:00Z",
      "datetime_diff('week', datetime(2017-10-29), datetime(2017-09-30 23:59))": 5,
    });
    for (const text of ["2026/01/02", "20260102", "01/02/2026", "8 Nov 70 15:05", "8 Nov 14 15:05 EST"])
      refuses(`print todatetime("${text}")`, /todatetime\(\): the time ".*", whose form no document has/);
    refuses('print todatetime("2026-01-02t03:04:05z")', /whose form no document has/);
    refuses("print datetime(01/02/2022)", /the time "01\/02\/2022"/);
    refuses('print totimespan("24:00:00")', /more than 23 hours/);
  });

  it("a real of a dynamic value keeps its decimal point", () => {
    values({
      "tostring(dynamic(1.0))": "1.0",
      'tostring(parse_json(\'{"a":[1.0,-2e0,1.5,1,"1.0"]}\'))': '{"a":[1.0,-2.0,1.5,1,"1.0"]}',
      "tostring(pack_array(1.0, 2))": "[1.0,2]",
      "parse_json('1.0') + 1": 2,
      "parse_json('[2.0]')[0] == 2": true,
      "gettype(dynamic(3.0))": "double",
      "tostring(100000.0)": "100000.0",
    });
    assert.deepEqual(run("datatable(A: real)[5.0] | summarize tostring(make_set(A)), avg(A)"), [["[5.0]", 5]]);
    refuses("print tostring(-1.0 * 0)", /the text of the real 0: no document has its form/);
    refuses("print tostring(1e15)", /the text of the real 1000000000000000/);
  });

  it("search compares a text alone with each column, as has, hasprefix, hassuffix or contains", () => {
    const found = (query: string) => runQuery(query, events).rows.map(({ $table, ReportId }) => [$table, ReportId]);
    const processes = "DeviceProcessEvents";
    assert.deepEqual(found(`${processes} | search "ENC" or ReportId == 3`), [
      [processes, 1],
      [processes, 3],
    ]);
    assert.deepEqual(found(`${processes} | where ReportId < 3 | search "enco"`), []);
    assert.deepEqual(found(`${processes} | search "${processes}"`), []);
    assert.deepEqual(found(`${processes} | where ReportId < 3 | search "enco*"`), [["search_arg0", 2]]);
    assert.deepEqual(found(`search in (DeviceInfo, ${processes}) "*pha" and not(FileName has "cmd")`), [
      [processes, 1],
    ]);
    assert.deepEqual(found(`search in (DeviceInfo, ${processes}) "*pha.c*" and not(FileName has "cmd")`), [
      [processes, 1],
    ]);
    assert.deepEqual(found(`search in (${processes}, DeviceInfo) OSPlatform:"lin*" or FileName:"cmd"`), [
      [processes, 2],
      ["DeviceInfo", null],
    ]);
  });

  it("mv-expand of parse_json(A) expands A; paths and texts of public rules", () => {
    assert.deepEqual(run("print A = '[1,2]', B = 'x,y' | mv-expand parse_json(A), split(B, ',')"), [
      [1, "x"],
      [2, "y"],
    ]);
    assert.deepEqual(
      run("range A from 1 to 5 step 1 | extend N = row_number(2, A == 3 or A == 4) | project N").flat(),
      [2, 3, 2, 2, 3],
    );
    values({ "parse_json('{\"a\":[5]}').a.[0]": 5, "string_size('aü😀')": 7 });
  });

  it("search refuses what no document says, and decimals are no reals", () => {
    refuses("search 'a'", /search without tables/);
    refuses("DeviceInfo | search 'a*b'", /search with 'a\*b'/);
    refuses("DeviceInfo | search kind=case_sensitive 'a'", /the parameter kind=case_sensitive/);
    refuses("search in (Device*) 'a'", /tables with a wildcard/);
    refuses("print decimal(0.1) + decimal(0.2)", /decimal\(0.1\)/);
    refuses("print todecimal('0.1')", /todecimal/);
  });

  it("aggregates of nothing are their defaults; an unnamed countif of a column is refused", () => {
    assert.deepEqual(run("datatable(A: long)[] | summarize avg(A), max(A), stdev(A), sum(A)"), [[NaN, null, 0, 0]]);
    refuses("datatable(B: bool)[] | summarize countif(B)", /countif\(B\) without a name/);
  });

  it("functions of public rules follow the examples of their pages", () => {
    const line = "05:04:54 127.0.0.1 GET /favicon.ico 404";
    values({
      "binary_shift_left(1, 2)": 4,
      "binary_and(6, 3) + binary_or(6, 1) + binary_xor(6, 3)": 14,
      "binary_not(1)": -2,
      "binary_shift_right(8, -1)": null,
      [`has_ipv4('${line}', '127.0.0.1')`]: true,
      [`has_ipv4('${line.replace("54 ", "54")}', '127.0.0.1')`]: false,
      "has_ipv4('a 127.0.0.256 b', '127.0.0.256')": false,
      [`has_any_ipv4_prefix('${line}', '127.0.', '192.168.')`]: true,
      [`has_any_ipv4_prefix('${line}', dynamic(['127.0', '192.168.']))`]: false,
      "week_of_year(datetime(2020-12-31))": 53,
      "week_of_year(datetime(2000-01-01))": 52,
      "week_of_year(datetime(1970-01-01))": 1,
      "strcmp('ABC', 'ABC') + strcmp('abc', 'ABC')": 1,
      "parse_urlquery('k1=v1&k2=v2')": { "Query Parameters": { k1: "v1", k2: "v2" } },
    });
    refuses("print binary_shift_left(1, 60)", /beyond 2\^53/);
    const address = "'a5e:f127:8a9d:146d:e102:b5d3:c755:abcd'";
    values({
      "array_shift_left(dynamic([1,2,3,4,5]), 2)": [3, 4, 5, null, null],
      "array_shift_left(dynamic([1,2,3,4,5]), -2, -1)": [-1, -1, 1, 2, 3],
      "array_shift_right(dynamic(['a','b','c']), 2, '')": ["", "", "a"],
      [`ipv6_is_in_range(${address}, 'a5e:f127:8a9d:146d:e102:b5d3:c755:0000/112')`]: true,
      [`ipv6_is_in_range(${address}, 'a5e:f127:8a9d:146d:e102:b5d3:c755:0000')`]: false,
      [`ipv6_is_in_range(${address}, '0:0:0:0:0:ffff:c0a8:ac/129')`]: null,
      [`ipv6_is_in_any_range(${address}, dynamic(['fe80::/10', 'a5e:f127::/32']))`]: true,
    });
    refuses("print ipv6_is_in_range('10.0.0.1', '::/0')", /of an IPv4 address/);
    refuses("print array_shift_left(dynamic(['a']), 1)", /of strings without a default value/);
    assert.deepEqual(run("range X from 1 to 100 step 1 | summarize percentiles(X, 5, 50.5), count()"), [[5, 51, 100]]);
  });

  it("union kind=inner keeps the columns of all tables", () => {
    const { columns, rows } = runQuery("union kind=inner (print A = 1, B = 2), (print C = 1, A = 3)", {});
    assert.deepEqual([columns, rows], [[{ name: "A", type: "long" }], [{ A: 1 }, { A: 3 }]]);
  });

  it("matches of regular expressions: groups, empty ones, rewrites", () => {
    values({
      'extract_all(@"(\\d)", "a1b2")': ["1", "2"],
      'extract_all(@"(\\w)(\\w+)(\\w)", dynamic([1, 3]), "82b8-dfa7")': [
        ["8", "8"],
        ["d", "7"],
      ],
      'extract_all(@"(?P<first>\\w)\\w*", dynamic(["first"]), "ab cd")': ["a", "c"],
      'replace_regex("aaa", "a*", "x")': "x",
      'replace_regex("abc", "", "-")': "-a-b-c-",
      'replace_regex("is 5", @"is (\\d+)", @"was \\1 of \\0 $1")': "was 5 of is 5 $1",
      'extract("(?i)(EXE)$", 1, "a.exe")': "exe",
      'trim(@"[^\\w]+", "--über--")': "über",
      'countof("aaa", "a", "regex")': 3,
      'parse_ipv4("192.168.1.1/24")': 3232235776,
      "bin(5, -1)": null,
      'substring("abc", -10)': "",
      "sign(int(null))": 0,
    });
    refuses('print extract_all(@"\\d", "1")', /extract_all\(\): of a pattern without 1 to 16 groups/);
    refuses("print array_index_of(dynamic(null), 1)", /array_index_of\(\): of a value that is no array/);
    refuses('print replace_regex("a", "a", @"\\1")', /with the rewrite/);
  });

  it("a dynamic value gives members, null for those that it lacks, and takes the type it is compared with", () => {
    values({
      'parse_json(\'{"a":{"b":[1,2]}}\').a.b[-1]': 2,
      "parse_json('{\"a\":1}').b.c": null,
      "parse_json('{\"a\":1}')['a'] == 1": true,
      "parse_json('{\"a\":\"1\"}').a == '1'": true,
      "parse_json('{\"a\":\"x\"}').a has 'X'": true,
      "isempty(parse_json('{}').a)": true,
      'tostring(parse_json(\'{"a":[1,"b"]}\').a)': '[1,"b"]',
      "array_length(parse_json('no json'))": null,
      'toint(parse_json(\'{"a":"7"}\').a) + 1': 8,
    });
  });

  it("mv-expand makes pairs of bags, makes no row of an empty array, and expands side by side", () => {
    assert.deepEqual(run("print A = dynamic({'x': 1, 'y': 2}) | mv-expand A"), [[{ x: 1 }], [{ y: 2 }]]);
    assert.deepEqual(run("print A = dynamic({'x': 1}) | mv-expand kind=array A"), [[["x", 1]]]);
    assert.deepEqual(run("print A = dynamic([]), B = 1 | mv-expand A"), []);
    assert.deepEqual(run("print A = dynamic(null), B = 1 | mv-expand A"), [[null, 1]]);
    assert.deepEqual(run("print A = dynamic([1, 2.5, -2.5, '3', true]) | mv-expand A to typeof(long)").flat(), [
      1,
      2,
      -2,
      null,
      null,
    ]);
    assert.deepEqual(run("print A = dynamic([1, 2]), B = dynamic(['a']) | mv-expand A, B"), [
      [1, "a"],
      [2, null],
    ]);
    assert.deepEqual(run("print A = dynamic([5, 6]) | mv-expand with_itemindex=I A"), [
      [5, 0],
      [6, 1],
    ]);
  });

  it("a port equals its text; a text that no number writes is refused", () => {
    assert.deepEqual(run('DeviceProcessEvents | where ProcessId == "20" | project ReportId'), [[2]]);
    assert.deepEqual(run('DeviceProcessEvents | where ProcessId == "x" | project ReportId'), []);
    refuses('DeviceProcessEvents | where ProcessId == "020"', /a number compared with 020 \(line 1, column 42\)/);
  });

  it("let variables, parameters and columns: a column hides a variable", () => {
    assert.deepEqual(run("let ReportId = 9; let x = 1; DeviceProcessEvents | where ReportId == x | project ReportId"), [
      [1],
    ]);
    assert.deepEqual(run("let f = (a: long, b: long = 2) { let c = a * b; c + 1 }; print f(3), f(3, b = 5)"), [
      [7, 16],
    ]);
    assert.deepEqual(
      run("let f = (name: string) { DeviceProcessEvents | where FileName =~ name }; f('CMD.exe') | count"),
      [[1]],
    );
  });

  it("union puts a column of two types into two columns", () => {
    const { columns, rows } = runQuery("union (print A = 1), (print A = 'x')", {});
    assertEach(columns, ({ name }) => name, ["A_long", "A_string"]);
    assert.deepEqual(rows, [
      { A_long: 1, A_string: "" },
      { A_long: null, A_string: "x" },
    ]);
  });

  it("parse takes the rest of the text by its last column, and gives empty columns where nothing matches", () => {
    assert.deepEqual(run("print T = 'a=1;b=2' | parse T with 'a=' A:long ';' B"), [["a=1;b=2", 1, "b=2"]]);
    assert.deepEqual(run("print T = 'a=x;b=2' | parse T with 'a=' A:long ';' B"), [["a=x;b=2", null, ""]]);
    assert.deepEqual(run("print T = 'a=x;b=2' | parse kind=relaxed T with 'a=' A:long ';' B"), [
      ["a=x;b=2", null, "b=2"],
    ]);
  });

  it("stubs are named in the result, and empty without an answer", () => {
    const query =
      "DeviceProcessEvents | invoke FileProfile(SHA1, 1000) | where ReportId == 2 | project GlobalPrevalence, Signer";
    const { rows, stubs: used } = runQuery(query, events, { stubs });
    assert.deepEqual([rows, used], [[{ GlobalPrevalence: null, Signer: "" }], ["FileProfile"]]);
    assert.deepEqual(runQuery("externaldata(A: string)['https://example.com/x']", {}).stubs, ["externaldata"]);
    assert.deepEqual(runQuery("DeviceInfo", events).stubs, []);
  });

  it("names what it can't run, with line and column", () => {
    refuses(
      "DeviceInfo\n| scan declare (x: long = 0) with (step s: true => x = 1;)",
      /the operator scan \(line 2, column 3\)/,
    );
    refuses("DeviceInfo | evaluate autocluster()", /evaluate autocluster/);
    refuses("DeviceInfo | extend A = hash_sha256(DeviceId)", /the function hash_sha256\(\)/);
    refuses("DeviceInfo | where DeviceId matches regex '(?=a)b'", /the regular expression \(\?=a\)b: .*query\/regex/);
    refuses("print 9007199254740993", /9007199254740993/);
    refuses("print 9007199254740991 + 1", /beyond 2\^53/);
    refuses("DeviceInfo | where Nothing == 1", /does not refer to any known column.* \(line 1, column 20\)/);
    refuses("DeviceInfo; DeviceInfo", /exactly one query/);
    refuses("DeviceInfo | take OSBuild", /./);
  });

  it("refuses rows that don't fit the table", () => {
    const refusesRow = (table: string, row: Record<string, unknown>, message: RegExp) =>
      assert.throws(() => runQuery("DeviceInfo", { [table]: [row] }), message);
    refusesRow("Deviceinfo", {}, /Deviceinfo is no table of the schema/);
    refusesRow("DeviceInfo", { deviceid: "x" }, /Row 1 of DeviceInfo has deviceid, which is no column/);
    refusesRow(
      "DeviceInfo",
      { Timestamp: "yesterday" },
      /Row 1 of DeviceInfo: Timestamp is yesterday, which is no datetime/,
    );
    refusesRow(
      "DeviceInfo",
      { OSBuild: "9007199254740993" },
      /OSBuild is 9007199254740993, which is no long below 2\^53/,
    );
  });
});
