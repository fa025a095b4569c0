/** Checks as a table for a terminal. */
import { countsSentence, markOf, warningMark } from "@defender-mssp/terminal/checkState";
import { tableText, type TextCell } from "@defender-mssp/terminal/table";
import { isApplicable, type Check } from "./check";
import { isRequiringState } from "./requiringState";

/** Columns that a check's name keeps where the terminal is narrow. */
const nameWidth = 28;

/**
 * @param hasDetails a row for each check; otherwise those that say nothing of this customer are one
 * line.
 */
export function checksText(checks: readonly Check[], hasDetails: boolean, width: number): string {
  const shown = hasDetails ? checks : checks.filter((check) => isApplicable(check) && !isRequiringState(check));
  const rows = shown.map(({ name, state, reason, isWarning }): TextCell[] => [
    isWarning === true ? warningMark : markOf(state),
    name,
    reason,
  ]);
  const hidden = checks.length - shown.length;
  const inapplicable = checks.filter((check) => !isApplicable(check)).length;
  const parts = [
    ...(inapplicable > 0 ? [`${inapplicable} not applicable`] : []),
    ...(hidden > inapplicable ? [`${hidden - inapplicable} require the stack's state`] : []),
  ];
  const mark = tableText([[markOf("notChecked"), `${parts.join(", ")} (--details shows them)`]], { width });
  const table = tableText(rows, { width, floors: [0, nameWidth] });
  return `${table}${hidden > 0 ? mark : ""}\n${countsSentence(checks.map(({ state }) => state))}\n`;
}
