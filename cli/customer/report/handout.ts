/** The page that the MSSP sends to the customer, in the customer's language. */
import {
  code,
  day,
  facts,
  folded,
  lines,
  link,
  list,
  notice,
  paragraph,
  picture,
  renderPage,
  section,
  subsection,
  table,
  timeLine,
  withCode,
  type Block,
  type Content,
} from "@defender-mssp/pages";
import { clouds } from "@defender-mssp/microsoft";
import { applicable, type AccessKind } from "../../../domain/kinds/accessKind";
import { kinds, type PersonEndedKind } from "../../../domain/kinds/kinds";
import type { MsspContact } from "../../../settings";
import { accessPicture, type PictureWords } from "./accessPicture";
import { daysLeft } from "../../access/ends/ends";
import type { ConsentedApplication } from "../../access/permissions/consentedApplications";
import {
  accessKinds,
  isWithCustomer,
  objectKinds,
  ownerWord,
  type ObjectKind,
} from "../../access/objects/kindInReport";
import type { AccessReport } from "../../findings/accessReport";
import type { NextStep } from "../../access/signed/nextStep";
import { signatureSection } from "../../access/signed/signatureSection";
import type { ReportObject, ReportPath } from "../../access/objects/reportObject";
import { dayCell, endState } from "./page";
import { clickText, kindWords } from "../../access/objects/kindWords";
import { changesForCustomer } from "./changesSection";
import { retirementsForCustomer } from "./retirementsSection";
import { filled, textsOf, type Fill } from "../../access/texts/all";
import type { Language, Texts } from "../../access/texts/texts";
import { notLookedTable } from "../../access/texts/notLookedTable";
import { accessSentences, accessTable, meaningText, shortList } from "./accessTable";

export interface HandoutParts {
  /** A data URL of the MSSP's logo. */
  readonly logo?: string | undefined;
  readonly step?: NextStep | undefined;
  /** Fingerprint of the key that the customer named. */
  readonly customerKey?: string | undefined;
  /** Name of the envelope beside the page. */
  readonly file?: string;
}

/**
 * A report of the source `settings` says what will be created, every other what there is.
 */
export function handoutPage(
  report: AccessReport,
  language: Language,
  { logo, step, customerKey, file = "" }: HandoutParts = {},
): string {
  const texts = textsOf(language);
  const fill = handoutFill(report);
  const isBefore = report.source === "settings";
  const inTenant = { ...report, objects: report.objects.filter(({ kind }) => isWithCustomer(kind)) };
  const { msspContact, msspName } = report;
  return renderPage({
    title: fill(texts.title),
    language,
    words: texts.words,
    ...(logo === undefined ? {} : { logo: { source: logo, text: msspName } }),
    subtitle: [
      ...withParts(fill(isBefore ? texts.subtitleBefore : texts.subtitleAfter), [
        [report.tenantId, code(report.tenantId)],
        [report.writtenAt.slice(0, 10), day(new Date(report.writtenAt))],
      ]),
      ...(msspContact === undefined ? [] : [" ", ...contactLine(msspContact, fill(texts.contact))]),
    ],
    blocks: [
      list(accessSentences(inTenant, texts, fill)),
      section({ id: "who", title: texts.who.title }, accessTable(inTenant, texts, fill)),
      section(
        { id: "paths", title: texts.who.pictureTitle },
        picture(accessPicture(inTenant, pictureWords(texts, fill))),
      ),
      consentSection(report, texts, fill),
      objectsSection(inTenant, texts, fill),
      ...(isBefore || report.ends.length === 0 ? [] : [endsSection(report, texts, fill)]),
      ...retirementsForCustomer(report.retirements, texts),
      ...changesForCustomer(report.changes, texts),
      checkSection(inTenant, texts, fill),
      notLookedSection(report, texts, fill),
      stopSection(inTenant, texts, fill),
      ...(step === undefined ? [] : [keyNotice(texts.signature, customerKey, msspName)]),
      signatureSection(step, { file, mssp: msspName, words: texts.signature }),
    ],
    footer: `${texts.noSecret} ${texts.footer}`,
  });
}

