/** The page of one customer. */
import {
  badge,
  code,
  day,
  facts,
  figures,
  link,
  list,
  notice,
  picture,
  renderPage,
  section,
  table,
  timeLine,
  withCode,
  type Block,
  type Content,
  type Figure,
  type Row,
} from "@defender-mssp/pages";
import { accessPicture } from "./accessPicture";
import { daysLeft, daysOfWarning, type ReportEnd } from "../../access/ends/ends";
import { differenceState } from "../../access/report/differenceState";
import type { AccessReport, Attention } from "../../findings/accessReport";
import type { ObjectKind } from "../../access/objects/kindInReport";
import type { ReportObject } from "../../access/objects/reportObject";
import { clickText, kindWords } from "../../access/objects/kindWords";
import { changesSection } from "./changesSection";
import { retirementsSection } from "./retirementsSection";

/** @param overview address of the fleet's page, if there is one. */
export function reportPage(report: AccessReport, overview?: string): string {
  const { msspName, customerName, stack, source, writtenAt, stateWrittenAt } = report;
  const now = new Date(writtenAt);
  const asOf: Content[] = stateWrittenAt === undefined ? [] : [", state of ", day(new Date(stateWrittenAt))];
  return renderPage({
    title: `${msspName} in ${customerName}`,
    ...(overview === undefined ? {} : { above: link("All customers", overview) }),
    subtitle: [
      "Stack ",
      code(stack),
      ...asOf,
      source === "live"
        ? [", compared with the tenant on ", day(now)]
        : [". Not compared with the tenant: use ", code("--live")],
      ".",
    ],
    blocks: [
      figures(figuresOf(report, now)),
      attentionSection(report),
      section(
        { id: "paths", title: "Who reaches what", intro: "The names lead to the table of objects." },
        picture(accessPicture(report)),
      ),
      section({ id: "ends", title: "What ends when" }, endsTimeLine(report.ends, now)),
      ...retirementsSection(report.retirements),
      ...changesSection(report.changes),
      objectsSection(report),
      section(
        {
          id: "removal",
          title: "How to end it",
          intro:
            "You end it by a setting and npx pulumi up. The customer's administrator can end it in the portal; the next npx pulumi up --refresh would create it again while your automation application exists.",
        },
        removalTable(report.objects),
      ),
      notLookedSection(report),
      ...stepsSection(report),
      section({ id: "identifiers", title: "Identifiers" }, identifiers(report)),
    ],
    footer:
      "Written by npx mssp report. It contains no secret. Links to single objects follow Microsoft's public code, not a document; none was tried on a real tenant.",
  });
}

function figuresOf({ attention, objects, ends }: AccessReport, now: Date): Figure[] {
  const failed = attention.filter(({ state }) => state === "failed").length;
  const warnings = attention.filter(({ state }) => state === "warning").length;
  const next = ends.find(({ until }) => until !== undefined)?.until;
  const days = next === undefined ? undefined : daysLeft(next, now);
  const people = objects.filter(({ kind }) => kind === "guest").length;
  return [
    { label: "to do now", value: failed, state: failed > 0 ? "failed" : "passed", href: "#attention" },
    { label: "to decide or do soon", value: warnings, state: warnings > 0 ? "warning" : "passed", href: "#attention" },
    ...(days === undefined
      ? []
      : [{ label: "days to the next end", value: days, state: endState(days), href: "#ends" } as const]),
    { label: people === 1 ? "guest" : "guests", value: people, href: "#objects" },
    { label: "objects", value: objects.length, href: "#objects" },
  ];
}

export function endState(days: number): "failed" | "warning" | "passed" {
  return days < 0 ? "failed" : days <= daysOfWarning ? "warning" : "passed";
}

export const stateWords = { failed: "now", warning: "soon", notChecked: "not checked" } as const;

const topics: Readonly<Record<Attention["topic"], string>> = {
  ends: "end",
  retirements: "retirement",
  changes: "by itself",
  manualSteps: "manual step",
  leastPrivilege: "least privilege",
  drift: "drift",
  invitations: "invitation",
  consent: "consent",
  leakedSecret: "leaked secret",
  leaver: "leaver",
  joiner: "joiner",
  failedRun: "failed run",
  turnedOffRules: "detection rules",
  ruleHealth: "detection rules",
  onboarding: "onboarding",
  month: "month",
  unreadable: "not read",
  permission: "permission",
  feature: "licence or policy",
  conditionalAccess: "Conditional Access",
  state: "state",
  notChecked: "not compared",
};

function attentionSection({ attention, additions }: AccessReport): Block {
  const rows = attention.map(({ state, topic, title, remedy }): Row => ({
    cells: [title, topics[topic], { content: stateWords[state], state }, withCode(remedy)],
  }));
  return section(
    { id: "attention", title: "What needs attention" },
    rows.length === 0
      ? notice("passed", "Nothing")
      : table({
          caption: "What needs attention",
          columns: [
            { title: "What" },
            { title: "Topic", choices: true },
            { title: "When", choices: true },
            { title: "What to do" },
          ],
          rows,
        }),
    ...(additions.length === 0
      ? []
      : [
          table({
            caption: "Added in the tenant",
            columns: [
              { title: "What" },
              { title: "On" },
              { title: "By" },
              { title: "When" },
              { title: "Step that removes it", kind: "long" },
            ],
            rows: additions.map(({ what, to, by, on, step }) => ({ cells: [what, to, by, on, code(step)] })),
          }),
        ]),
  );
}

