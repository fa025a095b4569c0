/** Limits of what a reader is asked to take in at once. */
import { cellsOf, type MarkdownPage } from "../markdown";

/** Characters of a table's cell, as a reader sees it. */
const cellLimit = 80;
const readmeLines = 120;
const readmeBytes = 6400;

/** Cells that are too long: a heading with a paragraph is easier to read. */
export function longCells(pages: readonly MarkdownPage[]): readonly string[] {
  return pages.flatMap((page) =>
    cellsOf(page)
      .filter(({ text }) => lengthOf(text) > cellLimit)
      .map(
        ({ text, line }) =>
          `${page.file}:${line}: a table cell has ${lengthOf(text)} characters; the limit is ${cellLimit}`,
      ),
  );
}

export function readmeSize(page: MarkdownPage): readonly string[] {
  const lines = page.text.split("\n").length - 1;
  const bytes = Buffer.byteLength(page.text);
  return [
    ...(lines > readmeLines ? [`${page.file} has ${lines} lines; the limit is ${readmeLines}`] : []),
    ...(bytes > readmeBytes ? [`${page.file} has ${bytes} bytes; the limit is ${readmeBytes}`] : []),
  ];
}

/** Characters as code points: an emoji is one. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}
