/**
 * `npm run kql:differ -- --seed 7 --cases 20000`: random expressions and pipelines over random typed rows, by the executor
 * and by duckdb-kql. Differences are grouped by cause; those of `differCauses.ts` are explained and left out. A second
 * opinion, not a truth: each cause gets a document, an answer of the service, or a refusal by name.
 */
import { parseArgs } from "node:util";
import type { HuntingSchema, QueryRow } from "@defender-mssp/kql";
import { differCauses } from "../data/differCauses";
import { comparableRows, hasSecondOpinion, otherAnswers, ownAnswer, type Case } from "./secondOpinion";

type Type = "string" | "long" | "real" | "bool" | "datetime" | "timespan" | "dynamic";

const columns: Readonly<Record<string, Type>> = {
  S: "string",
  U: "string",
  L: "long",
  M: "long",
  R: "real",
  B: "bool",
  D: "datetime",
  E: "datetime",
  J: "dynamic",
};
const schema: HuntingSchema = {
  tables: ["T", "V"].map((name) => ({
    name,
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })),
  })),
  functions: [],
};

/** Values of a column: empty, null, mixed case, Unicode, huge. */
const samples: Readonly<Record<Type, readonly unknown[]>> = {
  string: [
    "",
    "abc",
    "ABC",
    "a b-c",
    "über",
    "1",
    "-7",
    "1.5",
    "true",
    "2026-01-02T03:04:05Z",
    '{"a":1}',
    "[1,2]",
    "a,b",
    "10.0.0.1",
  ],
  long: [null, 0, 1, -1, 7, -14, 2147483648, 9007199254740991],
  real: [null, 0.5, 1.5, -2.5, 100.25, 1e9 + 0.5],
  bool: [null, true, false],
  datetime: [null, "2026-01-02T03:04:05Z", "2026-12-31T23:59:59.999Z", "2024-02-29T00:00:00Z", "1970-01-01T00:00:00Z"],
  timespan: [],
  dynamic: [null, { a: 1 }, { a: "x", b: [1, "y"] }, [1, 2, 2], ["b", "a"], [], {}],
};

