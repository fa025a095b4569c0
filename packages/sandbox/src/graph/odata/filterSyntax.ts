/**
 * Reads `$filter` into a tree. The grammar is the part of OData 4.01 that Graph's directory
 * accepts: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html
 * (5.1.1)
 */
import { unreadableRequest } from "../graphErrors";

export type Literal =
  { kind: "string" | "bare"; text: string } | { kind: "boolean"; value: boolean } | { kind: "null" };

export type ComparisonOperator = "eq" | "ne" | "gt" | "ge" | "lt" | "le";

/**
 * Property names of a path such as `web/homePageUrl`; inside a lambda the first is the lambda's
 * variable.
 */
export type PropertyPath = readonly string[];

export type Filter =
  | { kind: "and" | "or"; left: Filter; right: Filter }
  | { kind: "not"; operand: Filter }
  | { kind: "comparison"; path: PropertyPath; operator: ComparisonOperator; value: Literal }
  | { kind: "in"; path: PropertyPath; values: readonly Literal[] }
  | { kind: "startsWith" | "endsWith"; path: PropertyPath; value: string }
  | { kind: "any"; path: PropertyPath; variable: string; condition: Filter | undefined };

/** The tree of a `$filter`. Throws the service's 400 for invalid text. */
export function parseFilter(text: string): Filter {
  const parser = new Parser(tokenize(text), text);
  return parser.parse();
}

/** A string literal: quotes doubled inside single quotes. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Writes a tree as text, with all parentheses. */
export function formatFilter(filter: Filter): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return `(${formatFilter(filter.left)} ${filter.kind} ${formatFilter(filter.right)})`;
    case "not":
      return `not (${formatFilter(filter.operand)})`;
    case "comparison":
      return `${filter.path.join("/")} ${filter.operator} ${formatLiteral(filter.value)}`;
    case "in":
      return `${filter.path.join("/")} in (${filter.values.map(formatLiteral).join(",")})`;
    case "startsWith":
    case "endsWith":
      return `${filter.kind}(${filter.path.join("/")},${quoted(filter.value)})`;
    case "any": {
      const condition = filter.condition === undefined ? "" : `${filter.variable}:${formatFilter(filter.condition)}`;
      return `${filter.path.join("/")}/any(${condition})`;
    }
  }
}

function formatLiteral(literal: Literal): string {
  switch (literal.kind) {
    case "string":
      return quoted(literal.text);
    case "bare":
      return literal.text;
    case "boolean":
      return String(literal.value);
    case "null":
      return "null";
  }
}

interface Token {
  kind: "string" | "word" | "symbol" | "end";
  text: string;
  position: number;
}

const comparisonOperators: ReadonlySet<string> = new Set(["eq", "ne", "gt", "ge", "lt", "le"]);
const wordPattern = /[^\s'(),:/]/;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const character = text.charAt(position);
    if (/\s/.test(character)) {
      position++;
    } else if (character === "'") {
      const end = endOfString(text, position);
      tokens.push({ kind: "string", text: text.slice(position + 1, end).replaceAll("''", "'"), position });
      position = end + 1;
    } else if (wordPattern.test(character)) {
      let end = position;
      // A time such as 2024-01-02T03:04:05Z contains colons; a lambda's variable is followed by
      // one.
      while (end < text.length && (wordPattern.test(text.charAt(end)) || isColonOfTime(text, position, end))) end++;
      tokens.push({ kind: "word", text: text.slice(position, end), position });
      position = end;
    } else {
      tokens.push({ kind: "symbol", text: character, position });
      position++;
    }
  }
  tokens.push({ kind: "end", text: "", position });
  return tokens;
}

function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length) {
    if (text.charAt(position) !== "'") position++;
    else if (text.charAt(position + 1) === "'") position += 2;
    else return position;
  }
  throw unreadableRequest(
    `Invalid filter clause: There is an unterminated string literal at position ${text.length} in '${text}'.`,
  );
}

function isColonOfTime(text: string, start: number, position: number): boolean {
  return text.charAt(position) === ":" && /^\d{4}-\d\d-\d\dT\d\d/.test(text.slice(start, position));
}

/** Deeper than real filters, and far below the stack's limit. */
const deepest = 100;

