/** The one vocabulary for the result of a check, in the text and the JSON of every command. */
import type { NotChecked } from "@defender-mssp/errors/notChecked";
import type { TextCell } from "./table";

/**
 * `notChecked`: the check does not apply to this stack, or nobody with the permission for it is
 * signed in.
 */
export type CheckState = "passed" | "failed" | NotChecked;

const marks: Readonly<Record<CheckState, TextCell>> = {
  passed: { text: "✓", color: "green" },
  failed: { text: "✗", color: "red" },
  notChecked: { text: "–", color: "yellow" },
};

/** For something that is in order today, and not for long. */
export const warningMark: TextCell = { text: "!", color: "yellow" };

export function markOf(state: CheckState): TextCell {
  return marks[state];
}

/** One state for several: failed where one failed, passed where none did and one passed. */
export function overallState(states: readonly CheckState[]): CheckState {
  if (states.includes("failed")) return "failed";
  return states.includes("passed") ? "passed" : "notChecked";
}

/** Such as "7 passed, 1 failed, 2 not checked." */
export function countsSentence(states: readonly CheckState[]): string {
  const count = (state: CheckState) => states.filter((one) => one === state).length;
  const parts = [
    [count("passed"), "passed"],
    [count("failed"), "failed"],
    [count("notChecked"), "not checked"],
  ] as const;
  const shown = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return `${shown.join(", ") || "Nothing to check"}.`;
}
