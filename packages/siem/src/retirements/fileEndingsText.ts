import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { endingRows } from "./endingRows";
import type { FileEndings } from "./fileEndings";

/** A table for each file that rests on something that ends; the others are counted. */
export function fileEndingsText(files: readonly FileEndings[], width: number): string {
  const shown = files.filter(({ endings, problem }) => endings.length > 0 || problem !== undefined);
  const parts = shown.map(({ file, endings, problem }) => {
    const rows = endingRows(endings);
    return `${paragraph(file, width)}${problem === undefined ? tableText(rows, { width, indent: 2 }) : paragraph(`  not read: ${problem}`, width)}\n`;
  });
  const others = files.length - shown.length;
  const counted = `${others} of ${files.length} ${files.length === 1 ? "file rests" : "files rest"} on nothing that is known to end.`;
  return `${parts.join("")}${paragraph(counted, width)}`;
}
