/** What Microsoft changes by itself, on the pages of a report, of a month and of a hand-out. */
import { lines, section, table, withCode, type Block, type Row } from "@defender-mssp/pages";
import {
  changeTime,
  concernedParts,
  hasCome,
  needsSomebody,
  publishedDay,
  type CustomerChange,
} from "@defender-mssp/microsoft";
import type { Texts } from "../../access/texts/texts";

/** The MSSP's own section. None where nothing changes. */
export function changesSection(changes: readonly CustomerChange[]): Block[] {
  if (changes.length === 0) return [];
  const rows = changes.map((change): Row => {
    const { what, then, next, source, read, certainty, concerns } = change;
    const state = needsSomebody(change) ? "warning" : "information";
    const reason = `Source: ${source}; read on ${read}. Certainty: ${certainty}.`;
    return {
      cells: [
        what,
        { content: changeTime(change), state },
        concerns.map((part) => concernedParts[part]).join(", "),
        lines([withCode(then), withCode(next), reason]),
      ],
    };
  });
  const columns = [
    { title: "What", kind: "sentence" },
    { title: "When", kind: "sentence" },
    { title: "Concerns", kind: "sentence" },
    { title: "What is so then, and what to do", kind: "sentence" },
  ] as const;
  const title = "What changes by itself";
  const intro =
    "Microsoft gives, takes or charges without anybody's act. Perhaps: the date is not Microsoft's own text.";
  return [section({ id: "changes", title, intro }, table({ caption: title, columns, rows }))];
}

/** The customer's section, in her language but for what Microsoft names. */
export function changesForCustomer(
  changes: readonly CustomerChange[],
  { changes: texts, retirements: { what, when } }: Texts,
): Block[] {
  if (changes.length === 0) return [];
  const { title, intro, then } = texts;
  const rows = changes.map((change) => ({ cells: [change.what, timeText(change, texts), withCode(change.then)] }));
  const columns = [
    { title: what, kind: "sentence" },
    { title: when, kind: "sentence" },
    { title: then, kind: "sentence" },
  ] as const;
  return [section({ id: "changes", title, intro }, table({ caption: title, columns, rows }))];
}

function timeText({ from, until, precision, level, certainty }: CustomerChange, texts: Texts["changes"]): string {
  const text = until !== undefined ? texts.between : hasCome(level) ? texts.since : texts.from;
  const time = text.replace("{date}", publishedDay(from, precision)).replace("{last}", until ?? "");
  return certainty === "low" ? texts.perhaps.replace("{time}", time) : time;
}
