/** The fleet's page: a row for each customer, coloured by what ends, differs or waits. */
import type { NotChecked } from "@defender-mssp/errors/notChecked";
import {
  figures,
  heatMap,
  link,
  paragraph,
  renderPage,
  section,
  table,
  type Cell,
  type Figure,
  type Row,
  type State,
} from "@defender-mssp/pages";
import { stepTitles } from "../../../domain/stepTitles";
import type { OnboardingProgress } from "../../access/waiting/progress";
import { actorNames } from "../../access/actor";
import { withoutUndefined } from "@defender-mssp/errors";
import { daysLeft, openEnds, type ReportEnd } from "../../access/ends/ends";
import type { Facts } from "../../findings/facts";
import type { Urgency } from "../../findings/finding";
import { findings } from "../../findings/findings";
import { endedAt } from "../../findings/read/readJournals";
import { endingSentence, endingStates, endingText, type Ending } from "@defender-mssp/microsoft";
import { csvText } from "@defender-mssp/terminal/csv";
import { endState } from "./page";

/** One customer of the fleet. Its JSON is what `mssp report --all --json` prints. */
export interface FleetRow {
  readonly stack: string;
  readonly customerName: string;
  readonly tenantId: string;
  /** File of the customer's page beside the overview; absent where there is none. */
  readonly page?: string;
  /** How the last run of `mssp fleet` ended; `never` if none is recorded here. */
  readonly lastRun: "never" | "failed" | "drifted" | "leftOut" | "new" | "changed" | "unchanged";
  /** ISO 8601, UTC. */
  readonly lastRunAt?: string;
  /** `deployed`, `notDeployed`, or the reason that the stack could not be read. */
  readonly state: "deployed" | "notDeployed" | "unreadable";
  readonly problem?: string;
  /** The soonest end of each kind: ISO 8601, UTC. */
  readonly ends: Readonly<Partial<Record<ReportEnd["kind"], string>>>;
  /** What Microsoft or a SIEM product ends, and the customer's access rests on; the most urgent first. */
  readonly retirements: readonly Ending[];
  /** Differences that are known: by `--live`, or by the last run with `--drift`. */
  readonly drift: number | NotChecked;
  readonly manualSteps: number;
  readonly failed: number;
  readonly warnings: number;
  /** With `--live`: the result of `mssp status --show onboarding`. */
  readonly onboarding?: OnboardingProgress;
}

/** What a report says of the fleet. */
export interface FleetReport {
  readonly msspFleetOverview: 1;
  /** ISO 8601, UTC. */
  readonly writtenAt: string;
  readonly customers: readonly FleetRow[];
}

/** Sums of the findings of one customer. */
export function fleetRow(
  facts: Facts,
  { customerName, tenantId, page }: Pick<FleetRow, "customerName" | "tenantId" | "page">,
): FleetRow {
  const { stack, access, ends = [], writtenAt, retirements = [], last, drift, live, onboarding, problem } = facts;
  const found = findings(facts);
  const count = (...wanted: readonly Urgency[]) => found.filter(({ urgency }) => wanted.includes(urgency)).length;
  const differences = found.filter(({ topic, urgency }) => urgency === "now" && ["drift", "consent"].includes(topic));
  const known = drift.state === "notChecked" ? drift.state : drift.differences;
  return withoutUndefined({
    stack,
    customerName,
    tenantId,
    page,
    problem,
    lastRun: last?.state ?? "never",
    lastRunAt: last && endedAt(last),
    state: problem !== undefined ? "unreadable" : access === undefined ? "notDeployed" : "deployed",
    ends: Object.fromEntries(
      openEnds(ends, writtenAt)
        .map(({ kind, until }) => [kind, until] as const)
        .reverse(),
    ),
    retirements,
    drift: live === undefined ? known : differences.length,
    manualSteps: access?.nextSteps.length ?? 0,
    failed: count("now"),
    warnings: count("soon", "waiting"),
    onboarding,
  });
}

const endColumns = [
  ["clientSecret", "Secret"],
  ["previousClientSecret", "Old secret"],
  ["certificate", "Certificate"],
  ["refreshToken", "Token"],
  ["access", "People"],
] as const satisfies readonly (readonly [ReportEnd["kind"], string])[];

