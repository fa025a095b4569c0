/** The customer's own proof, as a page and as text. */
import {
  code,
  folded,
  list,
  notice,
  paragraph,
  renderPage,
  section,
  type Block,
  type Content,
} from "@defender-mssp/pages";
import { paragraph as textParagraph, tableText } from "@defender-mssp/terminal/table";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import type { OpenLook } from "../access/openLook";
import type { Gone } from "../gone/judgeGone";
import type { SinceResult } from "../since/takeSince";
import { textsIn, type WatchLanguage } from "../texts/texts";
import { lookSections, notesBlock, objectsSection, subtitle } from "./lookPage";
import { retentionText, unreadLogs } from "./sincePage";

export function gonePage(
  gone: Gone,
  { look, since, logs }: SinceResult,
  { handOut, notes }: OpenLook,
  language: WatchLanguage,
): string {
  const texts = textsIn(language);
  const states = { proven: "passed", toConfirm: "warning", accessLeft: "failed" } as const;
  const leftItems = gone.left.map(({ what, why, step }): Content => [
    visibleText(`${what}: ${why}. `),
    folded(texts.command, code(visibleText(step))),
  ]);
  const confirmItems = gone.toConfirm.map(({ what, why }): Content => visibleText(`${what}: ${why}`));
  const part = (id: string, title: string, items: readonly Content[]): Block[] =>
    items.length === 0 ? [] : [section({ id, title: `${title} (${items.length})` }, list(items))];
  return renderPage({
    title: texts.goneTitle,
    language,
    words: texts.words,
    subtitle: subtitle(look, handOut, texts),
    footer: texts.footer,
    blocks: [
      notice(states[gone.state], texts[gone.state]),
      paragraph(retentionText(since, logs, texts)),
      ...notesBlock(notes, texts),
      ...unreadLogs(since, texts),
      ...part("left", texts.left, leftItems),
      ...part("confirm", texts.confirm, confirmItems),
      objectsSection(look.objects, texts),
      ...lookSections(look, texts),
    ],
  });
}

export function goneText(
  { state, left, toConfirm }: Gone,
  { since, look }: SinceResult,
  notes: readonly string[],
): string {
  const texts = textsIn("en");
  return [
    textParagraph(`${texts[state]}.`),
    textParagraph(since.retention),
    ...notes.map((note) => textParagraph(visibleText(note))),
    ...left.map(({ what, why, step }) => tableText([["✗", `${what}: ${why}. ${step}`]], { indent: 2 })),
    ...toConfirm.map(({ what, why }) => tableText([["?", `${what}: ${why}`]], { indent: 2 })),
    `\n${textParagraph(`${look.notLooked.length} ways that no program looks at: --page lists them, with where you look.`)}`,
  ].join("");
}
