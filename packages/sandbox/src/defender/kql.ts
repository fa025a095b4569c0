/**
 * A small part of the Kusto Query Language: a table and the operators `where`, `project`, `take`
 * (`limit`), `count`, `summarize count() [by …]` and `sort` (`order`) `by`. Everything else is an
 * error, so that no query gets a result that the service would not give.
 * https://learn.microsoft.com/kusto/query/
 */
import { dayMs, hourMs } from "@defender-mssp/errors/time";
import { unreadableRequest } from "../graph/errors";

export type KqlCell = string | number | boolean | Date | null;
export type KqlRow = Readonly<Record<string, KqlCell>>;
export type ColumnType = "DateTime" | "String" | "Int64" | "SByte";

export interface KqlColumn {
  readonly name: string;
  readonly type: ColumnType;
}

export interface KqlTable {
  readonly columns: readonly KqlColumn[];
  readonly rows: Iterable<KqlRow>;
}

/**
 * The rows of a query. @param tableOf undefined: no such table. @throws EmulatedGraphError, as
 * runHuntingQuery's documented 400
 */
export function runKql(query: string, tableOf: (name: string) => KqlTable | undefined, now: Date): KqlTable {
  const parser = new Parser(tokensOf(query), now);
  const name = parser.name("a table");
  const table = tableOf(name);
  if (table === undefined) throw semantic(`Failed to resolve table or column expression named '${name}'`);
  return parser.operators(table);
}

/** The sandbox's own text after the code; the last sentence is the service's. */
function syntax(message: string): Error {
  return unreadableRequest(`Syntax error: ${message}. Fix syntax errors in your query.`);
}

function semantic(message: string): Error {
  return unreadableRequest(`${message}. Fix semantic errors in your query.`);
}

interface Token {
  readonly kind: "name" | "number" | "string" | "timespan" | "moment" | "symbol" | "end";
  readonly text: string;
}

const tokenPattern =
  /\s+|\/\/[^\n]*|(?<moment>\bdatetime\([^()\n]*\))|(?<timespan>\d+(?:\.\d+)?(?:d|h|m|s)\b)|(?<number>\d+(?:\.\d+)?\b)|(?<name>!?[A-Za-z_]\w*)|(?<string>@?"[^"\n]*"|@?'[^'\n]*')|(?<symbol>==|!=|<=|>=|=~|!~|[|,()<>=;-])/y;

function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  for (tokenPattern.lastIndex = 0; tokenPattern.lastIndex < query.length;) {
    const at = tokenPattern.lastIndex;
    const groups = tokenPattern.exec(query)?.groups;
    if (groups === undefined) {
      tokenPattern.lastIndex = 0;
      throw syntax(`unexpected '${query.slice(at, at + 10)}' at position ${at}`);
    }
    for (const kind of ["moment", "timespan", "number", "name", "string", "symbol"] as const) {
      const text = groups[kind];
      if (text !== undefined) tokens.push({ kind, text: kind === "string" ? stringOf(text) : text });
    }
  }
  return tokens;
}

function stringOf(literal: string): string {
  if (literal.startsWith("@")) return literal.slice(2, -1);
  return literal.slice(1, -1).replace(/\\(.)/g, (_all, escaped: string) => {
    const character = { n: "\n", t: "\t", "\\": "\\", '"': '"', "'": "'" }[escaped];
    if (character === undefined) throw syntax(`the escape \\${escaped} is not supported by the sandbox`);
    return character;
  });
}

type Test = (row: KqlRow) => boolean;

/** A column or a constant. */
interface Operand {
  readonly type: ColumnType;
  readonly column?: string;
  readonly value: (row: KqlRow) => KqlCell;
}

