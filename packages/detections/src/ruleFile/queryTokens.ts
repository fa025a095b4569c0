/**
 * Splits a KQL query into statements and pipe stages by its strings, comments and brackets alone. It
 * knows no grammar: Microsoft's parser (`packages/kql`) judges the query.
 */

/** A part of a query's text. */
export interface QueryToken {
  readonly kind: "code" | "string" | "comment";
  /** Offset of its first character. */
  readonly start: number;
  /** Offset behind its last character. */
  readonly end: number;
}

/** Strings with their prefixes (`@` verbatim, `h` obfuscated) and comments. A string that is not closed ends with its line. */
const tokenForm =
  /\/\/[^\n]*|```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|[hH]?@"(?:[^"\n]|"")*"?|[hH]?@'(?:[^'\n]|'')*'?|[hH]?"(?:[^"\\\n]|\\.)*"?|[hH]?'(?:[^'\\\n]|\\.)*'?/g;

/** The whole text as tokens, in order and without gaps. */
export function queryTokens(text: string): readonly QueryToken[] {
  const tokens: QueryToken[] = [];
  let end = 0;
  for (const match of text.matchAll(tokenForm)) {
    // The h of a name such as `path'x'` is no prefix.
    const isName = /^[hH]/.test(match[0]) && /\w/.test(text.charAt(match.index - 1));
    const start = match.index + (isName ? 1 : 0);
    if (start > end) tokens.push({ kind: "code", start: end, end: start });
    end = match.index + match[0].length;
    tokens.push({ kind: match[0].startsWith("//") ? "comment" : "string", start, end });
  }
  if (end < text.length) tokens.push({ kind: "code", start: end, end: text.length });
  return tokens;
}

/** The text with the same length: of strings only quotes remain, of comments nothing. Line breaks stay. */
export function maskedQuery(text: string): string {
  return queryTokens(text)
    .map(({ kind, start, end }) => {
      const part = text.slice(start, end);
      if (kind === "code") return part;
      const spaces = part.replaceAll(/[^\n]/g, " ");
      if (kind === "comment") return spaces;
      return part.length > 1 ? `"${spaces.slice(1, -1)}"` : `"`;
    })
    .join("");
}

/** Where one stage of the last statement is: from behind its `|` to before the next. */
export interface QueryStage {
  readonly start: number;
  /** Offset behind the last character that is no space and no comment. */
  readonly end: number;
  /** Its text, with strings and comments masked. */
  readonly code: string;
}

/** A query as its statements and the stages of the last one. */
export interface QueryStages {
  /** Names that `let` statements declare. */
  readonly declared: ReadonlySet<string>;
  readonly stages: readonly QueryStage[];
}

/** Splits at `;` and `|` outside of brackets, strings and comments. */
export function queryStages(text: string): QueryStages {
  const code = maskedQuery(text);
  const statements = splitAt(code, ";").filter(({ start, end }) => code.slice(start, end).trim() !== "");
  const last = statements.at(-1) ?? { start: 0, end: code.length };
  const declared = statements.flatMap(({ start, end }) => {
    const name = /^\s*let\s+([A-Za-z_]\w*)/.exec(code.slice(start, end))?.[1];
    return name === undefined ? [] : [name];
  });
  const stages = splitAt(code.slice(last.start, last.end), "|").map((stage) => {
    const part = code.slice(last.start + stage.start, last.start + stage.end);
    const start = last.start + stage.start;
    return { start, end: start + part.trimEnd().length, code: part.trim() };
  });
  return { declared: new Set(declared), stages };
}

/** The parts of a masked text between separators outside of brackets. */
export function splitAt(code: string, separator: ";" | "|" | ","): readonly { start: number; end: number }[] {
  const parts: { start: number; end: number }[] = [];
  let [depth, start] = [0, 0];
  for (const { 0: character, index } of code.matchAll(separatorOrBracket[separator])) {
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth = Math.max(0, depth - 1);
    else if (depth === 0) {
      parts.push({ start, end: index });
      start = index + 1;
    }
  }
  return [...parts, { start, end: code.length }];
}

const separatorOrBracket = { ";": /[;()[\]{}]/g, "|": /[|()[\]{}]/g, ",": /[,()[\]{}]/g };