/** Asks the customer for a key of hers, or says which one she named. */
function keyNotice({ askKey, namedKey }: Texts["signature"], key: string | undefined, mssp: string): Block {
  return paragraph(withCode(filled({ mssp, key: key ?? "" })(key === undefined ? askKey : namedKey)));
}

export function handoutFill(report: AccessReport): Fill {
  const { msspName, customerName, tenantId, writtenAt, cloud, msspContact, connectorApproval, detectionApproval } =
    report;
  return filled({
    mssp: msspName,
    customer: customerName,
    tenant: tenantId,
    date: writtenAt.slice(0, 10),
    entra: new URL(clouds[cloud].entraAdminCenter).host,
    contact: msspContact === undefined ? msspName : contactText(msspContact),
    approver: connectorApproval?.approvedBy ?? "",
    until: connectorApproval?.writesEndOn ?? "",
    actionsApprover: detectionApproval?.approvedBy ?? "",
    actionsUntil: detectionApproval?.until ?? "",
    actions: detectionApproval?.actions.join(", ") ?? "",
  });
}

export function contactText({ name, email, phone }: MsspContact): string {
  return [name, email, phone].filter((part) => part !== undefined).join(", ");
}

/** The sentence with the address as a link. */
function contactLine({ email }: MsspContact, sentence: string): Content[] {
  return withParts(sentence, [[email, link(email, `mailto:${email}`)]]);
}

/** A text in whose place of each part its markup stands. */
function withParts(text: string, parts: readonly (readonly [part: string, markup: Content])[]): Content[] {
  const [first, ...others] = parts;
  if (first === undefined) return [text];
  const [part, markup] = first;
  const at = text.indexOf(part);
  if (at < 0) return withParts(text, others);
  return [...withParts(text.slice(0, at), others), markup, ...withParts(text.slice(at + part.length), others)];
}

/** The mail to send with the page. */
export function mailOf(
  report: AccessReport,
  { mail, consent }: Texts,
): { readonly subject: string; readonly body: string } {
  const fill = handoutFill(report);
  const isBefore = report.source === "settings";
  const links = (report.applications ?? [])
    .filter(({ use }) => isBefore || use === "connector")
    .map(({ use, consentUrl }) => `${fill(consent.uses[use])}\n${mail.consent.replace("{link}", () => consentUrl)}`);
  const { msspContact, msspName } = report;
  const signature = msspContact === undefined ? msspName : `${msspName}\n${contactText(msspContact)}`;
  return {
    subject: fill(mail.subject),
    body: [fill(isBefore ? mail.before : mail.after), ...links, signature].join("\n\n"),
  };
}

function pictureWords({ who, kinds }: Texts, fill: Fill): PictureWords {
  const { mssp, who: people, by, identity, right } = who.pictureColumns;
  return {
    title: who.pictureTitle,
    description: fill(who.pictureText),
    columns: [mssp, people, by, identity, right],
    kindName: (kind) => kinds[kind].name,
  };
}

/** The automation first: what its consent page shows, and how the consent ends. */
function consentSection({ applications = [], source, extension }: AccessReport, texts: Texts, fill: Fill): Block {
  const { consent } = texts;
  const isBefore = source === "settings";
  return section(
    { id: "consent", title: isBefore ? consent.titleBefore : consent.titleAfter, intro: consent.intro },
    list([consent.see, consent.more, fill(consent.undo)]),
    ...applications.map((application) => applicationBlock(application, isBefore, texts, fill)),
    ...(applications.some(({ use }) => use === "connector") ? [] : [paragraph(consent.none)]),
    ...(isBefore && extension !== undefined ? [notice("warning", fill(consent.extension))] : []),
  );
}

