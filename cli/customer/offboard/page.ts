/** The certificate as a page for the customer's administrator: clicks, and no command of the MSSP's. */
import {
  code,
  details,
  facts,
  folded,
  link,
  list,
  notice,
  paragraph,
  preformatted,
  renderPage,
  section,
  strong,
  table,
  type Block,
  type Content,
} from "@defender-mssp/pages";
import { clouds, type CloudName } from "@defender-mssp/microsoft";
import type { NextStep } from "../../access/signed/nextStep";
import { signatureSection } from "../../access/signed/signatureSection";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { applicable } from "../../../domain/kinds/accessKind";
import { kinds, type KindKey, type PersonEndedKind } from "../../../domain/kinds/kinds";
import { kindInReport, type ObjectKind } from "../../access/objects/kindInReport";
import { clickText, kindWords } from "../../access/objects/kindWords";
import { filled, textsOf, type Fill } from "../../access/texts/all";
import type { Language, Texts } from "../../access/texts/texts";
import { notLookedTable } from "../../access/texts/notLookedTable";
import { isOfKnownApplications, type Certificate } from "./certificate";
import { unsettledEnd, type Staying } from "./verdict";

export const certificateEnvelope = "certificate.dsse.json";

interface Reader {
  readonly texts: Texts;
  readonly fill: Fill;
}

export interface CertificatePageOptions {
  /** @default en */
  readonly language?: Language | undefined;
  readonly cloud?: CloudName | undefined;
  /** Undefined: nobody signs. */
  readonly step?: NextStep | undefined;
}

export function certificatePage(
  certificate: Certificate,
  { language = "en", cloud, step }: CertificatePageOptions = {},
): string {
  const { tenantId, looks } = certificate;
  const reader = readerOf(certificate, { language, cloud });
  const { fill, texts } = reader;
  return renderPage({
    title: fill(stateText(certificate, texts)),
    language,
    words: texts.words,
    subtitle: `${tenantId}, ${moment(looks.lastOn)} UTC`,
    footer: fill(texts.footer),
    blocks: [
      ...leftForYou(certificate, reader),
      ...customerPageNotice(certificate, reader),
      ...readersSection(certificate, reader),
      removedSection(certificate, reader),
      staysSection(certificate, reader),
      looksSection(certificate, reader),
      checkSection(certificate, reader),
      evidenceSection(certificate, reader),
      signatureSection(step, { file: certificateEnvelope, mssp: certificate.msspName, words: texts.signature }),
    ],
  });
}

/** The text to send the page with. @param digest of the signed step */
export function certificateMail(certificate: Certificate, options: CertificatePageOptions, digest?: string): string {
  const { fill, texts } = readerOf(certificate, options);
  const open = openSteps(certificate).length;
  return `${[
    fill(stateText(certificate, texts)),
    fill(texts.certificate.mail),
    ...(open === 0 ? [] : [`${texts.certificate.left}: ${open}`]),
    ...(digest === undefined ? [] : [`${texts.signature.mail} ${digest}`]),
    certificate.msspName,
  ].join("\n\n")}\n`;
}

function readerOf(certificate: Certificate, { language = "en", cloud }: CertificatePageOptions): Reader {
  const { msspName, customerName, looks, writing } = certificate;
  const values = {
    mssp: msspName,
    customer: customerName,
    agreed: String(looks.agreed),
    last: moment(looks.lastOn),
    later: moment(looks.provableOn),
    ended: moment(certificate.consentEndedOn ?? ""),
    until: moment(writing.until ?? ""),
    writers: writing.writers.flatMap(({ name, endedOn }) => (endedOn === undefined ? [] : [name])).join(", "),
    entries: typeof writing.log === "number" ? String(writing.log) : "?",
    entra: new URL(clouds[cloud ?? "public"].entraAdminCenter).host,
  };
  return { texts: textsOf(language), fill: (text) => visibleText(filled(values)(text)) };
}

/** What the customer does herself: that the looks are too few is said by a sentence. */
function openSteps({ left, toConfirm }: Certificate) {
  return [...left, ...toConfirm.filter(({ what }) => what !== unsettledEnd)];
}

