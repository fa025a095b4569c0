/** Character classes with Microsoft's operators: `[a[bc]]`, `[a-y&&xyz]`, `[0-9--4]`, `[a-g~~b-h]`. */
import { Refusal } from "../refusal";

/** What a class reads of its pattern. */
export interface ClassReader {
  readonly pattern: string;
  at: number;
  readonly ignoresCase: boolean;
  readonly isVerbose: boolean;
  take(expression: RegExp): RegExpExecArray | undefined;
  invalid(what: string): Error;
  namedClass(): NamedClass | undefined;
  escapedPoint(): number;
}

/** `\w` and its kin, `\p{…}` and `[:alpha:]`. */
export interface NamedClass {
  /** As RE2 writes it between brackets, without a negation. */
  readonly inner: string;
  readonly isNegated: boolean;
  /** As RE2 writes the negation between brackets, if it can. */
  readonly negation?: string;
}

type Range = readonly [from: number, to: number];

interface CharacterClass {
  readonly isNegated: boolean;
  /** Unions, each joined to those in front by its operator. */
  readonly operands: readonly { readonly operator: string; readonly items: readonly Item[] }[];
}

type Item = Range | NamedClass | CharacterClass;

/** A class in RE2's dialect. The reader stands at its bracket. */
export function classSource(reader: ClassReader): string {
  const read = readClass(reader);
  const simple = simpleSource(read);
  if (simple !== undefined) return `[${read.isNegated ? "^" : ""}${simple}]`;
  if (reader.ignoresCase && hasOperators(read))
    throw new Refusal("a nested class or an operator of classes together with the flag i");
  const ranges = classRanges(read);
  return ranges.length === 0 ? "[^\\x{0}-\\x{10FFFF}]" : `[${ranges.map(rangeSource).join("")}]`;
}

function readClass(reader: ClassReader): CharacterClass {
  reader.at++;
  const isNegated = reader.take(/\^/) !== undefined;
  let items: Item[] = [];
  const operands = [{ operator: "||", items }];
  const first = reader.take(/\]|-+(?!\])/)?.[0] ?? "";
  if (first !== "") items.push(point(first.charCodeAt(0)));
  for (;;) {
    if (reader.isVerbose && reader.take(/\s+|#[^\n]*/) !== undefined) continue;
    if (reader.at >= reader.pattern.length) throw reader.invalid("a class without its end");
    if (reader.take(/\]/) !== undefined) return { isNegated, operands };
    const operator = reader.take(/&&|--|~~/)?.[0];
    if (operator === undefined) {
      items.push(readItem(reader));
      continue;
    }
    items = [];
    operands.push({ operator, items });
  }
}

function readItem(reader: ClassReader): Item {
  const ascii = reader.take(/\[:(\^?)(\w+):\]/);
  if (ascii !== undefined) return asciiClass(ascii[2] ?? "", ascii[1] === "^", reader);
  if (reader.pattern.charAt(reader.at) === "[") return readClass(reader);
  const named = reader.namedClass();
  if (named !== undefined) return named;
  const from = readPoint(reader);
  if (reader.take(/-(?![\]-])/) === undefined) return point(from);
  const to = readPoint(reader);
  if (to < from) throw reader.invalid("a range that ends before its start");
  return [from, to];
}

function readPoint(reader: ClassReader): number {
  if (reader.pattern.charAt(reader.at) === "\\") return reader.escapedPoint();
  const read = reader.pattern.codePointAt(reader.at) ?? 0;
  reader.at += read > 0xffff ? 2 : 1;
  return read;
}

function point(code: number): Range {
  return [code, code];
}

function asciiClass(name: string, isNegated: boolean, reader: ClassReader): NamedClass {
  const inner = asciiRanges[name];
  if (inner === undefined) throw reader.invalid(`[:${name}:]`);
  return { inner, isNegated, negation: `[:^${name}:]` };
}

function isRange(item: Item): item is Range {
  return Array.isArray(item);
}

/** The union of all items between RE2's brackets; undefined if RE2 can't write it. */
function simpleSource({ operands }: CharacterClass): string | undefined {
  const [first, second] = operands;
  if (first === undefined || second !== undefined) return undefined;
  const sources = first.items.map((item) => {
    if (isRange(item)) return rangeSource(item);
    if ("inner" in item) return item.isNegated ? item.negation : item.inner;
    return item.isNegated ? undefined : simpleSource(item);
  });
  return sources.some((source) => source === undefined) ? undefined : sources.join("");
}

function hasOperators({ operands }: CharacterClass): boolean {
  return operands.length > 1 || operands.some(({ items }) => items.some((item) => "operands" in item));
}

function rangeSource([from, to]: Range): string {
  const [first, last] = [from, to].map((code) => `\\x{${code.toString(16).toUpperCase()}}`);
  return from === to ? `${first}` : `${first}-${last}`;
}

const lastPoint = 0x10ffff;

function classRanges({ isNegated, operands }: CharacterClass): Range[] {
  const ranges = operands.reduce<Range[]>((left, { operator, items }) => {
    const right = united(items.flatMap(itemRanges));
    if (operator === "&&") return common(left, right);
    if (operator === "--") return common(left, complement(right));
    if (operator === "~~") return united([...common(left, complement(right)), ...common(right, complement(left))]);
    return right;
  }, []);
  return isNegated ? complement(ranges) : ranges;
}

function itemRanges(item: Item): readonly Range[] {
  if (isRange(item)) return [item];
  if ("operands" in item) return classRanges(item);
  const ranges = namedRanges(item.inner);
  return item.isNegated ? complement(ranges) : ranges;
}

/** Sorted, without overlaps. */
function united(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) merged[merged.length - 1] = [last[0], Math.max(last[1], to)];
    else merged.push([from, to]);
  }
  return merged;
}

function complement(ranges: readonly Range[]): Range[] {
  const starts = [0, ...ranges.map(([, to]) => to + 1)];
  const ends = [...ranges.map(([from]) => from - 1), lastPoint];
  return starts.flatMap((from, index): Range[] => (from <= (ends[index] ?? -1) ? [[from, ends[index] ?? from]] : []));
}

function common(left: readonly Range[], right: readonly Range[]): Range[] {
  return complement(united([...complement(left), ...complement(right)]));
}

const rangesByName = new Map<string, readonly Range[]>();

/** Code points of named classes, which the engine's own Unicode tables can't give: JavaScript's are asked. */
function namedRanges(inner: string): readonly Range[] {
  const cached = rangesByName.get(inner);
  if (cached !== undefined) return cached;
  const test = scriptExpression(inner);
  const ranges: Range[] = [];
  let start = -1;
  for (let code = 0; code <= lastPoint + 1; code++) {
    const isMember = code <= lastPoint && test.test(String.fromCodePoint(code));
    if (isMember && start < 0) start = code;
    if (isMember || start < 0) continue;
    ranges.push([start, code - 1]);
    start = -1;
  }
  rangesByName.set(inner, ranges);
  return ranges;
}

const asciiRanges: Readonly<Partial<Record<string, string>>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\t-\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

function scriptExpression(inner: string): RegExp {
  const source = inner.replaceAll("\\x{", "\\u{");
  for (const candidate of [source, source.replace(/^\\p\{(\w+)\}$/, "\\p{Script=$1}")]) {
    try {
      return new RegExp(`[${candidate}]`, "u");
    } catch {
      // The other spelling, or the refusal below.
    }
  }
  throw new Refusal(`the class ${inner}`);
}