function applicationBlock(
  { use, id, name, consentUrl, permissions }: ConsentedApplication,
  isBefore: boolean,
  { consent }: Texts,
  fill: Fill,
): Block {
  const title = fill(consent.uses[use]);
  return subsection(
    title,
    facts([
      ...(name === undefined ? [] : [{ name: consent.name, value: name }]),
      { name: consent.applicationId, value: code(id) },
    ]),
    table({
      caption: title,
      columns: [{ title: consent.permission }, { title: consent.permissionName, kind: "long" }],
      rows: permissions.map((permission) => ({ cells: [permission.words, code(permission.name)] })),
      filterable: false,
    }),
    ...(permissions.some((permission) => permission.name === "RoleManagement.ReadWrite.Defender")
      ? [paragraph(consent.defender)]
      : []),
    ...(isBefore || use === "connector" ? [paragraph(link(consent.link, consentUrl))] : []),
  );
}

function objectsSection(report: AccessReport, texts: Texts, fill: Fill): Block {
  const { objects, paths, source, connectorApproval, detectionApproval } = report;
  const { titleBefore, titleAfter, intro, kind, name, meaning, who, objectId, since, until } = texts.objects;
  const isBefore = source === "settings";
  const title = isBefore ? titleBefore : titleAfter;
  const noEnd = texts.words.noEnd;
  return section(
    { id: "objects", title, intro },
    ...(connectorApproval === undefined ? [] : [paragraph(fill(texts.approval))]),
    ...(detectionApproval === undefined ? [] : [paragraph(fill(texts.detectionApproval))]),
    table({
      caption: title,
      columns: [
        { title: name, kind: "long" },
        { title: kind, choices: true },
        { title: meaning, kind: "sentence" },
        { title: who },
        ...(isBefore ? [] : [{ title: objectId, kind: "id" as const }, { title: since }]),
        { title: until },
      ],
      rows: objects.map((one) => ({
        id: one.key,
        cells: [
          nameCell(one, texts),
          texts.kinds[one.kind].name,
          meaningText(one, texts),
          holders(one, objects, paths),
          ...(isBefore ? [] : [one.objectId === "" ? "" : code(one.objectId), dayCell(one.since)]),
          one.until === undefined ? noEnd : dayCell(one.until),
        ],
      })),
    }),
  );
}

/** The actions of a Defender role are folded up: the first table has them in words. */
function nameCell(object: ReportObject, { who }: Texts): Content {
  if (object.kind !== "defenderRole") return [object.name, detailText(object)];
  const actions = object.detail.split(", ").map((action) => code(action));
  return [object.name, folded(who.rawNames, lines(actions))];
}

/** Names of those who have it: members of a group, groups with a role. */
function holders({ key }: ReportObject, objects: readonly ReportObject[], paths: readonly ReportPath[]): string {
  const sources = new Set(paths.filter(({ to }) => to === key).map(({ from }) => from));
  return objects
    .filter((object) => sources.has(object.key))
    .map(({ name }) => name)
    .join(", ");
}

/** What is data, and no words of this program. */
function detailText({ kind, detail }: ReportObject): string {
  const isWords = kindWords[kind].detail === "words";
  const shown = kind === "permission" ? (detail.split(", ")[0] ?? "") : isWords ? "" : detail;
  return shown === "" ? "" : ` (${shown})`;
}

function endsSection({ ends, objects, writtenAt }: AccessReport, texts: Texts, fill: Fill): Block {
  const now = new Date(writtenAt);
  const named = objects.filter(({ until }) => until !== undefined);
  return section(
    { id: "ends", title: texts.ends.title, intro: fill(texts.ends.intro) },
    timeLine({
      title: texts.ends.title,
      now,
      items: named.map(({ kind, name, since, until = "" }) => ({
        label: `${texts.kinds[kind].name}: ${name}`,
        ...(since === undefined ? {} : { from: new Date(since) }),
        until: new Date(until),
        state: endState(daysLeft(until, now)),
      })),
    }),
    ...(ends.some(({ kind }) => kind === "accessPackage") ? [paragraph(texts.kinds.accessPackage.meaning)] : []),
  );
}

