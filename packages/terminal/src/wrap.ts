/** Text wrapped at a number of terminal columns. */

/** A line as lines of at most `width` columns; a word that is longer is broken, or kept whole. */
export function wrapped(line: string, width: number, longWords: "break" | "keep"): string[] {
  if (textWidth(line) <= width) return [line];
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/ +/).flatMap((one) => (longWords === "break" ? pieces(one, width) : [one]))) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (current !== "" && textWidth(longer) > width) {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}

function pieces(word: string, width: number): string[] {
  const found = [""];
  for (const character of word) {
    const last = found.at(-1) ?? "";
    if (last !== "" && textWidth(last + character) > width) found.push(character);
    else found[found.length - 1] = last + character;
  }
  return found;
}

/**
 * Columns that a terminal takes for a text: two for East Asian wide characters and emoji, none for
 * combining marks.
 */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width +=
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}
