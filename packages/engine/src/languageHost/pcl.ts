/**
 * Reads the part of Pulumi's configuration language (PCL, a dialect of HCL) in which the engine writes down imported
 * resources: blocks, attributes, literals, lists, objects, references and the functions for assets and secrets.
 */

export type Expression =
  | { kind: "literal"; value: string | number | boolean | null }
  | { kind: "reference"; path: string }
  | { kind: "list"; items: Expression[] }
  | { kind: "object"; entries: [key: string, value: Expression][] }
  | { kind: "call"; name: string; arguments: Expression[] };

export interface Block {
  /** `resource`, `options`, `component`… */
  type: string;
  labels: string[];
  attributes: [name: string, value: Expression][];
  blocks: Block[];
}

/** Thrown for what this reader does not know. */
export class PclError extends Error {}

/** The blocks of a file, in its order. */
export function parsePcl(text: string): Block[] {
  const tokens = tokenize(text);
  let next = 0;
  const blocks: Block[] = [];
  skipLines();
  while (next < tokens.length) {
    blocks.push(block());
    skipLines();
  }
  return blocks;

  function block(): Block {
    const result: Block = { type: identifier(), labels: [], attributes: [], blocks: [] };
    while (!at("{")) result.labels.push(label());
    take("{");
    skipLines();
    while (!at("}")) {
      if (tokens[next + 1]?.text === "=") {
        const name = identifier();
        take("=");
        result.attributes.push([name, expression()]);
      } else result.blocks.push(block());
      skipLines();
    }
    take("}");
    return result;
  }

  function expression(): Expression {
    const token = advance();
    if (token.kind === "string") return { kind: "literal", value: token.value };
    if (token.kind === "number") return { kind: "literal", value: Number(token.text) };
    if (token.text === "-") return { kind: "literal", value: -Number(advance().text) };
    if (token.text === "[") return { kind: "list", items: sequence("]", expression) };
    if (token.text === "{") return { kind: "object", entries: sequence("}", entry) };
    if (token.text === "(") {
      const inner = expression();
      take(")");
      return inner;
    }
    if (token.kind !== "name") throw new PclError(`unexpected ${token.text}`);
    if (token.text === "null") return { kind: "literal", value: null };
    if (token.text === "true" || token.text === "false") return { kind: "literal", value: token.text === "true" };
    if (at("(")) {
      advance();
      return { kind: "call", name: token.text, arguments: sequence(")", expression) };
    }
    return { kind: "reference", path: token.text + traversal() };
  }

  function traversal(): string {
    let path = "";
    while (at(".") || at("[")) {
      if (advance().text === ".") path += `.${identifier()}`;
      else {
        const key = advance();
        path += key.kind === "string" ? `[${JSON.stringify(key.value)}]` : `[${key.text}]`;
        take("]");
      }
    }
    return path;
  }

  function entry(): [string, Expression] {
    const parenthesized = at("(");
    if (parenthesized) advance();
    const key = label();
    if (parenthesized) take(")");
    if (at(":")) advance();
    else take("=");
    return [key, expression()];
  }

  function sequence<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    skipLines();
    while (!at(end)) {
      items.push(item());
      skipLines();
      if (at(",")) advance();
      skipLines();
    }
    take(end);
    return items;
  }

  function label(): string {
    const token = advance();
    if (token.kind === "string") return token.value;
    if (token.kind === "name" || token.kind === "number") return token.text;
    throw new PclError(`unexpected ${token.text}`);
  }

  function identifier(): string {
    const token = advance();
    if (token.kind !== "name") throw new PclError(`expected a name, found ${token.text}`);
    return token.text;
  }

  function at(text: string): boolean {
    return tokens[next]?.kind === "symbol" && tokens[next]?.text === text;
  }

  function take(text: string): void {
    const token = advance();
    if (token.kind !== "symbol" || token.text !== text) throw new PclError(`expected ${text}, found ${token.text}`);
  }

  function advance(): Token {
    const token = tokens[next++];
    if (token === undefined) throw new PclError("unexpected end");
    return token;
  }

  function skipLines(): void {
    while (at("\n")) next++;
  }
}

interface Token {
  kind: "name" | "number" | "string" | "symbol";
  text: string;
  /** Of a string: what it stands for. */
  value: string;
}

const patterns: [kind: Token["kind"] | "blank", pattern: RegExp][] = [
  ["blank", /[ \t\r]+|(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\//y],
  ["name", /[A-Za-z_][\w-]*/y],
  ["number", /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ["string", /"(?:[^"\\\n]|\\.)*"/y],
  ["symbol", /[\n{}[\]()=,.:-]/y],
];

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const found = patterns
      .map(([kind, pattern]) => {
        pattern.lastIndex = position;
        return { kind, match: pattern.exec(text) };
      })
      .find(({ match }) => match !== null);
    if (found?.match == null) throw new PclError(`unexpected ${JSON.stringify(text.slice(position, position + 20))}`);
    const [matched] = found.match;
    position += matched.length;
    if (found.kind === "blank") continue;
    tokens.push({ kind: found.kind, text: matched, value: found.kind === "string" ? unquote(matched) : matched });
  }
  return tokens;
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (/(?<!\$)(?:\$\$)*\$\{/.test(inner) || /(?<!%)(?:%%)*%\{/.test(inner)) {
    throw new PclError(`a template with expressions: ${quoted}`);
  }
  return inner
    .replace(
      /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g,
      (_all, short?: string, long?: string, simple?: string) => {
        const code = short ?? long;
        if (code !== undefined) return String.fromCodePoint(parseInt(code, 16));
        return escapes[simple ?? ""] ?? simple ?? "";
      },
    )
    .replaceAll("$${", "${")
    .replaceAll("%%{", "%{");
}
