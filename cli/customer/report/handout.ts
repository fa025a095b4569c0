/** The page that the MSSP sends to the customer, in the customer's language. */
import {
  code,
  link,
  list,
  notice,
  paragraph,
  preformatted,
  renderPage,
  section,
  table,
  timeLine,
  type Block,
} from "@defender-mssp/pages";
import { clouds } from "@defender-mssp/microsoft";
import { daysLeft } from "./attention";
import type { AccessReport, ReportObject } from "./model";
import { dayCell, endState } from "./page";
import { textsOf } from "./texts/all";
import type { Language, Texts } from "./texts/texts";

/** A report of the source `preview` says what will be created, every other what there is. */
export function handoutPage(report: AccessReport, language: Language): string {
  const texts = textsOf(language);
  const fill = fillerOf(report);
  const isBefore = report.source === "preview";
  const inTenant = { ...report, objects: report.objects.filter(({ kind }) => kind !== "vaultSecret") };
  return renderPage({
    title: fill(texts.title),
    language,
    words: texts.words,
    subtitle: fill(isBefore ? texts.subtitleBefore : texts.subtitleAfter),
    blocks: [
      notice("information", texts.noSecret),
      mailSection(report, texts, fill),
      consentSection(report, texts),
      objectsSection(inTenant, texts, fill),
      ...(isBefore || report.ends.length === 0 ? [] : [endsSection(report, texts, fill)]),
      checkSection(inTenant, texts, fill),
      stopSection(inTenant, texts, fill),
    ],
    footer: texts.footer,
  });
}

type Fill = (text: string) => string;

function fillerOf(report: AccessReport): Fill {
  const { msspName, customerName, tenantId, writtenAt, cloud, adminConsentUrl = "", connectorApproval } = report;
  const values: Readonly<Record<string, string>> = {
    mssp: msspName,
    customer: customerName,
    tenant: tenantId,
    date: writtenAt.slice(0, 10),
    entra: new URL(clouds[cloud].entraAdminCenter).host,
    link: adminConsentUrl,
    approver: connectorApproval?.approvedBy ?? "",
    until: connectorApproval?.writesEndOn ?? "",
  };
  return (text) => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The mail as text, for the page and for `--json`. */
export function mailOf(report: AccessReport, { mail }: Texts): { readonly subject: string; readonly body: string } {
  const fill = fillerOf(report);
  const body = report.source === "preview" ? mail.before : mail.after;
  const consent = report.adminConsentUrl === undefined ? "" : `\n\n${mail.consent}`;
  return { subject: fill(mail.subject), body: fill(`${body}${consent}\n\n${report.msspName}`) };
}

function mailSection(report: AccessReport, texts: Texts, fill: Fill): Block {
  const { subject, body } = mailOf(report, texts);
  return section(
    { id: "mail", title: texts.mail.title, intro: fill(texts.mail.intro) },
    preformatted(body, { label: subject }),
  );
}

function consentSection({ adminConsentUrl }: AccessReport, { consent }: Texts): Block {
  return section(
    { id: "consent", title: consent.title },
    ...(adminConsentUrl === undefined
      ? [paragraph(consent.none)]
      : [paragraph(consent.text), paragraph(link(consent.link, adminConsentUrl), " ", code(adminConsentUrl))]),
  );
}

function objectsSection({ objects, source, connectorApproval }: AccessReport, texts: Texts, fill: Fill): Block {
  const { titleBefore, titleAfter, intro, kind, name, meaning, objectId, since, until } = texts.objects;
  const isBefore = source === "preview";
  const title = isBefore ? titleBefore : titleAfter;
  return section(
    { id: "objects", title, intro },
    ...(connectorApproval === undefined ? [] : [paragraph(fill(texts.approval))]),
    table({
      caption: title,
      columns: [
        { title: name, kind: "long" },
        { title: kind, choices: true },
        { title: meaning },
        ...(isBefore ? [] : [{ title: objectId, kind: "id" as const }, { title: since }, { title: until }]),
      ],
      rows: objects.map((one) => ({
        id: one.key,
        cells: [
          [one.name, detailText(one)],
          texts.kinds[one.kind].name,
          meaningOf(one, texts),
          ...(isBefore ? [] : [one.objectId === "" ? "" : code(one.objectId), dayCell(one.since), dayCell(one.until)]),
        ],
      })),
    }),
  );
}

/** A role of the connector has a sentence of its own. */
function meaningOf({ kind, name }: ReportObject, { kinds, roles }: Texts): string {
  return (kind === "permission" && Object.hasOwn(roles, name) ? roles[name] : undefined) ?? kinds[kind].meaning;
}

/** What is data, and no words of this program. */
function detailText({ kind, detail }: ReportObject): string {
  const isWords = kind === "group" || kind === "accessPackage" || kind === "siemAuthorization";
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
  const has = (...kinds: readonly string[]) => objects.some(({ kind }) => kinds.includes(kind));
  const steps = [
    ...(has("guest", "group") ? [check.analysts] : []),
    ...(has("directoryRole", "defenderRole") ? [check.roles] : []),
    ...(has("accessPackage") ? [check.packages] : []),
    ...(has("servicePrincipal") ? [check.connector] : []),
    check.logs,
    ...(has("notificationRule") ? [check.notifications] : []),
    ...(has("delegation") ? [check.azure] : []),
  ];
  return section({ id: "check", title: fill(check.title), intro: check.intro }, list(steps.map(fill)));
}

function stopSection({ portalAccess }: AccessReport, { stop }: Texts, fill: Fill): Block {
  const people = portalAccess === "governance" ? stop.governance : stop.people;
  const steps = [stop.automation, stop.connector, people, stop.rest];
  return section(
    { id: "stop", title: stop.title, intro: stop.intro },
    list(steps.map(fill), { ordered: true }),
    paragraph(stop.tokens),
  );
}