export function fleetPage({ customers, writtenAt }: FleetReport): string {
  const now = new Date(writtenAt);
  const rows = [...customers].sort(
    (a, b) => b.failed - a.failed || b.warnings - a.warnings || (a.stack < b.stack ? -1 : 1),
  );
  const count = (matches: (row: FleetRow) => boolean) => customers.filter(matches).length;
  const urgent = count(({ failed }) => failed > 0);
  const soon = count(({ failed, warnings }) => failed === 0 && warnings > 0);
  return renderPage({
    title: "Customers",
    subtitle: `${customers.length} customers, as of ${writtenAt.slice(0, 16).replace("T", " ")} UTC. The most urgent stand first.`,
    blocks: [
      figures([
        { label: "customers", value: customers.length },
        { label: "need you now", value: urgent, state: urgent > 0 ? "failed" : "passed" },
        { label: "need you soon", value: soon, state: soon > 0 ? "warning" : "passed" },
        ...figureIfAny(
          "not deployed",
          count(({ state }) => state === "notDeployed"),
        ),
        ...figureIfAny(
          "drift not checked",
          count(({ drift }) => drift === "notChecked"),
        ),
      ]),
      section(
        {
          id: "customers",
          title: "Expiry, drift and onboarding",
          intro:
            "Days until something ends. Red is over or failed, yellow ends within 30 days or differs, grey is not known.",
        },
        heatMap({
          caption: "Customers",
          columns: [
            { title: "Customer" },
            { title: "Onboarding", choices: true },
            ...endColumns.map(([, title]) => ({ title, kind: "number" as const })),
            { title: "Retires", kind: "number" },
            { title: "Drift", choices: true },
            { title: "Steps", kind: "number" },
            { title: "Now", kind: "number" },
            { title: "Soon", kind: "number" },
            { title: "Last run" },
          ],
          rows: rows.map((row) => rowOf(row, now)),
        }),
      ),
      ...waitingSection(rows),
    ],
    footer:
      "Written by npx mssp report --all. It contains no secret. Drift is known from --live, or from the last npx mssp fleet preview --drift in this folder.",
  });
}

function rowOf(row: FleetRow, now: Date): Row {
  const { stack, customerName, page, ends, retirements, drift, manualSteps, failed, warnings, lastRunAt } = row;
  const name = customerName === "" ? stack : customerName;
  return {
    id: `stack-${stack.replaceAll(/[^\w-]/g, "-")}`,
    cells: [
      { content: page === undefined ? name : link(name, page), title: stack },
      onboardingCell(row),
      ...endColumns.map(([kind]) => endCell(ends[kind], now)),
      retirementCell(retirements),
      driftCell(drift),
      numberCell(manualSteps, "notChecked"),
      numberCell(failed, "failed"),
      numberCell(warnings, "warning"),
      lastRunAt === undefined ? "" : lastRunAt.slice(0, 10),
    ],
  };
}

/** The customers whose onboarding waits for somebody, with the next step and whose move it is. */
function waitingSection(rows: readonly FleetRow[]) {
  if (rows.every(({ onboarding }) => onboarding === undefined)) return [];
  const waiting = rows.flatMap(({ onboarding: one, customerName, stack, page }): Row[] => {
    if (one === undefined || one.state === "complete") return [];
    const name = customerName === "" ? stack : customerName;
    const [step, whose, next] =
      one.next === undefined
        ? ["", "", one.problem ?? ""]
        : [stepTitles[one.next.name], actorNames[one.next.actor], one.next.next];
    const cells = [page === undefined ? name : link(name, page), countText(one), step, whose, next];
    return [{ id: `onboarding-${stack.replaceAll(/[^\w-]/g, "-")}`, cells }];
  });
  return [
    section(
      {
        id: "onboarding",
        title: "Onboardings that wait",
        intro: "The first step that waits for somebody, as npx mssp status --show onboarding shows it.",
      },
      waiting.length === 0 ? paragraph("No onboarding waits.") : waitingTable(waiting),
    ),
  ];
}

