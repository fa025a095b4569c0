/** Places in the text of a YAML file, for edits that leave the rest as it is. */
import { isMap, isNode, isSeq } from "yaml";

/** The end of what is written of a node: the range of a block has the line breaks and comments behind it. */
export function contentEnd(node: unknown): number {
  if (isMap(node) && node.flow !== true && node.items.length > 0) {
    const { key, value } = node.items.at(-1) ?? {};
    return contentEnd(value ?? key);
  }
  if (isSeq(node) && node.flow !== true && node.items.length > 0) return contentEnd(node.items.at(-1));
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}

/** The start of the line of a position. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** The start of the line after a position; a position behind a line break is such a start. */
export function lineEnd(text: string, at: number): number {
  if (text[at - 1] === "\n") return at;
  const newline = text.indexOf("\n", at);
  return newline < 0 ? text.length : newline + 1;
}

/** Inserts a line, or a part of one, and ends the line before it where it has no end. */
export function insertedAt(text: string, at: number, addition: string): string {
  const before = text.slice(0, at);
  return `${before}${before.endsWith("\n") || !addition.endsWith("\n") ? "" : "\n"}${addition}${text.slice(at)}`;
}