/** What is left, the customer's own last step first; nothing where all is proven. */
function leftForYou(certificate: Certificate, reader: Reader): Block[] {
  const { state, left, looks, consentEndedOn, writing, lookedBy } = certificate;
  const { fill, texts } = reader;
  const { agreed, later, consentEnded, byPerson, byReader, byWriter, writable } = texts.certificate;
  const steps = openSteps(certificate);
  const said = [
    ...(state === "accessLeft"
      ? []
      : [fill(agreed), lookedBy === null ? byPerson : fill(lookedBy.readsOnly ? byReader : byWriter)]),
    ...(writing.until === undefined ? [] : [fill(writable)]),
    ...(looks.isSettled || state === "accessLeft" ? [] : [fill(later)]),
    ...(consentEndedOn === undefined ? [] : [fill(consentEnded)]),
  ].join(" ");
  const shown = state === "proven" ? "passed" : state === "accessLeft" ? "failed" : "warning";
  return [
    notice(shown, [fill(stateText(certificate, texts)), ". ", said]),
    ...(steps.length === 0
      ? []
      : [
          section(
            {
              id: "left",
              title: `${texts.certificate.left} (${steps.length})`,
              // While access is left, the automation still has to prove its end.
              ...(state === "accessLeft" ? {} : { intro: texts.stop.intro }),
            },
            list(
              steps.map((step) => leftStep(step, left.includes(step) ? "gives" : "confirm", reader)),
              { ordered: true },
            ),
          ),
        ]),
  ];
}

/** What the certificate says, in one clause. */
function stateText(certificate: Certificate, { certificate: words }: Texts): string {
  return words[certificate.state] + (isOfKnownApplications(certificate) ? words.ofKnown : "");
}

/** Proof of hers only where her key was named before. */
function customerPageNotice({ customerPage: page }: Certificate, { texts, fill }: Reader): Block[] {
  if (page === undefined) return [];
  const { provenByCustomer, customerSays, saidToBe, words } = texts.certificate;
  const { state, namedIn, why, file } = page;
  const text = namedIn === undefined ? saidToBe : state === "proven" ? provenByCustomer : customerSays;
  const named = { step: String(namedIn?.step), on: namedIn?.signedOn.slice(0, 10) ?? "", state: state ?? "" };
  const said = fill(filled({ ...named, digest: namedIn?.digest ?? "" })(text));
  return [
    notice(text === provenByCustomer ? "passed" : "warning", [
      `${said} `,
      link(file, file),
      ...(why === undefined ? [] : [folded(words, visibleText(why))]),
    ]),
  ];
}

/** A question that the customer alone can answer. */
function readersSection({ alertReaders }: Certificate, { texts, fill }: Reader): Block[] {
  if (alertReaders.length === 0) return [];
  const { readers, readersIntro, notOurs } = texts.certificate;
  const title = `${fill(readers)} (${alertReaders.length})`;
  return [
    section(
      { id: "readers", title, intro: fill(readersIntro) },
      table({
        caption: title,
        columns: [
          { title: texts.objects.name },
          { title: texts.consent.applicationId, kind: "long" },
          { title: texts.consent.permission, kind: "long" },
        ],
        rows: alertReaders.map(({ name, appId, permissions, isNotOurs }) => ({
          cells: [
            visibleText(isNotOurs ? `${name}: ${fill(notOurs)}` : name),
            code(visibleText(appId)),
            visibleText(permissions.join(", ")),
          ],
        })),
      }),
    ),
  ];
}

function leftStep(staying: Staying, otherwise: "gives" | "confirm", reader: Reader): Content {
  const { step, kinds: keys, readsOnly } = staying;
  const { texts, fill } = reader;
  const isAutomation = keys?.includes("automationConsent") === true && readsOnly !== true;
  const reason = isAutomation ? "automation" : otherwise;
  const clicks = clickSteps(staying, reader);
  return [
    clicks.length === 0 ? "" : [strong(clicks.join(" ")), " "],
    `${stayingName(staying, texts)}: ${fill(texts.certificate[reason])}`,
    inEnglish(staying, texts),
    step.startsWith("az ") ? folded(texts.certificate.cli, code(visibleText(step))) : "",
  ];
}

/** The object or the kinds, in the customer's words; of what no kind is known, in the program's. */
function stayingName({ what, kinds: keys = [], name }: Staying, texts: Texts): string {
  const words = [...new Set(keys.map((key) => kindName(key, texts)))].join(", ");
  return visibleText(words === "" ? what : name === undefined ? words : `${words} "${name}"`);
}

function kindName(key: string, { kinds: names, withoutObject }: Texts): string {
  const word = kindWord(key);
  return word === undefined ? (withoutObject[key] ?? names.unknown.name) : names[word].name;
}

/** What was found, with its ID and reason. A command of the MSSP's is no step of the customer's. */
function inEnglish({ what, why, step }: Staying, texts: Texts): Content {
  const isCommand = /^az |npx |command again/.test(step);
  return folded(texts.certificate.words, visibleText(`${what}: ${why}.${isCommand ? "" : ` ${step}`}`));
}

