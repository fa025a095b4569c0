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
import { applicable, notApplicable, type AccessKind, type KindCell } from "../../../domain/kinds/accessKind";
import { kinds, type PersonEndedKind } from "../../../domain/kinds/kinds";
import { daysLeft } from "./attention";
import { accessKinds, isWithCustomer, objectKinds, ownerWord } from "./kindInReport";
import type { AccessReport, ObjectKind, ReportObject, ReportPath } from "./model";
import { dayCell, endState } from "./page";
import { clickText, removals } from "./removal";
import { textsOf } from "./texts/all";
import type { Language, Texts } from "./texts/texts";

/** A report of the source `preview` says what will be created, every other what there is. */
export function handoutPage(report: AccessReport, language: Language): string {
  const texts = textsOf(language);
  const fill = fillerOf(report);
  const isBefore = report.source === "preview";
  const inTenant = { ...report, objects: report.objects.filter(({ kind }) => isWithCustomer(kind)) };
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

function objectsSection({ objects, paths, source, connectorApproval }: AccessReport, texts: Texts, fill: Fill): Block {
  const { titleBefore, titleAfter, intro, kind, name, meaning, who, objectId, since, until } = texts.objects;
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
        ...(isBefore
          ? []
          : [{ title: who }, { title: objectId, kind: "id" as const }, { title: since }, { title: until }]),
      ],
      rows: objects.map((one) => ({
        id: one.key,
        cells: [
          [one.name, detailText(one)],
          texts.kinds[one.kind].name,
          meaningOf(one, texts),
          ...(isBefore
            ? []
            : [
                holders(one, objects, paths),
                one.objectId === "" ? "" : code(one.objectId),
                dayCell(one.since),
                dayCell(one.until),
              ]),
        ],
      })),
    }),
  );
}

/** A role of the connector has a sentence of its own. */
function meaningOf({ kind, name }: ReportObject, { kinds, roles }: Texts): string {
  return (kind === "permission" && Object.hasOwn(roles, name) ? roles[name] : undefined) ?? kinds[kind].meaning;
}

/** Names of those who have it: members of a group, groups with a role. */
function holders({ key }: ReportObject, objects: readonly ReportObject[], paths: readonly ReportPath[]): string {
  const sources = new Set(paths.filter(({ to }) => to === key).map(({ from }) => from));
  return objects
    .filter((object) => sources.has(object.key))
    .map(({ name }) => name)
    .join(", ");
}

/** Their details are English words of this program. */
const wordy: ReadonlySet<ObjectKind> = new Set([
  "group",
  "eligibility",
  "accessPackage",
  "assignmentPolicy",
  "siemAuthorization",
]);

/** What is data, and no words of this program. */
function detailText({ kind, detail }: ReportObject): string {
  const isWords = wordy.has(kind);
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

/** Where the customer sees an object of each kind. */
const checks: Readonly<Record<ObjectKind, KindCell<keyof Texts["check"]>>> = {
  guest: "analysts",
  group: "analysts",
  eligibility: "analysts",
  directoryRole: "roles",
  defenderRole: "roles",
  defenderRoleAssignment: "roles",
  accessPackageCatalog: "packages",
  catalogResource: "packages",
  accessPackage: "packages",
  accessPackageResource: "packages",
  assignmentPolicy: "packages",
  connectedOrganization: "packages",
  application: "connector",
  clientSecret: "connector",
  certificate: "connector",
  federatedCredential: "connector",
  redirectUri: "connector",
  requestedPermission: "connector",
  servicePrincipal: "connector",
  permission: "connector",
  siemAuthorization: "connector",
  notificationRule: "notifications",
  tenantTrust: "trust",
  conditionalAccessPolicy: "trust",
  delegation: "azure",
  lighthouseAssignment: "azure",
  governanceGroup: notApplicable("the step to end the relationship says where it is"),
  governanceRole: notApplicable("the step to end the relationship says where it is"),
  keyVault: notApplicable("it is in the MSSP's subscription"),
  vaultSecret: notApplicable("it is in the MSSP's subscription"),
  vaultReader: notApplicable("it is in the MSSP's subscription"),
  resourceGroup: notApplicable("it is in the MSSP's subscription"),
  unknown: notApplicable("nothing is known of its type"),
};

function checkSection({ objects }: AccessReport, { check }: Texts, fill: Fill): Block {
  const places = new Set(objects.map(({ kind }) => applicable(checks[kind])));
  const steps = (["analysts", "roles", "packages", "connector", "logs", "notifications", "trust", "azure"] as const)
    .filter((place) => place === "logs" || places.has(place))
    .map((place) => check[place]);
  return section({ id: "check", title: fill(check.title), intro: check.intro }, list(steps.map(fill)));
}

interface Step {
  readonly order: number;
  readonly text: string;
}

/** First what could create the rest again, then what `removal.order` of the kinds says. */
function stopSection({ objects, endedByPeople }: AccessReport, texts: Texts, fill: Fill): Block {
  const { stop } = texts;
  const first: readonly PersonEndedKind[] = ["automationConsent", "previewConsent"];
  const byPeople = kinds
    .filter(({ key }) => endedByPeople.includes(key as PersonEndedKind) && !first.includes(key as PersonEndedKind))
    .map((kind) => ({ order: firstOrder([kind]), text: fill(stop.people[kind.key as PersonEndedKind]) }));
  const steps = [...byPeople, ...objectSteps(objects, texts)].sort((a, b) => a.order - b.order);
  return section(
    { id: "stop", title: stop.title, intro: stop.intro },
    list([...first.map((key) => fill(stop.people[key])), ...steps.map(({ text }) => text)], { ordered: true }),
    paragraph(stop.tokens),
  );
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
      const names = objects.filter(({ kind }) => kind === word).map(({ name }) => name);
      const ending = parts.length === 0 ? "" : ` (${stop.endsWith} ${parts.join(", ")})`;
      const step = `${texts[word].name}: ${clickText(removals[word], shortList(names))}${ending}`;
      return { order: firstOrder(accessKinds(word)), text: step };
    });
}

function firstOrder(list: readonly AccessKind[]): number {
  return Math.min(...list.map(({ removal }) => ("order" in removal ? removal.order : Infinity)));
}

/** More names than these are in the table. */
const mostNames = 5;

function shortList(names: readonly string[]): string {
  const others = names.length - mostNames;
  return `${names.slice(0, mostNames).join(", ")}${others > 0 ? `, … (+${others})` : ""}`;
}
