/** A look as a page and as text. */
import {
  badge,
  code,
  folded,
  lines,
  list,
  notice,
  paragraph,
  renderPage,
  section,
  table,
  type Block,
  type Content,
} from "@defender-mssp/pages";
import { paragraph as textParagraph, tableText } from "@defender-mssp/terminal/table";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import type { HandOut } from "../access/handOut";
import type { Agreement, TenantLook, LookedObject } from "../look/look";
import { filledIn, textsIn, type WatchLanguage } from "../texts/texts";
import type { WatchTexts } from "../texts/watchTexts";

/** Names of one stranger that a page shows. */
const shownNames = 3;

export function lookPage(
  look: TenantLook,
  handOut: HandOut | undefined,
  notes: readonly string[],
  language: WatchLanguage,
): string {
  const texts = textsIn(language);
  return renderPage({
    title: texts.lookTitle,
    language,
    words: texts.words,
    subtitle: subtitle(look, handOut, texts),
    footer: texts.footer,
    blocks: [
      notice(lookState(look), summary(look, texts)),
      ...notesBlock(notes, texts),
      objectsSection(look.objects, texts),
      ...missingSection(look, texts),
      ...lookSections(look, texts),
    ],
  });
}

export function notesBlock(notes: readonly string[], texts: WatchTexts): Block[] {
  return notes.length === 0 ? [] : [notice("information", texts.readFirst, list(notes.map(visibleText)))];
}

export function subtitle(
  { tenantId, msspTenantIds, lookedOn }: TenantLook,
  handOut: HandOut | undefined,
  texts: WatchTexts,
): string {
  const mssp = [...(handOut === undefined ? [] : [handOut.msspName]), ...msspTenantIds].join(", ");
  const date = lookedOn.slice(0, 16).replace("T", " ");
  return visibleText(filledIn(texts.subtitle, { tenant: tenantId, mssp, date }));
}

/** What stands below every result: who else, what was not looked at. */
export function lookSections(look: TenantLook, texts: WatchTexts): Block[] {
  return [
    ...strangersSection(look, texts),
    ...readersSection(look, texts),
    ...unreadSection(look, texts),
    notLookedSection(look, texts),
  ];
}

function lookState({ objects, unread }: TenantLook): "passed" | "failed" | "warning" {
  if (objects.some(isNotAgreed)) return "failed";
  return unread.length > 0 || objects.some(({ agreement }) => agreement === "unknown") ? "warning" : "passed";
}

function isNotAgreed({ agreement, grants }: LookedObject): boolean {
  return agreement === "notAgreed" || grants.some((grant) => grant.agreement === "notAgreed");
}

function summary({ objects, unread }: TenantLook, { summary: words }: WatchTexts): string {
  const count = String(objects.filter(isNotAgreed).length);
  const first =
    objects.length === 0
      ? words.nobody
      : objects.some(({ agreement }) => agreement === "unknown")
        ? filledIn(words.noHandOut, { count: String(objects.length) })
        : count === "0"
          ? words.agreed
          : filledIn(words.notAgreed, { count });
  return unread.length === 0 ? first : `${first} ${words.open}`;
}

export function objectsSection(objects: readonly LookedObject[], texts: WatchTexts, title = texts.objects): Block {
  if (objects.length === 0) return section({ id: "objects", title }, paragraph(texts.noObjects));
  // What was not agreed to stands first.
  const sorted = [...objects].sort((a, b) => Number(isNotAgreed(b)) - Number(isNotAgreed(a)));
  return section(
    { id: "objects", title },
    table({
      caption: title,
      columns: [
        { title: texts.name },
        { title: texts.kind, choices: true },
        { title: texts.agreement, choices: true },
        { title: texts.can, kind: "sentence" },
        { title: texts.since },
        { title: texts.until },
        { title: texts.end },
      ],
      rows: sorted.map((object) => ({
        cells: [
          nameCell(object, texts),
          texts.kinds[object.kind],
          agreementBadge(object.agreement, texts),
          canCell(object, texts),
          object.since?.slice(0, 10) ?? "",
          object.until?.slice(0, 10) ?? "",
          endCell(object, texts),
        ],
      })),
    }),
  );
}

function nameCell({ name, id, evidence, whose }: LookedObject, texts: WatchTexts): Content {
  const claim = whose === "claimed" ? ` (${texts.claimed})` : "";
  return [visibleText(name), folded(texts.why, [visibleText(`${evidence}${claim}. `), code(visibleText(id))])];
}

function agreementBadge(agreement: Agreement, texts: WatchTexts): Content {
  const states = { agreed: "passed", notAgreed: "failed", unknown: "notChecked" } as const;
  return badge(states[agreement], texts[agreement]);
}

function canCell({ gives, grants, unsure }: LookedObject, texts: WatchTexts): Content {
  const all = [
    ...gives.map((text): Content => visibleText(text)),
    ...grants.map(({ what, agreement }): Content =>
      agreement === "notAgreed" ? [visibleText(what), " ", agreementBadge(agreement, texts)] : visibleText(what),
    ),
    ...unsure.map((text): Content => visibleText(text)),
  ];
  return all.length === 0 ? texts.isMember : lines(all);
}

function endCell({ kind, name, step, grants }: LookedObject, texts: WatchTexts): Content {
  const click = texts.clicks[kind];
  const clicks = [...new Set(grants.flatMap((grant) => texts.clicks[grant.kind] ?? []))];
  const shown = [click === undefined ? "" : filledIn(click, { name }), ...clicks].filter((text) => text !== "");
  const commands = [step, ...grants.map((grant) => grant.step)].filter((text) => text !== "");
  return [
    lines(shown.map((text) => visibleText(text))),
    folded(texts.command, lines([...new Set(commands)].map((text) => code(visibleText(text)))), { printed: false }),
  ];
}

