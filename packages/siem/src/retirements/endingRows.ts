/** What ends, as rows of a table for a terminal. */
import { endingSentence, type Ending, type EndingLevel } from "@defender-mssp/microsoft";
import { markOf, warningMark } from "@defender-mssp/terminal/checkState";
import type { TextCell } from "@defender-mssp/terminal/table";

/** `·`: later, or no date is published. */
const marks: Readonly<Record<EndingLevel, TextCell>> = {
  over: markOf("failed"),
  perhapsOver: warningMark,
  soon: warningMark,
  later: "·",
  undated: "·",
};

export function endingMark(level: EndingLevel): TextCell {
  return marks[level];
}

/** A row for each: mark, what ends and when, and what to do. */
export function endingRows(endings: readonly Ending[]): TextCell[][] {
  return endings.map((ending) => [
    marks[ending.level],
    `${endingSentence(ending)} Used by: ${ending.restsOn.join(", ")}.`,
    `Successor: ${ending.successor}. ${ending.remedy}`,
  ]);
}