function waitingTable(rows: readonly Row[]) {
  return table({
    caption: "Customers and their next steps",
    columns: [
      { title: "Customer" },
      { title: "Steps done" },
      { title: "Step", choices: true },
      { title: "Whose move", choices: true },
      { title: "What to do" },
    ],
    rows,
  });
}

/** Such as `5 of 8`: steps that are done, of those that apply and can be seen. */
function countText({ steps }: OnboardingProgress): string {
  const count = (state: string) => steps.filter((one) => one.state === state).length;
  return `${count("done")} of ${count("done") + count("waiting")}`;
}

const lastRuns: Readonly<Record<FleetRow["lastRun"], { readonly text: string; readonly state: State }>> = {
  never: { text: "deployed", state: "information" },
  failed: { text: "last run failed", state: "failed" },
  drifted: { text: "drifted", state: "warning" },
  leftOut: { text: "left out", state: "warning" },
  new: { text: "new", state: "information" },
  changed: { text: "deployed", state: "passed" },
  unchanged: { text: "deployed", state: "passed" },
};

function onboardingCell({ state, lastRun, problem, onboarding }: FleetRow): Cell {
  if (onboarding !== undefined && onboarding.state !== "failed") {
    const shown = onboarding.state === "complete" ? "passed" : "warning";
    const content = onboarding.state === "complete" ? "complete" : countText(onboarding);
    return { content, state: shown, ...(onboarding.next === undefined ? {} : { title: onboarding.next.next }) };
  }
  if (state === "notDeployed") return { content: "not deployed", state: "notChecked" };
  if (state === "unreadable")
    return { content: "unreadable", state: "failed", ...(problem === undefined ? {} : { title: problem }) };
  const { text, state: shown } = lastRuns[lastRun];
  return { content: text, state: shown };
}

function endCell(until: string | undefined, now: Date): Cell {
  if (until === undefined) return "";
  const days = daysLeft(until, now);
  return { content: String(days), sort: days, state: endState(days), title: until.slice(0, 10) };
}

/** Days until the most urgent end; without a date only that there is one. */
function retirementCell(retirements: readonly Ending[]): Cell {
  const [first] = retirements;
  if (first === undefined) return "";
  const title = retirements.map(endingText).join(" ");
  const { level, daysLeft } = first;
  const state = endingStates[level];
  return { content: daysLeft === null ? "no date" : String(daysLeft), sort: daysLeft ?? Infinity, state, title };
}

function driftCell(drift: FleetRow["drift"]): Cell {
  if (drift === "notChecked") return { content: "not checked", state: "notChecked" };
  return drift === 0 ? { content: "none", state: "passed" } : { content: `${drift} found`, state: "failed" };
}

function numberCell(value: number, state: State): Cell {
  return value === 0 ? { content: "", sort: 0 } : { content: String(value), state };
}

/** A figure that counts nobody says nothing. */
function figureIfAny(label: string, value: number): Figure[] {
  return value === 0 ? [] : [{ label, value, state: "notChecked" }];
}

export function fleetCsv({ customers }: FleetReport): string {
  const kinds = endColumns.map(([kind]) => kind);
  return csvText([
    [
      ...["stack", "customer", "tenant", "state", "last run", "last run at", ...kinds],
      ...["drift", "manual steps", "now", "soon", "onboarding", "whose move", "next step", "problem", "retirements"],
    ],
    ...customers.map(({ stack, customerName, tenantId, state, lastRun, lastRunAt = "", ends, ...row }) => [
      ...[stack, customerName, tenantId, state, lastRun, lastRunAt, ...kinds.map((kind) => ends[kind] ?? "")],
      ...[
        row.drift,
        row.manualSteps,
        row.failed,
        row.warnings,
        ...onboardingCsv(row),
        row.problem ?? "",
        row.retirements.map(endingSentence).join(" "),
      ],
    ]),
  ]);
}

function onboardingCsv({ onboarding }: Pick<FleetRow, "onboarding">): string[] {
  if (onboarding === undefined) return ["", "", ""];
  const { state, next } = onboarding;
  return [state, next === undefined ? "" : actorNames[next.actor], next?.next ?? ""];
}