/** How a person ends an object, or looks at kinds that nobody could look at: menus of the admin centers. */
function clickSteps({ kinds: keys = [], name }: Staying, { texts, fill }: Reader): string[] {
  const clicks = keys.map((key) => {
    // The customer ends the consent by deleting the application.
    const word = key === "automationConsent" ? "servicePrincipal" : kindWord(key);
    if (isEndedByPerson(key) && (key !== "automationConsent" || name === undefined))
      return fill(texts.stop.people[key]);
    if (word === undefined) return "";
    const place = applicable(kindWords[word].check);
    if (name === undefined && place !== undefined) return fill(texts.check[place]);
    return visibleText(`${texts.kinds[word].name}: ${clickText(kindWords[word].removal, name)}.`);
  });
  return [...new Set(clicks)].filter((click) => click !== "");
}

function isEndedByPerson(key: KindKey): key is PersonEndedKind {
  return kinds.find((kind) => kind.key === key)?.removal.by === "person";
}

function kindWord(key: string): ObjectKind | undefined {
  return kinds.some((kind) => kind.key === key) ? kindInReport(key as KindKey)?.word : undefined;
}

function removedSection({ removed, destroyedOn }: Certificate, { texts }: Reader): Block {
  const { name, kind, objectId } = texts.objects;
  const title = texts.certificate.removed;
  return section(
    { id: "removed", title },
    table({
      caption: title,
      columns: [
        { title: name },
        { title: kind, choices: true },
        { title: objectId, kind: "long" },
        { title: texts.certificate.removedOn },
      ],
      rows: [...removed].sort(byKind).map((item) => {
        const day = (item.deletedOn ?? destroyedOn).slice(0, 10);
        return { cells: [visibleText(item.name), kindName(item.kind, texts), code(visibleText(item.id)), day] };
      }),
    }),
  );
}

/** What is of one kind stands together. */
function byKind(a: Certificate["removed"][number], b: Certificate["removed"][number]): number {
  return a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name);
}

/** One sentence for each reason: the objects are in the table above. */
function staysSection({ removed, stays }: Certificate, { texts }: Reader): Block {
  const has = (...words: readonly string[]): boolean =>
    removed.some(({ kind, state }) => words.includes(kind) || words.includes(state));
  const objects = stays.filter(({ kinds: keys }) => keys !== undefined);
  return section(
    { id: "stays", title: texts.certificate.stays },
    list([
      texts.stays.tokens,
      ...(has("softDeleted") ? [texts.stays.restorable] : []),
      ...(has("keyVault", "keyVaultSecret") ? [texts.stays.vault] : []),
      ...(has("detectionRule") ? [texts.certificate.rules] : []),
      texts.certificate.logs,
      ...objects.map((staying) => [
        `${stayingName(staying, texts)}: ${texts.certificate.noAccess}`,
        inEnglish(staying, texts),
      ]),
    ]),
  );
}

/** Not looked is never none: the page says where a person looks. */
function looksSection({ lookedAt, notLooked }: Certificate, { texts, fill }: Reader): Block {
  const { title, intro } = texts.notLooked;
  const keys = kinds.filter(({ plural }) => lookedAt.includes(plural)).map(({ key }) => key);
  const names = new Set(keys.map((key) => kindName(key, texts)));
  return section(
    { id: "looks", title, intro: fill(intro) },
    notLookedTable(notLooked, texts),
    details({ summary: texts.certificate.looked }, paragraph([...names].join(", "))),
  );
}

function checkSection({ checks, tenantId, removed }: Certificate, { texts, fill }: Reader): Block {
  const words = removed.flatMap(({ kind }) => kindWord(kind) ?? []);
  const places = words.flatMap((word) => applicable(kindWords[word].check) ?? []);
  const lines = [
    `az login --tenant ${tenantId} --allow-no-subscriptions`,
    ...checks.map(
      ({ what, command, expected }) =>
        `# ${visibleText(what)}: gone if the answer is ${expected}\n${visibleText(command)}`,
    ),
  ];
  return section(
    { id: "checks", title: fill(texts.check.title), intro: texts.check.intro },
    list([...new Set([...places, "logs" as const])].map((place) => fill(texts.check[place]))),
    details({ summary: texts.certificate.cli }, preformatted(lines.join("\n"), { label: texts.certificate.cli })),
  );
}

function evidenceSection({ evidence }: Certificate, { texts, fill }: Reader): Block {
  const title = fill(texts.certificate.evidence);
  if (evidence === null) return section({ id: "evidence", title }, paragraph("–"));
  const { folder, manifestSha256, from, until, gaps } = evidence;
  return section(
    { id: "evidence", title },
    facts([
      { name: "UTC", value: `${moment(from)} – ${moment(until)}` },
      { name: "HTML", value: link(`${folder}/index.html`, `${folder}/index.html`) },
      { name: "SHA-256 (manifest.json)", value: code(manifestSha256) },
    ]),
    ...(gaps.length === 0 ? [] : [details({ summary: texts.certificate.words }, list(gaps.map(visibleText)))]),
  );
}

function moment(text: string): string {
  return visibleText(text.slice(0, 16).replace("T", " "));
}