function checkSection({ objects }: AccessReport, { check }: Texts, fill: Fill): Block {
  const places = new Set(objects.map(({ kind }) => applicable(kindWords[kind].check)));
  const steps = (
    [
      "analysts",
      "roles",
      "packages",
      "connector",
      "logs",
      "notifications",
      "detections",
      "trust",
      "azure",
      "sentinel",
    ] as const
  )
    .filter((place) => place === "logs" || places.has(place))
    .map((place) => check[place]);
  const hasGuests = objects.some(({ kind }) => kind === "guest" || kind === "accessPackage");
  return section(
    { id: "check", title: fill(check.title), intro: check.intro },
    list(steps.map(fill)),
    ...(hasGuests ? [paragraph(check.guestLimits)] : []),
  );
}

function notLookedSection({ notLooked, source }: AccessReport, texts: Texts, fill: Fill): Block {
  const { title, intro, fromRecord } = texts.notLooked;
  return section(
    { id: "not-looked", title, intro: fill(source === "state" ? `${intro} ${fromRecord}` : intro) },
    notLookedTable(notLooked, texts),
  );
}

interface Step {
  readonly order: number;
  readonly text: string;
}

/** First what could create the rest again, then what `removal.order` of the kinds says. */
function stopSection({ objects, endedByPeople, applications = [] }: AccessReport, texts: Texts, fill: Fill): Block {
  const { stop } = texts;
  const first: readonly PersonEndedKind[] = ["automationConsent", "previewConsent"];
  const byPeople = kinds
    .filter(({ key }) => endedByPeople.includes(key as PersonEndedKind) && !first.includes(key as PersonEndedKind))
    .map((kind) => ({ order: firstOrder([kind]), text: fill(stop.people[kind.key as PersonEndedKind]) }));
  const steps = [...byPeople, ...objectSteps(objects, texts)].sort((a, b) => a.order - b.order);
  return section(
    { id: "stop", title: stop.title, intro: stop.intro },
    list(
      [
        ...first.map((key) => [fill(stop.people[key]), ...applicationNote(key, applications, texts)]),
        ...steps.map(({ text }) => text),
      ],
      { ordered: true },
    ),
    list([texts.stays.tokens, texts.stays.restorable]),
  );
}

/** Names and IDs of the applications whose consent a step ends. */
function applicationNote(
  key: PersonEndedKind,
  applications: readonly ConsentedApplication[],
  { consent }: Texts,
): Content[] {
  const uses = key === "automationConsent" ? ["automation", "keeper"] : ["preview"];
  return applications
    .filter(({ use }) => uses.includes(use))
    .flatMap(({ id, name }) => [
      ...[" ", ...(name === undefined ? [] : [name, ", "]), `${consent.applicationId}: `],
      code(id),
    ]);
}

/** A step for each kind. What ends together with objects of the stack's is named with those. */
function objectSteps(all: readonly ReportObject[], { kinds: texts, stop }: Texts): Step[] {
  const objects = all.filter(({ adopted }) => !adopted);
  const has = (word: ObjectKind): boolean => objects.some(({ kind }) => kind === word);
  const present = objectKinds.filter(
    (word) => has(word) && accessKinds(word).every(({ removal }) => removal.by !== "person"),
  );
  const owner = (word: ObjectKind): ObjectKind | undefined => {
    const candidate = ownerWord(word);
    return candidate !== undefined && has(candidate) && !all.some(({ kind, adopted }) => kind === candidate && adopted)
      ? candidate
      : undefined;
  };
  return present
    .filter((word) => owner(word) === undefined)
    .map((word) => {
      const parts = present.filter((part) => owner(part) === word).map((part) => texts[part].name);
      const names = [...new Set(objects.flatMap(({ kind, name }) => (kind === word ? [name] : [])))];
      const ending = parts.length === 0 ? "" : ` (${stop.endsWith} ${parts.join(", ")})`;
      const step = `${texts[word].name}: ${clickText(kindWords[word].removal, shortList(names))}${ending}`;
      return { order: firstOrder(accessKinds(word)), text: step };
    });
}

function firstOrder(list: readonly AccessKind[]): number {
  return Math.min(...list.map(({ removal }) => ("order" in removal ? removal.order : Infinity)));
}