function endsTimeLine(ends: readonly ReportEnd[], now: Date): Block {
  return timeLine({
    title: "Credentials and access",
    now,
    items: ends.map(({ what, from, until, renewsOn, remedy }) => ({
      label: what,
      ...(from === undefined ? {} : { from: new Date(from) }),
      ...(until === undefined ? {} : { until: new Date(until) }),
      ...(renewsOn === undefined ? {} : { marks: [{ on: new Date(renewsOn), label: "up renews it from then on" }] }),
      state: until === undefined ? "information" : endState(daysLeft(until, now)),
      note: renewsOn === undefined ? remedy : `${remedy} from ${renewsOn.slice(0, 10)} on`,
    })),
  });
}

function objectsSection({ objects, source }: AccessReport): Block {
  const isLive = source === "live";
  return section(
    { id: "objects", title: "Objects in the tenant", intro: "Everything that this stack manages." },
    table({
      caption: "Objects",
      columns: [
        { title: "Name", kind: "long" },
        { title: "What", choices: true },
        { title: "Details", kind: "long" },
        { title: "Object ID", kind: "id" },
        { title: "Since" },
        { title: "Until" },
        ...(isLive ? [{ title: "In the tenant", choices: true }] : []),
      ],
      rows: objects.map((object) => ({
        id: object.key,
        cells: [
          object.link === undefined ? object.name : link(object.name, object.link),
          kindWords[object.kind].name,
          [detailText(object), object.adopted ? " (was there before; destroy keeps it)" : ""],
          object.objectId === "" ? "" : code(object.objectId),
          dayCell(object.since),
          object.until === undefined ? "no end" : dayCell(object.until),
          ...(isLive ? [differenceCell(object)] : []),
        ],
      })),
    }),
  );
}

/** The actions of a Defender role without what they all begin with. */
function detailText({ kind, detail }: ReportObject): string {
  return kind === "defenderRole" ? detail.replaceAll("microsoft.xdr/", "") : detail;
}

function differenceCell({ difference, notCompared }: ReportObject): Content {
  if (difference !== undefined) return badge(differenceState(difference), difference);
  return notCompared === undefined ? "" : badge("notChecked", "not compared");
}

export function dayCell(moment: string | undefined): Content {
  return moment === undefined ? "" : day(new Date(moment));
}

function removalTable(objects: readonly ReportObject[]): Block {
  const kinds = [...new Set(objects.map(({ kind }) => kind))];
  return table({
    caption: "What each right means, and how it ends",
    columns: [
      { title: "What" },
      { title: "What it means", kind: "sentence" },
      { title: "Setting", kind: "long" },
      { title: "Click", kind: "sentence" },
      { title: "What stays" },
      { title: "Microsoft's document" },
    ],
    rows: kinds.map((kind: ObjectKind) => {
      const guide = kindWords[kind].removal;
      const { setting, stays, document } = guide;
      const { name, meaning } = kindWords[kind];
      return { cells: [name, meaning, setting, clickText(guide), stays, link(document.title, document.url)] };
    }),
  });
}

/** Not looked is never none. */
function notLookedSection({ notLooked }: AccessReport): Block {
  return section(
    {
      id: "not-looked",
      title: "What no command looks at",
      intro: "Access can be given in these ways, too. This report says nothing of them, also with --live.",
    },
    table({
      caption: "Not looked at",
      columns: [{ title: "What" }, { title: "Why", kind: "sentence" }, { title: "Where a person looks", kind: "long" }],
      rows: notLooked.map(({ what, why, look }) => ({ cells: [what, why, look] })),
      filterable: false,
    }),
  );
}

function stepsSection({ nextSteps }: AccessReport): Block[] {
  if (nextSteps.length === 0) return [];
  const intro = "What a person does after up. No API shows whether it has been done.";
  return [section({ id: "steps", title: "Manual steps", intro }, list(nextSteps, { ordered: true }))];
}

function identifiers(report: AccessReport): Block {
  const { tenantId, customerDomain, msspTenantId, portalUrl, cloud, portalAccess, adminConsentUrl, governance } =
    report;
  return facts([
    { name: "Customer's tenant", value: code(tenantId) },
    { name: "Customer's domain", value: customerDomain },
    { name: "MSSP's tenant", value: code(msspTenantId) },
    { name: "Cloud", value: cloud },
    { name: "Portal access", value: portalAccess },
    ...(governance === undefined ? [] : [{ name: "Governance relationship", value: governance.found }]),
    { name: "Defender portal", value: link(portalUrl, portalUrl) },
    ...(adminConsentUrl === undefined
      ? []
      : [{ name: "Admin consent", value: link(adminConsentUrl, adminConsentUrl) }]),
  ]);
}
