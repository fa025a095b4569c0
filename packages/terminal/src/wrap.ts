/** Text wrapped at a number of terminal columns. */

/** A line as lines of at most `width` columns; a word that is longer is broken, or kept whole. */
export function wrapped(line: string, width: number, longWords: "break" | "keep"): string[] {
  if (textWidth(line) <= width) return [line];
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/ +/).flatMap((part) => (longWords === "break" ? pieces(part, width) : [part]))) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (current !== "" && textWidth(longer) > width) {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}

/** A word in pieces of at most `width` columns, cut between characters as people see them. */
function pieces(word: string, width: number): string[] {
  const cut = [""];
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    const last = cut.at(-1) ?? "";
    if (last !== "" && textWidth(last + segment) > width) cut.push(segment);
    else cut[cut.length - 1] = last + segment;
  }
  return cut;
}

/**
 * Columns that a terminal takes for a text: two for East Asian wide characters and emoji, none for
 * combining marks.
 */
export function textWidth(text: string): number {
  return isNarrow(text) ? text.length : widthOfAnyText(text);
}

/** Whether each character takes one column: ASCII, Latin letters, punctuation, the marks of tables. */
export function isNarrow(text: string): boolean {
  return /^[ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027✓✗]*$/.test(text);
}

/**
 * Loads `string-width`, an ES module, for other texts only: with the first one, Node.js loads its
 * second module loader, 30 ms that no `--help` should take. `wrap-ansi` loads the same.
 */
function widthOfAnyText(text: string): number {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded for few texts
  const { default: stringWidth } = require("string-width") as typeof import("string-width");
  return stringWidth(text);
}