/** Forms of an expression by its type. A lower-case letter in brackets stands for an expression of that type. */
const forms: Readonly<Record<Type, readonly string[]>> = {
  string: [
    "tolower([s])",
    "toupper([s])",
    "strcat([s], [s])",
    "substring([s], 1, 2)",
    "substring([s], -2)",
    "trim(@'\\s+', [s])",
    "replace_string([s], 'a', 'xy')",
    "replace_regex([s], @'[a-z]+', 'z')",
    "extract(@'(\\w)', 1, [s])",
    "tostring([l])",
    "tostring([r])",
    "tostring([b])",
    "tostring([d])",
    "tostring([t])",
    "tostring([j])",
    "reverse([s])",
    "strrep([s], 2)",
    "iff([b], [s], [s])",
    "coalesce([s], [s])",
    "base64_encode_tostring([s])",
    "url_encode([s])",
    "tohex([l])",
    "format_datetime([d], 'yyyy-MM-dd HH:mm')",
    "strcat_delim('-', [s], [s])",
    "case([b], [s], [b], [s], [s])",
    "gettype([j])",
  ],
  long: [
    "[l] + [l]",
    "[l] - [l]",
    "[l] * 3",
    "[l] / 7",
    "[l] % 5",
    "strlen([s])",
    "indexof([s], 'b')",
    "countof([s], 'a')",
    "tolong([s])",
    "toint([s])",
    "toint([r])",
    "array_length([j])",
    "bin([l], 5)",
    "-[l]",
    "abs([l])",
    "datetime_diff('day', [d], [d])",
    "datetime_diff('week', [d], [d])",
    "datetime_diff('month', [d], [d])",
    "hourofday([d])",
    "dayofyear([d])",
    "monthofyear([d])",
    "max_of([l], [l])",
    "min_of([l], [l])",
    "array_index_of([j], 2)",
    "tolong([j])",
    "sign([l])",
    "datetime_part('hour', [d])",
  ],
  real: [
    "[r] + [r]",
    "[r] * [l]",
    "[r] / 4.0",
    "[l] / 2.5",
    "round([r], 1)",
    "todouble([s])",
    "abs([r])",
    "bin([r], 0.5)",
    "sqrt([r])",
    "[t] / 1h",
    "pow([r], 2)",
  ],
  bool: [
    "[s] == [s]",
    "[s] =~ [s]",
    "[s] != [s]",
    "[s] has 'abc'",
    "[s] contains 'B'",
    "[s] startswith 'a'",
    "[s] endswith_cs 'c'",
    "[s] in ('abc', '1')",
    "[s] in~ ('ABC')",
    "[s] matches regex '^a'",
    "[s] hasprefix 'a'",
    "[l] == [l]",
    "[l] != [l]",
    "[l] > [l]",
    "[r] <= [r]",
    "[d] > [d]",
    "[d] between (datetime(2026-01-01) .. 7d)",
    "isnull([l])",
    "isnull([j])",
    "isempty([s])",
    "isnotempty([j])",
    "[b] and [b]",
    "[b] or [b]",
    "not([b])",
    "tobool([s])",
    "[l] in (1, 7)",
    "[l] between (0 .. 7)",
    "[j].a == 1",
    "[s] has_any ('abc', 'b')",
    "ipv4_is_private([s])",
    "set_has_element([j], 2)",
  ],
  datetime: [
    "[d] + [t]",
    "startofday([d])",
    "startofweek([d])",
    "startofmonth([d])",
    "endofyear([d])",
    "bin([d], 1h)",
    "bin([d], 7d)",
    "datetime_add('month', 1, [d])",
    "todatetime([s])",
    "todatetime(tostring([d]))",
    "iff([b], [d], [d])",
  ],
  timespan: [
    "[d] - [d]",
    "1d",
    "-1.5h",
    "[t] + 1h",
    "[t] * 2",
    "totimespan('1.02:03:04')",
    "bin([t], 1d)",
    "dayofweek([d])",
  ],
  dynamic: [
    "parse_json([s])",
    "pack_array([l], [s])",
    "bag_pack('k', [s], 'n', [l])",
    "[j].a",
    "[j][0]",
    "array_concat([j], [j])",
    "set_union([j], [j])",
    "split([s], ',')",
    "array_slice([j], 0, 1)",
    "array_sort_asc([j])",
    "bag_keys([j])",
    "todynamic([s])",
    "bag_merge([j], [j])",
    "pack_array([r])",
  ],
};
const letters: Readonly<Record<string, Type>> = {
  s: "string",
  l: "long",
  r: "real",
  b: "bool",
  d: "datetime",
  t: "timespan",
  j: "dynamic",
};

const pipelines = [
  "where {b}",
  "where {b} | count",
  "extend X = {l} | summarize count(), sum(X), min(X), max(X) by S",
  "summarize dcount({s}), countif({b})",
  "summarize make_set({s}), make_list({l}) by B",
  "summarize avg({r}), max({d}) by U",
  "summarize arg_max(L, *) by S | project S, L",
  "distinct S, B",
  "project X = {l} | sort by X asc | take 2",
  "join kind=inner V on S | project S, S1, L1",
  "join kind=leftanti V on L | project L",
  "join kind=leftouter V on L | project L, R1",
  "join kind=fullouter V on M | project M, M1",
  "union V | count",
  "union kind=inner (V | project S, L) | project S, L",
  "mv-expand J | project J",
  "mv-expand X = {j} to typeof(string) | project X",
  "lookup V on L | project L, R",
  "join kind=innerunique V on S | count",
  "summarize stdev({l}), variance({r})",
  "parse S with X:long '.' Y | project X, Y",
];

/** Numbers from 0 to 1, the same for a seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A case and the forms that it is made of, of which one is the cause of a difference. */
interface Generated extends Case {
  readonly made: readonly string[];
}

