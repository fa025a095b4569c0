/**
 * Text of others, such as a name out of a customer's tenant, for a terminal and for CI's logs: its
 * line breaks stay, nothing else acts.
 */
export function terminalText(text: string): string {
  return text
    .replaceAll(/##(?=\[|vso\[)/g, "# #")
    .replaceAll(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * Text of others as one line, for a terminal, a log or a field: control characters (C0, C1, DEL),
 * line breaks, bidi overrides and other invisible characters become visible escapes such as
 * `\\u{1b}`.
 */
export function visibleText(text: string): string {
  return text.replaceAll(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * JSON with the same characters as JSON escapes: its reader gets the text unchanged, a terminal
 * doesn't act on it.
 */
export function visibleJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent);
  // Line breaks and indentation between the tokens stay; within strings, JSON.stringify escapes
  // line breaks itself.
  return json.replaceAll(invisible, (character) =>
    character === "\n"
      ? character
      : Array.from({ length: character.length }, (_, at) => escapedUnit(character, at)).join(""),
  );
}

/** The same JSON in ASCII alone: its reader gets the text unchanged. */
export function asciiJson(json: string): string {
  return json.replaceAll(/[^\x00-\x7f]/g, (unit) => escapedUnit(unit, 0));
}

/**
 * Unicode category C (control, format, surrogate, private use, unassigned), and the two separators
 * of lines.
 */
const invisible = /\p{C}|[\p{Zl}\p{Zp}]/gu;

function escapedUnit(character: string, at: number): string {
  return `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
}