class Parser {
  #next = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly now: Date,
  ) {}

  name(what: string): string {
    const token = this.#take();
    if (token.kind !== "name" || token.text.startsWith("!")) throw syntax(`expected ${what}, found '${token.text}'`);
    return token.text;
  }

  operators(table: KqlTable): KqlTable {
    if (this.#peek().kind === "end" || this.#isEnd()) return table;
    this.#expect("|");
    return this.operators(this.#operator(table));
  }

  #operator(table: KqlTable): KqlTable {
    const name = this.name("an operator");
    switch (name) {
      case "where":
      case "filter": {
        const test = this.#or(table);
        return { ...table, rows: filtered(table.rows, test) };
      }
      case "project":
        return this.#project(table);
      case "take":
      case "limit":
        return { ...table, rows: first(table.rows, this.#wholeNumber()) };
      case "count":
        return { columns: [{ name: "Count", type: "Int64" }], rows: [{ Count: [...table.rows].length }] };
      case "summarize":
        return this.#summarize(table);
      case "sort":
      case "order":
        return this.#sort(table);
      default:
        throw syntax(`the sandbox has no operator '${name}'`);
    }
  }

  #project(table: KqlTable): KqlTable {
    const columns = this.#columns(table);
    const names = columns.map(({ name }) => name);
    if (new Set(names).size < names.length) throw semantic("'project' operator: a column is named twice");
    return { columns, rows: projected(table.rows, names) };
  }

  #summarize(table: KqlTable): KqlTable {
    const [first, open, close] = [this.#take(), this.#take(), this.#take()];
    if (first.text !== "count" || open.text !== "(" || close.text !== ")") {
      throw syntax("the sandbox has no aggregation but count()");
    }
    const by = this.#takeWord("by") ? this.#columns(table) : [];
    const groups = new Map<string, { key: KqlRow; count: number }>();
    for (const row of table.rows) {
      const key = Object.fromEntries(by.map(({ name }) => [name, row[name] ?? null]));
      const group = groups.get(JSON.stringify(key)) ?? { key, count: 0 };
      groups.set(JSON.stringify(key), { key, count: group.count + 1 });
    }
    if (by.length === 0 && groups.size === 0) groups.set("", { key: {}, count: 0 });
    return {
      columns: [...by, { name: "count_", type: "Int64" }],
      rows: [...groups.values()].map(({ key, count }) => ({ ...key, count_: count })),
    };
  }

  /** Descending unless it says otherwise. */
  #sort(table: KqlTable): KqlTable {
    if (!this.#takeWord("by")) throw syntax("expected 'by'");
    const keys: { name: string; sign: number }[] = [];
    do {
      const { name } = this.#column(table);
      const isAscending = this.#takeWord("asc");
      if (!isAscending) this.#takeWord("desc");
      keys.push({ name, sign: isAscending ? 1 : -1 });
    } while (this.#takeSymbol(","));
    const compared = (a: KqlRow, b: KqlRow) =>
      keys.reduce((result, { name, sign }) => result || sign * compare(a[name] ?? null, b[name] ?? null), 0);
    return { ...table, rows: [...table.rows].sort(compared) };
  }

  #or(table: KqlTable): Test {
    let left = this.#and(table);
    while (this.#takeWord("or")) {
      const [one, other] = [left, this.#and(table)];
      left = (row) => one(row) || other(row);
    }
    return left;
  }

  #and(table: KqlTable): Test {
    let left = this.#condition(table);
    while (this.#takeWord("and")) {
      const [one, other] = [left, this.#condition(table)];
      left = (row) => one(row) && other(row);
    }
    return left;
  }

  #condition(table: KqlTable): Test {
    if (this.#takeSymbol("(")) {
      const inner = this.#or(table);
      this.#expect(")");
      return inner;
    }
    const token = this.#peek();
    if (token.kind === "name" && token.text === "not") {
      this.#take();
      this.#expect("(");
      const inner = this.#or(table);
      this.#expect(")");
      return (row) => !inner(row);
    }
    const left = this.#operand(table);
    const operator = this.#take().text;
    if (operator === "in" || operator === "!in") return this.#in(table, left, operator === "in");
    const right = this.#operand(table);
    const test = comparisons[operator];
    if (test === undefined) throw syntax(`the sandbox has no operator '${operator}'`);
    if (left.type !== right.type) throw semantic(`Cannot compare values of types ${left.type} and ${right.type}`);
    if (test.ofText && left.type !== "String") throw semantic(`'${operator}' needs strings`);
    return (row) => test.holds(left.value(row), right.value(row));
  }

  #in(table: KqlTable, left: Operand, isIn: boolean): Test {
    this.#expect("(");
    const values: Operand[] = [];
    do values.push(this.#operand(table));
    while (this.#takeSymbol(","));
    this.#expect(")");
    if (values.some(({ type }) => type !== left.type)) throw semantic("'in' needs values of the column's type");
    return (row) => values.some((value) => compare(left.value(row), value.value(row)) === 0) === isIn;
  }

  #operand(table: KqlTable): Operand {
    const token = this.#peek();
    if (token.kind === "string") return constant("String", this.#take().text);
    if (token.kind === "number") return constant("Int64", Number(this.#take().text));
    if (token.kind === "moment") return momentLiteral(this.#take().text);
    if (token.kind === "name" && ["ago", "now"].includes(token.text)) return this.#moment();
    if (token.kind === "name" && ["true", "false"].includes(token.text)) {
      return constant("SByte", this.#take().text === "true");
    }
    const { name, type } = this.#column(table);
    return { type, column: name, value: (row) => row[name] ?? null };
  }

  #moment(): Operand {
    const name = this.#take().text;
    this.#expect("(");
    const parts: string[] = [];
    while (!["", ")"].includes(this.#peek().text)) parts.push(this.#take().text);
    this.#expect(")");
    const text = parts.join("");
    if (name === "now" && text === "") return constant("DateTime", this.now);
    if (name === "ago") return constant("DateTime", new Date(this.now.getTime() - timespan(text)));
    throw syntax(`the sandbox does not read ${name}(${text})`);
  }

  #columns(table: KqlTable): KqlColumn[] {
    const columns = [this.#column(table)];
    while (this.#takeSymbol(",")) columns.push(this.#column(table));
    return columns;
  }

  #column({ columns }: KqlTable): KqlColumn {
    const name = this.name("a column");
    if (this.#peek().text === "(" || this.#peek().text === "=") {
      throw syntax(`the sandbox reads columns only, not '${name}${this.#peek().text}'`);
    }
    const column = columns.find((one) => one.name === name);
    if (column === undefined) throw semantic(`Failed to resolve scalar expression named '${name}'`);
    return column;
  }

  #wholeNumber(): number {
    const token = this.#take();
    if (token.kind !== "number" || !/^\d+$/.test(token.text)) throw syntax(`expected a number, found '${token.text}'`);
    return Number(token.text);
  }

  #isEnd(): boolean {
    return this.#peek().text === ";" && this.tokens.length === this.#next + 1;
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    if (token.kind !== "name" || token.text !== word) return false;
    this.#next++;
    return true;
  }

  #takeSymbol(symbol: string): boolean {
    const token = this.#peek();
    if (token.kind !== "symbol" || token.text !== symbol) return false;
    this.#next++;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw syntax(`expected '${symbol}', found '${this.#peek().text}'`);
  }

  #peek(): Token {
    return this.tokens[this.#next] ?? { kind: "end", text: "" };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }
}

function constant(type: ColumnType, value: KqlCell): Operand {
  return { type, value: () => value };
}

/** `datetime(2026-06-01)`, `datetime(2026-06-01T12:00:00Z)`. */
function momentLiteral(text: string): Operand {
  const inner = text.slice("datetime(".length, -1).trim();
  const isRead = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?Z)?$/.test(inner);
  const moment = isRead ? Date.parse(inner) : NaN;
  if (Number.isNaN(moment)) throw syntax(`the sandbox does not read ${text}`);
  return constant("DateTime", new Date(moment));
}

const units: Readonly<Record<string, number>> = { d: dayMs, h: hourMs, m: 60_000, s: 1000 };

function timespan(text: string): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([dhms])$/.exec(text) ?? [];
  if (amount === undefined) throw syntax(`'${text}' is no timespan that the sandbox reads`);
  return Number(amount) * (units[unit] ?? 0);
}

interface Comparison {
  readonly ofText: boolean;
  readonly holds: (left: KqlCell, right: KqlCell) => boolean;
}

const comparisons: Readonly<Record<string, Comparison | undefined>> = {
  "==": { ofText: false, holds: (left, right) => compare(left, right) === 0 },
  "!=": { ofText: false, holds: (left, right) => compare(left, right) !== 0 },
  "<": ordering((result) => result < 0),
  "<=": ordering((result) => result <= 0),
  ">": ordering((result) => result > 0),
  ">=": ordering((result) => result >= 0),
  "=~": ofText((left, right) => left === right),
  "!~": ofText((left, right) => left !== right),
  contains: ofText((left, right) => left.includes(right)),
  "!contains": ofText((left, right) => !left.includes(right)),
  startswith: ofText((left, right) => left.startsWith(right)),
  "!startswith": ofText((left, right) => !left.startsWith(right)),
  endswith: ofText((left, right) => left.endsWith(right)),
  "!endswith": ofText((left, right) => !left.endsWith(right)),
};

/** Without a value neither order holds. */
function ordering(holds: (result: number) => boolean): Comparison {
  return { ofText: false, holds: (left, right) => left !== null && right !== null && holds(compare(left, right)) };
}

/** Without regard to case. */
function ofText(holds: (left: string, right: string) => boolean): Comparison {
  const small = (cell: KqlCell) => String(cell ?? "").toLowerCase();
  return { ofText: true, holds: (left, right) => holds(small(left), small(right)) };
}

/** Null comes first. */
function compare(left: KqlCell, right: KqlCell): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  const [a, b] = [left instanceof Date ? left.getTime() : left, right instanceof Date ? right.getTime() : right];
  return a < b ? -1 : a > b ? 1 : 0;
}

function* filtered(rows: Iterable<KqlRow>, test: Test): Generator<KqlRow, void> {
  for (const row of rows) if (test(row)) yield row;
}

function* projected(rows: Iterable<KqlRow>, names: readonly string[]): Generator<KqlRow, void> {
  for (const row of rows) yield Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

function* first(rows: Iterable<KqlRow>, most: number): Generator<KqlRow, void> {
  if (most === 0) return;
  let taken = 0;
  for (const row of rows) {
    yield row;
    if (++taken === most) return;
  }
}