function generated(random: () => number, tables: Case["tables"]): Generated {
  const made: string[] = [];
  const chosen = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const expression = (type: Type, depth: number): string => {
    const own = Object.keys(columns).filter((name) => columns[name] === type);
    const open = forms[type].filter((form) => differCauses[form] === undefined);
    if (own.length > 0 && (depth === 0 || random() < 0.3)) return chosen(own);
    const form = depth === 0 ? (type === "timespan" ? "1h" : chosen(own)) : chosen(open);
    if (form.includes("[")) made.push(form);
    return `(${form.replace(/\[([slrbdtj])\]/g, (_all, letter: string) => expression(letters[letter] ?? "string", depth - 1))})`;
  };
  // One form alone tells the cause at once.
  const depth = random() < 0.7 ? 1 : 2;
  const pipeline = random() < 0.25 ? chosen(pipelines.filter((each) => differCauses[each] === undefined)) : undefined;
  const type = chosen(Object.values(letters));
  if (pipeline !== undefined) made.push(pipeline);
  const query = `T | ${(pipeline ?? `project X = {${Object.keys(letters).find((each) => letters[each] === type) ?? "s"}}`).replace(/\{(\w)\}/g, (_all, letter: string) => expression(letters[letter] ?? "string", depth))}`;
  return { name: query, query, tables, made };
}

function rows(random: () => number): QueryRow[] {
  return Array.from({ length: 5 }, () =>
    Object.fromEntries(
      Object.entries(columns).map(([name, type]) => [name, samples[type][Math.floor(random() * samples[type].length)]]),
    ),
  );
}

/** Numbers to 12 digits: the last ones depend on the order of a sum. */
function rounded(row: string): string {
  return row.replace(/-?\d+\.\d+(?:e[+-]?\d+)?|-?\d{17,}/g, (number) => String(Number(Number(number).toPrecision(12))));
}

function main(): void {
  const { values } = parseArgs({ options: { seed: { type: "string" }, cases: { type: "string" } } });
  const [seed, count] = [Number(values.seed ?? 1), Number(values.cases ?? 20_000)];
  if (!hasSecondOpinion()) {
    process.exitCode = 2;
    return;
  }
  const random = generator(seed);
  const byCause = new Map<string, string[]>();
  let [compared, done] = [0, 0];
  while (done < count) {
    const tables = { T: rows(random), V: rows(random) };
    const cases = Array.from({ length: Math.min(500, count - done) }, () => generated(random, tables));
    done += cases.length;
    const others = otherAnswers(cases, schema);
    for (const [index, each] of cases.entries()) {
      const [own, other] = [ownAnswer(each, schema), others[index]];
      if (own === undefined || other === undefined || "error" in other) continue;
      compared++;
      // A string has no null in Kusto, and DuckDB's does.
      const filled = other.rows.map((row) =>
        row.map((value, at) => (own.types[at] === "string" ? (value ?? "") : value)),
      );
      const [ours, theirs] = [own.rows, comparableRows(filled, own.types)].map((list) => list.map(rounded));
      if (JSON.stringify(ours) === JSON.stringify(theirs)) continue;
      const cause = each.made.find((form) => byCause.has(form)) ?? each.made[0] ?? each.query;
      byCause.set(cause, [
        ...(byCause.get(cause) ?? []),
        `${each.query}\n    ours   ${ours?.join(" ") ?? ""}\n    theirs ${theirs?.join(" ") ?? ""}`,
      ]);
    }
  }
  const causes = [...byCause].sort((a, b) => b[1].length - a[1].length);
  for (const [cause, [first = "", ...more]] of causes)
    process.stdout.write(`${more.length + 1} × ${cause}\n  ${first}\n`);
  process.stdout.write(`seed ${seed}: ${count} cases, ${compared} compared, ${causes.length} open causes\n`);
  if (causes.length > 0) process.exitCode = 1;
}

main();
