/**
 * Java's `.properties` format. Source: Oracle, `java.util.Properties`, `load(Reader)` and `store`.
 */

/** One line of a file: `[key, value]`, or a comment. */
export type PropertiesLine = readonly [key: string, value: string] | string;

/**
 * Writes the lines. Everything but printable ASCII becomes `\uXXXX`, so that the file reads the
 * same in UTF-8 and in Latin-1, which Java up to version 8 uses for these files.
 */
export function propertiesText(lines: readonly PropertiesLine[]): string {
  return lines.map((line) => `${typeof line === "string" ? commentText(line) : entryText(line)}\n`).join("");
}

function commentText(line: string): string {
  return line === "" ? "" : `# ${withoutBreaks(line)}`;
}

function entryText([key, value]: readonly [string, string]): string {
  return `${escaped(key).replace(/[ =:#!]/g, "\\$&")}=${escaped(value).replace(/^ /, "\\ ")}`;
}

function escaped(text: string): string {
  return text.replace(/[^\x20-\x7e]|\\/g, (character) => {
    if (character === "\\") return "\\\\";
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function withoutBreaks(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}
