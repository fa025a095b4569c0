/** What stages of a query do to its columns, by their text: enough to place a filter. */
import { splitAt } from "../ruleFile/queryTokens";

/** Columns that a stage leaves, as far as its text says. */
export interface KnownColumns {
  has(column: string): boolean;
  /** The columns after a stage. @param code its text, with strings masked. */
  after(code: string): KnownColumns;
}

/** Columns of a table that nobody described: any may exist. */
export const anyColumns: KnownColumns = columnsFrom({ others: true, present: new Set(), absent: new Set() });

interface Columns {
  /** Whether columns that are named nowhere may exist. */
  readonly others: boolean;
  readonly present: ReadonlySet<string>;
  readonly absent: ReadonlySet<string>;
}

function columnsFrom(columns: Columns): KnownColumns {
  return {
    has: (column) => columns.present.has(column) || (columns.others && !columns.absent.has(column)),
    after: (code) => columnsFrom(columnsAfter(columns, code)),
  };
}

function columnsAfter(columns: Columns, code: string): Columns {
  const [, operator = "", rest = ""] = /^([a-z][a-z-]*)\b([\s\S]*)$/i.exec(code) ?? [];
  const effect = effects[operator];
  return effect === undefined ? columns : effect(columns, rest);
}

type Effect = (columns: Columns, rest: string) => Columns;

const exactly =
  (names: (rest: string) => readonly string[]): Effect =>
  (_columns, rest) => ({ others: false, present: new Set(names(rest)), absent: new Set() });

const adding: Effect = (columns, rest) => with_(columns, namedParts(rest));

const effects: Readonly<Partial<Record<string, Effect>>> = {
  project: exactly(namedParts),
  distinct: (columns, rest) => (/^\s*\*/.test(rest) ? columns : exactly(namedParts)(columns, rest)),
  "project-keep": (columns, rest) => {
    const keeps = parts(rest).map(wildcard);
    return keeping(
      columns,
      (name) => keeps.some((form) => form.test(name)),
      parts(rest).some((part) => part.includes("*")),
    );
  },
  "project-away": (columns, rest) => {
    const drops = parts(rest);
    return {
      others: columns.others,
      present: new Set([...columns.present].filter((name) => !drops.some((part) => wildcard(part).test(name)))),
      // A wildcard drops columns that the text does not name: only those that it names are known.
      absent: new Set([...columns.absent, ...drops.filter((part) => !part.includes("*"))]),
    };
  },
  "project-rename": (columns, rest) => {
    const pairs = parts(rest).flatMap((part) => /^(\w+)\s*=\s*(\w+)$/.exec(part)?.slice(1, 3) ?? []);
    const [added, dropped] = [pairs.filter((_, index) => index % 2 === 0), pairs.filter((_, index) => index % 2 === 1)];
    return with_(
      {
        others: columns.others,
        present: new Set([...columns.present].filter((name) => !dropped.includes(name))),
        absent: new Set([...columns.absent, ...dropped]),
      },
      added,
    );
  },
  summarize: summarized,
  count: exactly((rest) => [/^\s*as\s+(\w+)/.exec(rest)?.[1] ?? "Count"]),
  getschema: exactly(() => []),
  "make-series": summarized,
  "sample-distinct": exactly((rest) => [/\bof\s+(\w+)/.exec(rest)?.[1] ?? ""]),
  extend: adding,
  serialize: adding,
  "mv-expand": adding,
  "mv-apply": adding,
  parse: (columns, rest) =>
    with_(
      columns,
      [...rest.matchAll(/"\s*([A-Za-z_]\w*)/g)].map(([, name = ""]) => name),
    ),
};

/** Columns of the keys, and of the aggregates with a name. `arg_max(x, *)` keeps all. */
function summarized(columns: Columns, rest: string): Columns {
  if (/\barg_(?:max|min)\s*\([^()]*,\s*\*/.test(rest) || /\btake_any\s*\(\s*\*/.test(rest)) return columns;
  const [aggregates = "", ...keys] = rest.split(/\bby\b/);
  return {
    others: false,
    present: new Set([...namedParts(aggregates), ...namedParts(keys.join(" "))]),
    absent: new Set(),
  };
}

function with_(columns: Columns, names: readonly string[]): Columns {
  return {
    others: columns.others,
    present: new Set([...columns.present, ...names]),
    absent: new Set([...columns.absent].filter((name) => !names.includes(name))),
  };
}

function keeping(columns: Columns, keeps: (name: string) => boolean, hasWildcard: boolean): Columns {
  const present = [...columns.present].filter(keeps);
  return { others: columns.others && hasWildcard, present: new Set(present), absent: columns.absent };
}

function parts(rest: string): readonly string[] {
  return splitAt(rest, ",").map(({ start, end }) => rest.slice(start, end).trim());
}

/** Names of `Name`, `Name = …`, `(A, B) = …`, `a.b`, `bin(Name, …)` and the default names of aggregates. */
function namedParts(rest: string): readonly string[] {
  return parts(rest).flatMap((part) => {
    const several = /^\(([^()]*)\)\s*=(?![=~])/.exec(part)?.[1];
    if (several !== undefined) return several.split(",").map((name) => name.trim());
    const named = /^([A-Za-z_]\w*)\s*=(?![=~])/.exec(part)?.[1];
    if (named !== undefined) return [named];
    const path = /^[A-Za-z_]\w*(?:\.\w+)*/.exec(part)?.[0] ?? "";
    const after = part.slice(path.length).trim();
    if (!after.startsWith("(")) return path === "" ? [] : [path.replaceAll(".", "_")];
    return defaultNames(path, after);
  });
}

/** `bin(Timestamp, 1h)` keeps its column's name; `make_set(X)` is `set_X`, `count()` is `count_`. */
function defaultNames(name: string, after: string): readonly string[] {
  const inside = /^\(\s*([A-Za-z_]\w*)\s*[,)]/.exec(after)?.[1];
  if (["bin", "floor", "startofday", "bin_at", "tostring"].includes(name)) return inside === undefined ? [] : [inside];
  if (/^arg_(?:max|min)$/.test(name)) return [...after.matchAll(/[A-Za-z_]\w*/g)].map(([column]) => column);
  return [`${name.replace(/^make_/, "")}_${inside ?? ""}`];
}

function wildcard(part: string): RegExp {
  return new RegExp(`^${part.replaceAll(/[^\w*]/g, "").replaceAll("*", ".*")}$`);
}
