/** What Microsoft changes by itself, on the pages of a report and of a month. */
import { lines, section, table, withCode, type Block, type Row } from "@defender-mssp/pages";
import { changeTime, concernedParts, needsSomebody, type CustomerChange } from "@defender-mssp/microsoft";

/** None where nothing changes. */
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
