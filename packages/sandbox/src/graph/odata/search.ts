/**
 * Whether a directory object matches a `$search`, such as `"displayName:sec" OR "mail:sec"`:
 * https://learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections
 */
import type { Json } from "../../cloud/model";
import { unreadableRequest, unsupportedQuery } from "../graphErrors";
import { innerOf, jsonText } from "../json";
import { compileFilter, type FilteredType } from "./filterMatch";

type Matches = (object: Json) => boolean;

type Part = { readonly kind: "clause"; readonly text: string } | { readonly kind: "AND" | "OR" | "(" | ")" };
type Token = Part & { readonly position: number };

/** Properties whose words are searched. Any other one must start with the text. */
const tokenized = ["displayName", "description"];

/** Checks a search against a type and compiles a predicate. AND binds closer than OR. */
export function compileSearch(search: string, type: FilteredType): Matches {
  return new Search(search, type).compile();
}

class Search {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(
    private readonly text: string,
    private readonly type: FilteredType,
  ) {
    this.#tokens = tokensOf(text);
  }

  compile(): Matches {
    const matches = this.#or();
    if (this.#next < this.#tokens.length) throw this.#syntaxError();
    return matches;
  }

  #or(): Matches {
    const operands = [this.#and()];
    while (this.#take("OR")) operands.push(this.#and());
    return (object) => operands.some((matches) => matches(object));
  }

  #and(): Matches {
    const operands = [this.#operand()];
    while (this.#take("AND")) operands.push(this.#operand());
    return (object) => operands.every((matches) => matches(object));
  }

  #operand(): Matches {
    if (this.#take("(")) {
      const inner = this.#or();
      if (!this.#take(")")) throw this.#syntaxError();
      return inner;
    }
    const token = this.#tokens[this.#next];
    if (token?.kind !== "clause") throw this.#syntaxError();
    this.#next++;
    return compileClause(token.text, this.type);
  }

  #take(kind: Token["kind"]): boolean {
    if (this.#tokens[this.#next]?.kind !== kind) return false;
    this.#next++;
    return true;
  }

  #syntaxError(): Error {
    const position = this.#tokens[this.#next]?.position ?? this.text.length;
    return unreadableRequest(`Syntax error at position ${position} in '${this.text}'.`);
  }
}

/** The texts of the errors are those of Microsoft's OData library, which Graph uses. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|(AND|OR)(?![A-Za-z])|([()]))\s*/suy;
  while (pattern.lastIndex < text.length) {
    const position = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw invalidCharacter(text, position);
    const [, clause, operator, parenthesis] = match;
    if (clause !== undefined) tokens.push({ kind: "clause", text: clause.replace(/\\(.)/gsu, "$1"), position });
    else tokens.push({ kind: (operator ?? parenthesis) as "AND" | "OR" | "(" | ")", position });
  }
  return tokens;
}

/** A clause without quotation marks: words are read up to the first character of another kind. */
function invalidCharacter(text: string, from: number): Error {
  const after = text.slice(from).search(/[^A-Za-z\s]/);
  if (after === -1 || text[from + after] === '"') {
    return unreadableRequest(`Syntax error at position ${from} in '${text}'.`);
  }
  const position = from + after;
  return unreadableRequest(
    `Syntax error: character '${text[position] ?? ""}' is not valid at position ${position} in '${text}'.`,
  );
}

/** The service's texts for a clause without a property and for an unknown one are not verified. */
function compileClause(clause: string, type: FilteredType): Matches {
  const colon = clause.indexOf(":");
  if (colon < 1) throw unsupportedQuery();
  const wanted = clause.slice(0, colon).toLowerCase();
  const text = clause.slice(colon + 1);
  const [name, property] = Object.entries(type.properties).find(([known]) => known.toLowerCase() === wanted) ?? [];
  if (name === undefined || property?.type !== "Edm.String" || property.collection) throw unsupportedQuery();
  if (!tokenized.includes(name)) return compileFilter({ kind: "startsWith", path: [name], value: text }, type, true);
  const parts = wordsOf(text).flat();
  if (parts.length === 0) throw unsupportedQuery();
  return (object) => {
    const known = wordsOf(jsonText(innerOf(object, name))).flatMap((words) => [...words, ...joined(words)]);
    return parts.every((part) => known.some((word) => word.startsWith(part)));
  };
}

/**
 * The words of each part between spaces, in lower case. A change from a lower case letter to an
 * upper case one, digits and symbols separate words: `helloWorld-1` has `hello`, `world`, `-`, `1`.
 */
function wordsOf(text: string): string[][] {
  return text
    .split(/\s+/u)
    .filter((part) => part !== "")
    .map((part) =>
      (part.match(/[\p{L}\p{M}]+|\p{N}+|[^\p{L}\p{M}\p{N}]/gu) ?? [])
        .flatMap((word) => word.split(/(?<=\p{Ll})(?=\p{Lu})/u))
        .map((word) => word.toLowerCase()),
    );
}

/** Words that only symbols separate are found as one: `helloworld` finds `hello-world`. */
function joined(words: readonly string[]): string[] {
  const letters = words.filter((word) => /[\p{L}\p{N}]/u.test(word));
  return letters.length > 1 && letters.length < words.length ? [letters.join("")] : [];
}