function missingSection({ missing }: TenantLook, texts: WatchTexts): Block[] {
  if (missing.length === 0) return [];
  return [
    section(
      { id: "missing", title: texts.missing, intro: texts.missingIntro },
      table({
        caption: texts.missing,
        columns: [{ title: texts.name }, { title: texts.kind }, { title: "ID", kind: "id" }, { title: texts.reason }],
        rows: missing.map(({ name, kind, objectId, notLooked = "" }) => ({
          cells: [visibleText(name), kind, code(visibleText(objectId)), visibleText(notLooked)],
        })),
      }),
    ),
  ];
}

function strangersSection({ strangers }: TenantLook, texts: WatchTexts): Block[] {
  if (strangers.length === 0) return [];
  return [
    section(
      { id: "strangers", title: `${texts.strangers} (${strangers.length})`, intro: texts.strangersIntro },
      table({
        caption: texts.strangers,
        columns: [{ title: texts.whose }, { title: texts.waysIn, kind: "sentence" }],
        rows: strangers.map(({ key, isTenant, domains, ways }) => ({
          cells: [
            [
              domains.length === 0 ? "" : visibleText(`${domains.join(", ")} `),
              code(visibleText(key)),
              isTenant ? "" : ` (${texts.noTenant})`,
            ],
            lines(
              [...new Set(ways.map(({ kind }) => kind))].map((kind) => {
                const names = ways.filter((way) => way.kind === kind).map(({ name }) => name);
                const more = names.length > shownNames ? `, … (${names.length})` : "";
                return visibleText(`${texts.kinds[kind]}: ${names.slice(0, shownNames).join(", ")}${more}`);
              }),
            ),
          ],
        })),
      }),
    ),
  ];
}

function readersSection({ alertReaders }: TenantLook, texts: WatchTexts): Block[] {
  if (alertReaders.length === 0) return [];
  return [
    section(
      { id: "readers", title: texts.readers, intro: texts.readersIntro },
      table({
        caption: texts.readers,
        columns: [{ title: texts.name }, { title: "ID", kind: "id" }, { title: texts.can, kind: "long" }],
        rows: alertReaders.map(({ name, appId, permissions }) => ({
          cells: [visibleText(name), code(visibleText(appId)), permissions.join(", ")],
        })),
      }),
    ),
  ];
}

function unreadSection({ unread }: TenantLook, texts: WatchTexts): Block[] {
  if (unread.length === 0) return [];
  return [
    section(
      { id: "unread", title: texts.unread, intro: texts.unreadIntro },
      table({
        caption: texts.unread,
        columns: [
          { title: texts.what, kind: "sentence" },
          { title: texts.reason, kind: "sentence" },
        ],
        rows: unread.map(({ what, reason }) => ({ cells: [what.join(", "), visibleText(reason)] })),
      }),
    ),
  ];
}

function notLookedSection({ notLooked }: TenantLook, texts: WatchTexts): Block {
  return section(
    { id: "not-looked", title: texts.notLooked, intro: texts.notLookedIntro },
    table({
      caption: texts.notLooked,
      columns: [
        { title: texts.what, kind: "sentence" },
        { title: texts.look, kind: "sentence" },
      ],
      rows: notLooked.map(({ what, look }) => ({ cells: [what, look] })),
      filterable: false,
    }),
  );
}

/** The same for a terminal. */
export function lookText(look: TenantLook, handOut: HandOut | undefined, notes: readonly string[]): string {
  const texts = textsIn("en");
  const { objects, missing } = look;
  const rows = objects.map((object) => [
    object.name,
    texts.kinds[object.kind],
    texts[object.agreement],
    [
      ...object.gives,
      ...object.grants.map(({ what, agreement }) =>
        agreement === "notAgreed" ? `${what} (${texts.notAgreed})` : what,
      ),
    ].join("; "),
  ]);
  return [
    textParagraph(subtitle(look, handOut, texts)),
    ...notes.map((note) => textParagraph(visibleText(note))),
    `\n${textParagraph(summary(look, texts))}`,
    rows.length === 0 ? "" : `\n${tableText(rows, { indent: 2 })}`,
    ...(missing.length === 0
      ? []
      : [
          `\n${texts.missing}:\n`,
          tableText(
            missing.map(({ name, kind }) => [name, kind]),
            { indent: 2 },
          ),
        ]),
    ...strangersText(look),
    ...look.unread.map(({ what, reason }) => tableText([["?", `${what.join(", ")}: ${reason}`]], { indent: 2 })),
    `\n${textParagraph(`${look.notLooked.length} ways that no program looks at: --page lists them, with where you look.`)}`,
  ].join("");
}

export function strangersText({ strangers, alertReaders }: TenantLook): string[] {
  const texts = textsIn("en");
  const rows = strangers.map(({ key, domains, ways }) => [
    [...domains, key].join(", "),
    [...new Set(ways.map(({ kind }) => kind))]
      .map((kind) => `${texts.kinds[kind]}: ${ways.filter((way) => way.kind === kind).length}`)
      .join(", "),
  ]);
  return [
    ...(rows.length === 0 ? [] : [`\n${texts.strangers}\n`, tableText(rows, { indent: 2 })]),
    ...(alertReaders.length === 0
      ? []
      : [
          `\n${texts.readers}: ${texts.readersIntro}\n`,
          tableText(
            alertReaders.map(({ name, appId }) => [name, appId]),
            { indent: 2 },
          ),
        ]),
  ];
}
