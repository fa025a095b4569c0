/** Foreign text in Markdown: shown as text, without any other effect. */

/**
 * Characters that are invisible or change how others look: control, format, private and unassigned
 * ones.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * Text as inline code, on one line. No Markdown, HTML, link, reference or mention comes of it: each
 * character that could begin one is a character reference, and a word joiner follows `@` and `#`.
 * @param limit characters after which it is cut, with `…`
 */
export function code(text: string, limit = 200): string {
  const visible = text.replace(invisible, (c) => `\\u{${c.codePointAt(0)?.toString(16) ?? ""}}`);
  const characters = Array.from(visible);
  const shown = characters.length > limit ? [...characters.slice(0, limit - 1), "…"] : characters;
  return `<code>${shown.map(reference).join("")}</code>`;
}

/** A message of several lines as inline code, for a list's item or a table's cell. */
export function codeOfLines(text: string, limits: { readonly lines: number; readonly characters: number }): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const shown = lines.slice(0, limits.lines).map((line) => code(line, limits.characters));
  if (lines.length > limits.lines) shown.push(`… ${lines.length - limits.lines} more lines`);
  return shown.join("<br>");
}

/** A property's value as inline code, as JSON. */
export function codeOfValue(value: unknown, limit?: number): string {
  if (value === undefined) return "(none)";
  return code(JSON.stringify(value), limit);
}

function reference(character: string): string {
  if (/[\p{L}\p{N} ,"'=;?+%-]/u.test(character)) return character;
  const escaped = `&#${character.codePointAt(0) ?? 0};`;
  return character === "@" || character === "#" ? `${escaped}&#8288;` : escaped;
}
