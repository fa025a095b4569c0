/** Breaks a label into lines. SVG text does not wrap by itself. */

/** Lines of at most `width` characters; Chinese and Japanese ones count twice. The last line ends with "…" if text is left. */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  for (const word of text
    .trim()
    .split(/\s+/)
    .flatMap((word) => pieces(word, width))) {
    const last = lines.at(-1);
    if (last !== undefined && size(last) + 1 + size(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  kept[most - 1] = `${fitting(kept[most - 1] ?? "", width - 1)}…`;
  return kept;
}

/** A word that is longer than a line, such as an e-mail address. */
function pieces(word: string, width: number): string[] {
  const found: string[] = [];
  let rest = word;
  while (size(rest) > width) {
    const most = fitting(rest, width);
    // Behind "@" or another sign, if that leaves no short line.
    const sign = most.includes("@")
      ? most.lastIndexOf("@") + 1
      : Math.max(...[".", "-", "_", "/"].map((one) => most.lastIndexOf(one))) + 1;
    const piece = sign * 3 > width ? most.slice(0, sign) : most;
    found.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...found, rest];
}

function fitting(text: string, width: number): string {
  let kept = "";
  for (const character of text) {
    if (size(kept + character) > width) break;
    kept += character;
  }
  return kept;
}

function size(text: string): number {
  let total = 0;
  for (const character of text) total += isWide(character) ? 2 : 1;
  return total;
}

function isWide(character: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
    character,
  );
}
