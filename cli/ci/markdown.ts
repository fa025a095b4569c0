/** Text of others in Markdown: shown as it is, and never anything but text. */

/** What can't be seen, or makes other text look like something else: control, format, private and unassigned characters. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * Text as inline code, on one line: no Markdown, HTML, link, reference or mention comes of it. A sign that could be the
 * beginning of any of them is a character reference, which CommonMark never takes for structure; what looks for mentions and references later leaves code alone, and finds none even if not: a
 * word joiner stands behind each `@` and `#`.
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
