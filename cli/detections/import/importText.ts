import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import colors from "picocolors";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import type { ImportOutcome } from "./importDetections";

/** Each file that was written or refused, with what was not carried over and what it lacks. */
export function importText(outcomes: readonly ImportOutcome[]): string {
  const written = outcomes.filter(({ file }) => file !== undefined).length;
  const refused = outcomes.length - written;
  return [
    ...outcomes.map(outcomeText),
    paragraph(
      `${written} ${written === 1 ? "rule" : "rules"} written, ${refused} refused. ` +
        (written === 0 ? "" : "Next: npx mssp check."),
    ),
  ].join("");
}

function outcomeText({ source, file, refused, notes, open }: ImportOutcome): string {
  const rows: readonly (readonly TextCell[])[] = [
    ...(refused === undefined ? [] : [[{ text: "✗", color: "red" as const }, `${refused}.`]]),
    ...notes.map((note) => [{ text: "!", color: "yellow" as const }, `${note}.`]),
    ...open.map((problem) => [{ text: "✗", color: "red" as const }, problem]),
  ];
  const title = file === undefined ? source : `${source} → ${file}`;
  return `${colors.bold(terminalText(title))}\n${rows.length === 0 ? "" : tableText(rows, { indent: 2 })}\n`;
}