class Parser {
  #next = 0;
  #depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly text: string,
  ) {}

  parse(): Filter {
    const filter = this.#or();
    if (this.#peek().kind !== "end") throw this.#syntaxError();
    return filter;
  }

  #or(): Filter {
    let left = this.#and();
    while (this.#takeWord("or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Filter {
    let left = this.#unary();
    while (this.#takeWord("and")) left = { kind: "and", left, right: this.#unary() };
    return left;
  }

  #unary(): Filter {
    if (++this.#depth > deepest) {
      throw unreadableRequest("Invalid filter clause: Recursion depth exceeded allowed limit.");
    }
    const filter = this.#innerUnary();
    this.#depth--;
    return filter;
  }

  #innerUnary(): Filter {
    if (this.#takeWord("not")) return { kind: "not", operand: this.#unary() };
    if (this.#takeSymbol("(")) {
      const inner = this.#or();
      this.#expectSymbol(")");
      return inner;
    }
    return this.#condition();
  }

  #condition(): Filter {
    const first = this.#word();
    if (this.#isSymbol("(")) return this.#function(first);
    const path = [first];
    while (this.#takeSymbol("/")) {
      const segment = this.#word();
      if (segment.toLowerCase() === "any" && this.#isSymbol("(")) return this.#any(path);
      path.push(segment);
    }
    return this.#comparison(path);
  }

  #comparison(path: PropertyPath): Filter {
    const operator = this.#word().toLowerCase();
    if (operator === "in") return { kind: "in", path, values: this.#list() };
    if (!comparisonOperators.has(operator)) throw this.#syntaxError();
    return { kind: "comparison", path, operator: operator as ComparisonOperator, value: this.#literal() };
  }

  #function(name: string): Filter {
    const kinds: Readonly<Record<string, "startsWith" | "endsWith">> = {
      startswith: "startsWith",
      endswith: "endsWith",
    };
    const kind = kinds[name.toLowerCase()];
    if (kind === undefined) {
      throw unreadableRequest(`Invalid filter clause: An unknown function with name '${name}' was found.`);
    }
    this.#expectSymbol("(");
    const path = [this.#word()];
    while (this.#takeSymbol("/")) path.push(this.#word());
    this.#expectSymbol(",");
    const value = this.#literal();
    if (value.kind !== "string") throw this.#syntaxError();
    this.#expectSymbol(")");
    return { kind, path, value: value.text };
  }

  #any(path: PropertyPath): Filter {
    this.#expectSymbol("(");
    if (this.#takeSymbol(")")) return { kind: "any", path, variable: "", condition: undefined };
    const variable = this.#word();
    this.#expectSymbol(":");
    const condition = this.#or();
    this.#expectSymbol(")");
    return { kind: "any", path, variable, condition };
  }

  #list(): Literal[] {
    this.#expectSymbol("(");
    const values = [this.#literal()];
    while (this.#takeSymbol(",")) values.push(this.#literal());
    this.#expectSymbol(")");
    return values;
  }

  #literal(): Literal {
    const token = this.#take();
    if (token.kind === "string") return { kind: "string", text: token.text };
    if (token.kind !== "word") throw this.#syntaxError(token);
    const word = token.text.toLowerCase();
    if (word === "true" || word === "false") return { kind: "boolean", value: word === "true" };
    return token.text === "null" ? { kind: "null" } : { kind: "bare", text: token.text };
  }

  #word(): string {
    const token = this.#take();
    if (token.kind !== "word") throw this.#syntaxError(token);
    return token.text;
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    if (token.kind !== "word" || token.text.toLowerCase() !== word) return false;
    this.#next++;
    return true;
  }

  #isSymbol(symbol: string): boolean {
    const token = this.#peek();
    return token.kind === "symbol" && token.text === symbol;
  }

  #takeSymbol(symbol: string): boolean {
    if (!this.#isSymbol(symbol)) return false;
    this.#next++;
    return true;
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw this.#syntaxError();
  }

  #peek(): Token {
    return this.tokens[this.#next] ?? { kind: "end", text: "", position: this.text.length };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #syntaxError(token = this.#peek()): Error {
    return unreadableRequest(`Invalid filter clause: Syntax error at position ${token.position} in '${this.text}'.`);
  }
}
