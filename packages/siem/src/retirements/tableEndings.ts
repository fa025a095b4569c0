/** The whole table of retirements, as it is on a day. */
import {
  byUrgency,
  endingOn,
  endingSentence,
  retirements,
  retirementsAsOf,
  dateOf,
  type Ending,
} from "@defender-mssp/microsoft";
import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { endingMark } from "./endingRows";

export interface TableEndings {
  /** The day of the table's state. */
  readonly asOf: string;
  readonly retirements: readonly Ending[];
}

/** Every entry, the most urgent first. */
export function tableEndings(now: Date): TableEndings {
  const today = dateOf(now);
  const list = retirements.map((entry) => endingOn(entry, [], today)).sort(byUrgency);
  return { asOf: retirementsAsOf, retirements: list };
}

export function tableEndingsText({ asOf, retirements: list }: TableEndings, width: number): string {
  const rows = list.map((ending) => [
    endingMark(ending.level),
    endingSentence(ending),
    `Successor: ${ending.successor}.`,
  ]);
  return `${tableText(rows, { width })}\n${paragraph(`State of ${asOf}.`, width)}`;
}
