/** The whole table of what begins and ends by itself, as it is on a day. */
import { changeLevels, changeSentence, changesOn, dateOf, type ChangeLevel } from "@defender-mssp/microsoft";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { tableText, type TextCell } from "@defender-mssp/terminal/table";

const titles: Readonly<Record<ChangeLevel, string>> = {
  underWay: "under way",
  soon: "soon",
  later: "later",
  over: "so already",
  undated: "no date",
};

export function printChanges({ json }: { readonly json?: boolean }, { out, now }: Session): void {
  const today = dateOf(now());
  const list = changesOn(today);
  if (json === true) {
    writeJson(out, "changes", { on: today, changes: list });
    return;
  }
  const rows: TextCell[][] = changeLevels.flatMap((level) =>
    list
      .filter((change) => change.level === level)
      .map((change): TextCell[] => [
        level === "soon" || level === "underWay" ? { text: titles[level], color: "yellow" } : titles[level],
        changeSentence(change),
        `Certainty: ${change.certainty}. ${change.next}`,
      ]),
  );
  out.write(tableText(rows, { width: out.columns }));
}
