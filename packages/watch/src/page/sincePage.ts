/** What was done, as a page and as text. */
import { list, notice, paragraph, renderPage, section, table, type Block } from "@defender-mssp/pages";
import { paragraph as textParagraph, tableText } from "@defender-mssp/terminal/table";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import type { OpenLook } from "../access/openLook";
import { dayMs } from "@defender-mssp/errors/time";
import type { ReadLogs } from "../since/readLogs";
import type { ExplainedEntry } from "../since/explain";
import type { Since, SinceResult } from "../since/takeSince";
import { filledIn, textsIn, type WatchLanguage } from "../texts/texts";
import type { WatchTexts } from "../texts/watchTexts";
import { lookSections, notesBlock, subtitle } from "./lookPage";

export function sincePage(
  { since, look, logs }: SinceResult,
  { handOut, notes }: OpenLook,
  language: WatchLanguage,
): string {
  const texts = textsIn(language);
  const { findings, agreed, others } = since;
  return renderPage({
    title: texts.sinceTitle,
    language,
    words: texts.words,
    subtitle: subtitle(look, handOut, texts),
    footer: texts.footer,
    blocks: [
      paragraph(retentionText(since, logs, texts)),
      notice(findings.length > 0 ? "failed" : "passed", `${texts.findings}: ${findings.length}`),
      ...notesBlock(notes, texts),
      ...unreadLogs(since, texts),
      entriesSection("findings", texts.findings, findings, texts),
      section(
        { id: "agreed", title: texts.agreedActs },
        table({
          caption: texts.agreedActs,
          columns: [{ title: texts.who, kind: "long" }, { title: texts.did }, { title: texts.count, kind: "number" }],
          rows: agreed.map(({ who, what, count }) => ({ cells: [visibleText(who), visibleText(what), String(count)] })),
        }),
      ),
      ...(others.length === 0 ? [] : [entriesSection("others", texts.others, others, texts, texts.othersIntro)]),
      ...lookSections(look, texts),
    ],
  });
}

/** What the edition keeps, in the page's language. */
export function retentionText({ from, until }: Since, { hasSignIns, keptDays }: ReadLogs, texts: WatchTexts): string {
  const edition = hasSignIns === false ? texts.free : filledIn(texts.kept, { days: String(keptDays) });
  const isTooEarly = Date.parse(until) - Date.parse(from) > keptDays * dayMs;
  return isTooEarly ? `${edition} ${texts.tooEarly}` : edition;
}

export function unreadLogs({ unread }: Since, texts: WatchTexts): Block[] {
  if (unread.length === 0) return [];
  const lines = unread.map(({ log, reason }) => visibleText(`${log}: ${reason}`));
  return [notice("warning", `${texts.logs}: ${texts.unread}`, list(lines))];
}

function entriesSection(
  id: string,
  title: string,
  entries: readonly ExplainedEntry[],
  texts: WatchTexts,
  intro?: string,
): Block {
  if (entries.length === 0) return section({ id, title }, paragraph(texts.noEntries));
  return section(
    { id, title, ...(intro === undefined ? {} : { intro }) },
    table({
      caption: title,
      columns: [
        { title: texts.at, kind: "id" },
        { title: texts.who, kind: "long" },
        { title: texts.did, kind: "sentence" },
        { title: texts.reason, kind: "sentence" },
      ],
      rows: entries.map(({ at, who, what, why }) => ({
        cells: [at.slice(0, 16).replace("T", " "), visibleText(who), visibleText(what), visibleText(why)],
      })),
    }),
  );
}

/** Nothing where nothing is new. */
export function sinceText(
  { retention, findings, agreed, others, unread }: Since,
  notes: readonly string[],
  isNightly: boolean,
): string {
  if (isNightly && findings.length + agreed.length + others.length + unread.length === 0) return "";
  const texts = textsIn("en");
  const rows = (entries: readonly ExplainedEntry[]) =>
    entries.map(({ at, who, what, why }) => [at.slice(0, 16), who, what, why]);
  const part = (title: string, lines: readonly (readonly string[])[]) =>
    lines.length === 0 ? "" : `\n${title}\n${tableText(lines, { indent: 2 })}`;
  return [
    textParagraph(retention),
    ...notes.map((note) => textParagraph(visibleText(note))),
    part(
      texts.unread,
      unread.map(({ log, reason }) => [log, reason]),
    ),
    part(`${texts.findings} (${findings.length})`, findings.length === 0 ? [[texts.noEntries]] : rows(findings)),
    part(
      texts.agreedActs,
      agreed.map(({ who, what, count }) => [who, what, String(count)]),
    ),
    part(texts.others, rows(others)),
  ].join("");
}
