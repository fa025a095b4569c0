/** The page and the mail of a month, for the customer: access in the words of the hand-out, the figures in English. */
import { figures, notice, paragraph, renderPage, section, table, type Block, type Content } from "@defender-mssp/pages";
import { monthPermissions } from "../../../../domain/prerequisites";
import { isWithCustomer } from "../../../access/objects/kindInReport";
import { signatureSection, signatureWords } from "../../../access/signed/signatureSection";
import { textsOf } from "../../../access/texts/all";
import type { Language } from "../../../access/texts/texts";
import { dayIn, monthBefore, monthName, shifted } from "../../../base/spanOfDay";
import { accessTable } from "../accessTable";
import { changesSection } from "../changesSection";
import { contactText, handoutFill, type HandoutParts } from "../handout";
import { dayCell } from "../page";
import type { MonthFigure } from "./monthFigures";
import { figureText, isRead, type ReadMonth } from "./readMonth";

const sections: readonly (readonly [MonthFigure["section"], title: string, intro: string])[] = [
  [
    "acts",
    "What was done with the access",
    "By the people and applications that the logs name; not actions in the Defender portal.",
  ],
  ["watched", "What was watched", "Devices are those onboarded to Defender, by advanced hunting."],
  ["happened", "What happened", "First touch: the first comment, else the last change. Close: the last change."],
  ["rules", "Detection rules", "On: not turned off. The service does not say when a rule ran."],
];

/** @param file name of the envelope beside the page. */
export function monthPage(
  { month, settings, report }: ReadMonth,
  { logo, step, file = "" }: HandoutParts = {},
  language: Language = "en",
): string {
  const texts = textsOf(language);
  const { msspName, customerName } = settings;
  const { timeZone, gaps, onboardedOn = "", offboardedOn = "", writtenAt, month: own, days, daysRead, rules } = month;
  const isIn = (of: string, moment = "") => moment !== "" && dayIn(moment, timeZone).startsWith(of);
  const following = shifted(own, 31).slice(0, 7);
  const objects = (report?.objects ?? []).filter(({ kind }) => isWithCustomer(kind));
  const added = objects.filter(({ since }) => isIn(own, since));
  const ends = (report?.ends ?? []).filter(({ until }) => isIn(following, until));
  const top = month.figures.filter(({ name }) =>
    /^(devices.reported|alerts.count|incidents.(created|open))$/.test(name),
  );
  const approval = report?.detectionApproval;
  const figureTable = (id: MonthFigure["section"]) => {
    const shown = month.figures.filter((figure) => figure.section === id);
    const rows = shown.map((row) => [row.label, figureText(row, days), row.before?.toLocaleString("en") ?? "–"]);
    return textTable("Compared with the month before", ["Figure", monthName(own), monthName(monthBefore(own))], rows);
  };
  return renderPage({
    title: `${monthName(own)}: ${msspName} for ${customerName}`,
    language,
    words: texts.words,
    ...(logo === undefined ? {} : { logo: { source: logo, text: msspName } }),
    subtitle: [
      `Figures of ${daysRead} of ${days} days, by the clocks of ${timeZone}.`,
      ...(isIn(own, writtenAt) ? ["The month is not over."] : []),
      ...(onboardedOn.startsWith(own) ? [`Onboarded on ${onboardedOn}.`] : []),
      ...(offboardedOn.startsWith(own) ? [`Off-boarded on ${offboardedOn}.`] : []),
    ].join(" "),
    blocks: [
      figures(
        top.filter(isRead).map((one) => ({
          label: one.label,
          value: figureText({ ...one, isOfAll: true }, days),
          href: `#${one.section}`,
        })),
      ),
      ...(gaps.length === 0
        ? []
        : [notice("warning", `Not everything was read. ${missingConsent(month)}The last table says what, and why.`)]),
      section(
        { id: "access", title: texts.who.title, intro: `As of ${dayIn(writtenAt, timeZone)}.` },
        report === undefined
          ? paragraph("Nothing is granted.")
          : accessTable({ ...report, objects }, texts, handoutFill(report)),
        figureTable("access"),
        textTable(
          "New in the month",
          [texts.objects.name, texts.objects.kind, texts.objects.since],
          added.map(({ name, kind, since }) => [name, texts.kinds[kind].name, dayCell(since)]),
        ),
      ),
      section(
        { id: "ends", title: `What ends in ${monthName(following)}` },
        textTable(
          "Ends",
          [texts.objects.kind, texts.objects.until],
          ends.map(({ what, until }) => [what, dayCell(until)]),
        ),
      ),
      ...changesSection(report?.changes ?? []),
      ...sections.map(([id, title, intro]) => section({ id, title, intro }, figureTable(id))),
      section(
        { id: "each-rule", title: "Each rule" },
        textTable(
          "Rules",
          ["Rule", "Alerts", "Days on", "Acts by itself"],
          rules.map(({ rule, alerts, daysOn, acts }) => [rule, String(alerts), String(daysOn), acts ? "yes" : "no"]),
        ),
        ...(approval === undefined
          ? []
          : [paragraph(`${approval.approvedBy} approved until ${approval.until}: ${approval.actions.join(", ")}.`)]),
      ),
      section(
        { id: "gaps", title: "What was not read" },
        textTable(
          "Gaps",
          ["What", "From", "To", "Why"],
          gaps.map(({ what, from, until, reason }) => [what, dayCell(from), dayCell(until), reason]),
        ),
      ),
      signatureSection(step, { file, mssp: msspName }),
    ],
    footer: "Written by npx mssp report. It contains no secret.",
  });
}

/** Names what an administrator of the customer has not consented to; empty, or a sentence with a blank. */
function missingConsent({ gaps }: Pick<ReadMonth["month"], "gaps">): string {
  const missing = [...new Set(Object.values(monthPermissions))].filter((permission) =>
    gaps.some(({ reason }) => reason.includes(`requires ${permission}`)),
  );
  return missing.length === 0 ? "" : `Your tenant has not consented to ${missing.join(", ")}. `;
}

function textTable(caption: string, titles: readonly string[], rows: readonly (readonly Content[])[]): Block {
  if (rows.length === 0) return paragraph(`${caption}: none.`);
  const columns = titles.map((title) => ({ title }));
  return table({ caption, columns, rows: rows.map((cells) => ({ cells })), filterable: false });
}

/** @param digest of the signed step */
export function monthMail({ month, settings }: ReadMonth, digest?: string): string {
  const { msspName, customerName, msspContact } = settings;
  const name = monthName(month.month);
  const shown = month.figures.filter((row) => isRead(row) && (row.section === "watched" || row.section === "happened"));
  const consent = missingConsent(month).trim();
  return [
    `${name}: ${msspName} for ${customerName}`,
    `The page says who had access to your tenant in ${name}, what was watched and what happened.`,
    ...(shown.length === 0
      ? []
      : [shown.map((figure) => `- ${figure.label}: ${figureText(figure, month.days)}`).join("\n")]),
    ...(consent === "" ? [] : [consent]),
    ...(digest === undefined ? [] : [`${signatureWords.mail} ${digest}`]),
    `${msspContact === undefined ? msspName : `${msspName}\n${contactText(msspContact)}`}\n`,
  ].join("\n\n");
}
