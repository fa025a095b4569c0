/** What ends, as rows of a table for a terminal. */
import { endingSentence, endingStates, type Ending, type EndingLevel } from "@defender-mssp/microsoft";
import { markOf, warningMark } from "@defender-mssp/terminal/checkState";
import type { TextCell } from "@defender-mssp/terminal/table";

const marks = { failed: markOf("failed"), warning: warningMark, information: "·" } as const;

/** `·`: later, or no date is published. */
export function endingMark(level: EndingLevel): TextCell {
  return marks[endingStates[level]];
}

/** A row for each: mark, what ends and when, and what to do. */
export function endingRows(endings: readonly Ending[]): TextCell[][] {
  return endings.map((ending) => [
    endingMark(ending.level),
    `${endingSentence(ending)} Used by: ${ending.restsOn.join(", ")}.`,
    `Successor: ${ending.successor}. ${ending.remedy}`,
  ]);
}
