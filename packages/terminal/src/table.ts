/**
 * Tables for a terminal: columns that wrap at its width, colours around text that has been made
 * safe.
 */
import colors from "picocolors";
import { terminalText } from "./terminalText";
import { textWidth, wrapped } from "./wrap";

/** A cell's text, or text with a colour. */
export type TextCell = string | { readonly text: string; readonly color: "green" | "red" | "yellow" | "bold" };

export interface TableOptions {
  /**
   * Columns of the terminal. Default: those of stdout; unlimited where stdout is no terminal, so
   * that a row stays one line.
   */
  readonly width?: number;
  /** Spaces in front of each line. Default: 0. */
  readonly indent?: number;
  /** The least columns of the first ones, where their texts are as wide. Default: the longest word. */
  readonly floors?: readonly number[];
}

const gap = 2;
/** A column that has to be narrower than its longest word is at least this wide. */
const narrowest = 8;

/** Columns of the terminal that stdout is; unlimited where it is none. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? Math.max(process.stdout.columns || 80, 40) : Infinity;
}

/**
 * Rows as lines, the cells of a column below each other. A cell that is too long for its column
 * continues on the next line.
 */
export function tableText(rows: readonly (readonly TextCell[])[], options: TableOptions = {}): string {
  const { width = terminalWidth(), indent = 0, floors = [] } = options;
  const texts = rows.map((row) => row.map((cell) => terminalText(typeof cell === "string" ? cell : cell.text)));
  const widths = columnWidths(texts, width - indent, floors);
  return rows.flatMap((row, index) => rowLines(row, texts[index] ?? [], widths, " ".repeat(indent))).join("");
}

/** Prose, wrapped at the terminal's width. A word that is longer, such as a URL, stays whole. */
export function paragraph(text: string, width = terminalWidth(), indent = 0): string {
  const lines = terminalText(text)
    .split("\n")
    .flatMap((line) => wrapped(line, width - indent, "keep"));
  return lines.map((line) => `${" ".repeat(indent)}${line}`.trimEnd() + "\n").join("");
}

function rowLines(
  row: readonly TextCell[],
  texts: readonly string[],
  widths: readonly number[],
  indent: string,
): readonly string[] {
  const cells = texts.map((text, column) =>
    text.split("\n").flatMap((line) => wrapped(line, widths[column] ?? Infinity, "break")),
  );
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) => {
    const parts = row.map((cell, column) => {
      const text = cells[column]?.[index] ?? "";
      const isLast = column === row.length - 1;
      const padding = isLast ? "" : " ".repeat(Math.max(0, (widths[column] ?? 0) - textWidth(text)) + gap);
      return `${typeof cell === "string" || text === "" ? text : colors[cell.color](text)}${padding}`;
    });
    return `${indent}${parts.join("")}`.trimEnd() + "\n";
  });
}

/**
 * Each column as wide as its longest line; where that is too much, the widest ones give way, down
 * to their longest word.
 */
function columnWidths(rows: readonly (readonly string[])[], available: number, floors: readonly number[]): number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const longest = (column: number, separator: RegExp) =>
    Math.max(0, ...rows.flatMap((row) => (row[column] ?? "").split(separator).map(textWidth)));
  const columns = Array.from({ length: count }, (_, column) => {
    const width = longest(column, /\n/);
    return { width, word: Math.max(longest(column, /\s+/), Math.min(width, floors[column] ?? 0)) };
  });
  const excess = () => columns.reduce((sum, { width }) => sum + width, gap * (count - 1)) - available;
  while (excess() > 0) {
    const widest = (floor: (column: { word: number }) => number) =>
      columns.filter((column) => column.width > floor(column)).sort((a, b) => b.width - a.width)[0];
    const column = widest(({ word }) => Math.max(word, narrowest)) ?? widest(() => narrowest);
    if (column === undefined) break;
    column.width--;
  }
  return columns.map(({ width }) => width);
}
