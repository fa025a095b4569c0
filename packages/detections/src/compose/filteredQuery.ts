/** A customer's exception composed into a rule's query. */
import { anyColumns } from "./anyColumns";
import { maskedQuery, queryStages, splitAt } from "../ruleFile/queryTokens";

export interface FilteredQuery {
  readonly queryText: string;
  /** The operator before which the filter stands, such as `project`; undefined at the end of the query. */
  readonly before?: string;
  /** Offset where the added text begins. It adds one line. */
  readonly offset: number;
}

/**
 * Adds `| where <filter>` to the last statement of a query: at the end, or before the last operator
 * that drops a column of the filter. Rows for which the filter is true remain.
 *
 * It knows the operators of the last statement by their text alone, so that a program without
 * `packages/kql` composes the same query; the composed query must be bound again.
 */
export function filteredQuery(queryText: string, filter: string): FilteredQuery {
  const { stages, declared } = queryStages(queryText);
  const columns = filterColumns(filter).filter((name) => !declared.has(name));
  let known = anyColumns;
  let place = 0;
  // A rendering is no more than the last operator.
  const last = stages.findLastIndex(({ code }) => !/^(?:render|as)\b/.test(code));
  for (const [index, { code }] of stages.entries()) {
    if (index > last) break;
    if (index > 0) known = known.after(code);
    if (columns.every((column) => known.has(column))) place = index;
  }
  const offset = stages[place]?.end ?? queryText.length;
  const next = stages[place + 1];
  return {
    queryText: `${queryText.slice(0, offset)}\n| where ${filter}${queryText.slice(offset)}`,
    offset,
    ...(next !== undefined && place < last ? { before: /^[\w-]+/.exec(next.code)?.[0] ?? next.code } : {}),
  };
}

const words = new Set(
  (
    "and or not in has hasprefix hassuffix has_any has_all has_cs contains contains_cs startswith startswith_cs endswith " +
    "endswith_cs between matches regex true false null dynamic datetime timespan typeof int long real string bool guid"
  ).split(" "),
);

/** Names in a filter that can be columns: neither functions, operators, literals nor properties of columns. */
export function filterColumns(filter: string): readonly string[] {
  const code = maskedQuery(filter);
  const names = [...code.matchAll(/(?<![\w.$])[A-Za-z_]\w*(?!\w)(?!\s*\()/g)].map(([name]) => name);
  const quoted = [...filter.matchAll(/\[\s*['"](\w+)['"]\s*\](?!\s*[=.[])/g)].flatMap(([, name = ""]) => name);
  const isProperty = (name: string) => new RegExp(String.raw`[\w\])]\s*\[\s*['"]${name}['"]`).test(filter);
  return [...new Set([...names.filter((name) => !words.has(name)), ...quoted.filter((name) => !isProperty(name))])];
}

/** Why a text can't be the condition of a `where`; undefined if it can. */
export function filterFault(filter: string): string | undefined {
  const code = maskedQuery(filter);
  if (filter.trim() === "") return "it is empty";
  if (/[\n\r]/.test(filter)) return "it has more than one line";
  if (filter.includes("//") && code.trimEnd().length < filter.trimEnd().length) return "it has a comment";
  if (/^\s*(?:\||where\b)/.test(code)) return "it begins with an operator; write the condition alone";
  for (const separator of ["|", ";", ","] as const) {
    if (splitAt(code, separator).length > 1) return `it has a ${separator} outside of brackets`;
  }
  return balanceFault(code);
}

function balanceFault(code: string): string | undefined {
  const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
  const open: string[] = [];
  for (const [character] of code.matchAll(/[()[\]{}]/g)) {
    const expected = closing[character];
    if (expected !== undefined) open.push(expected);
    else if (open.pop() !== character) return `a ${character} closes nothing`;
  }
  return open.length > 0 ? `a ${open.at(-1)} is missing` : undefined;
}
