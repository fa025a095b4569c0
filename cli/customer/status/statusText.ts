/** `mssp status` for a terminal and for CI's logs. */
import { changeTime, needsSomebody } from "@defender-mssp/microsoft";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import { counted } from "../../base/counted";
import { actorNames } from "../../access/actor";
import { endTitle } from "../../access/ends/ends";
import {
  isRead,
  type CustomerState,
  type CustomerStatus,
  type NextEnd,
  type StatusNeed,
  type StatusReport,
  type StatusSummary,
} from "./customerStatus";

/** Customers whose most serious need is shown in whole; `--json` has all. */
const shownNeeds = 6;
/** Characters of the text of a need. */
const longestText = 160;

/** A row for each customer, what to do, the notes, and the summary in one line. */
export function statusText(report: StatusReport, width?: number): string {
  const heading = report.on === undefined ? "" : `${paragraph(forecastNote(report.on), width)}\n`;
  return `${heading}${customersTable(report, width)}\n${below(report, width)}`;
}

function customersTable({ customers }: StatusReport, width: number | undefined): string {
  const heading: TextCell[] = ["customer", "state", "ends next", "needs somebody"];
  return tableText([heading, ...customers.map(row)], width === undefined ? {} : { width });
}

/** @param most needs that are shown: of each customer the first, and all that can't wait. */
function below(report: StatusReport, width: number | undefined, most = shownNeeds): string {
  const { customers } = report;
  const first = customers.flatMap(({ stack, needs }) =>
    needs
      .filter(({ urgency }, index) => index === 0 || urgency === "now")
      .map((need) => [needText(need), stack] as const),
  );
  const needs = [...stacksByText(first)];
  const left = needs.slice(most).flatMap(([, stacks]) => stacks).length;
  const shown = needs.slice(0, most).map(([text, stacks]) => `${firstStacks(stacks)}${text}`);
  if (left > 0) shown.push(`… and ${left} more ${left === 1 ? "need" : "needs"}: --json has all.`);
  // The first to go on a small screen.
  const changing = most === shownNeeds ? changesByThemselves(customers) : [];
  const notes = [...unreadTenants(customers), ...changing, ...(report.offline ? [offlineNote] : [])];
  const lines = [...shown, ...notes].map((line) => paragraph(line, width));
  return `${lines.join("")}${lines.length === 0 ? "" : "\n"}${paragraph(summaryText(report), width)}`;
}

/** The first lines of the text, as many as a terminal has, and the summary. */
export function statusScreen(
  report: StatusReport,
  { rows, columns, ending }: { readonly rows: number; readonly columns: number; readonly ending: string },
): string {
  const endsWith = (most: number) =>
    `${below(report, columns, most)}${paragraph(ending, columns)}`.trimEnd().split("\n");
  let most = shownNeeds;
  while (most > 1 && endsWith(most).length > rows / 2) most--;
  const ends = endsWith(most);
  const lines = customersTable(report, columns).trimEnd().split("\n");
  const room = Math.max(3, rows - ends.length - 2);
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`];
  return [...shown, "", ...ends].join("\n");
}

const forecastNote = (on: string) =>
  `Forecast for the end of ${on}, UTC, by the clock alone: as if nobody did anything until then. It is based on what was read today.`;

const offlineNote =
  "Offline: by the settings files and the journals of this folder. Not read: states (client secrets, certificates), tenants (consent, onboarding), and runs that were not by `npx mssp fleet`.";

const stateNames: Readonly<Record<CustomerState, string>> = {
  unreadable: "not read",
  onboarding: "onboarding",
  notDeployed: "not deployed",
  notKnown: "not known",
  deployed: "deployed",
  live: "live",
  offboarded: "off-boarded",
};

const urgencyColors: Readonly<Record<StatusNeed["urgency"], "red" | "yellow">> = {
  now: "red",
  soon: "yellow",
  waiting: "yellow",
};

function row(customer: CustomerStatus): TextCell[] {
  const { stack, nextEnd, needs, offboarded } = customer;
  const [first] = needs;
  const more = needs.length > 1 ? ` (+${needs.length - 1})` : "";
  const idle = offboarded === undefined ? "" : `on ${offboarded.on}`;
  return [
    stack,
    stateCell(customer),
    nextEnd === undefined ? "" : endText(nextEnd),
    first === undefined ? idle : { text: `${first.title}${more}`, color: urgencyColors[first.urgency] },
  ];
}

function stateCell({ state }: CustomerStatus): TextCell {
  const text = stateNames[state];
  if (state === "live") return { text, color: "green" };
  return state === "unreadable" ? { text, color: "red" } : text;
}

function endText({ kind, what, daysLeft }: NextEnd): string {
  return `${endTitle(kind, what)}, ${daysLeft < 0 ? "over" : `${daysLeft} d`}`;
}

/** Whose move it is, unless it is the reader's own, what it is, and what to do. */
function needText({ who, text, next }: StatusNeed): string {
  const actor = who === "platformEngineer" ? "" : `, ${actorNames[who]}`;
  return `${actor}: ${shortened(text)}${next === "" || next === text ? "" : ` → ${next}`}`;
}

/** Such as the errors of a settings file: `--json` has the whole text. */
function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length <= longestText ? text : `${characters.slice(0, longestText - 1).join("")}…`;
}

/** Customers whose tenant nobody could look into, once for each reason. */
function unreadTenants(customers: readonly CustomerStatus[]): string[] {
  const reasons = customers.flatMap(({ stack, notChecked }) =>
    notChecked.map(({ what, reason }) => [`${what}: ${reason}`, stack] as const),
  );
  return [...stacksByText(reasons)].map(([text, stacks]) => `Not known of ${firstStacks(stacks)}: ${text}`);
}

/** How many changes by Microsoft are near, and which is next: the reports have each. */
function changesByThemselves(customers: readonly CustomerStatus[]): string[] {
  const near = customers.flatMap(({ stack, changes }) =>
    changes.filter(needsSomebody).map((change) => [change, stack] as const),
  );
  const next = near.find(([{ level }]) => level === "soon") ?? near[0];
  if (next === undefined) return [];
  const [change, stack] = next;
  const count = new Set(near.map(([{ id }]) => id)).size;
  const of = counted(new Set(near.map(([, name]) => name)).size, "customer");
  const more = `\`npx mssp report --stack ${stack}\` has each.`;
  return [`By itself, for ${of}: ${counted(count, "change")}, such as ${change.what}: ${changeTime(change)}. ${more}`];
}

/** What is said alike of several customers is said once. */
function stacksByText(rows: readonly (readonly [text: string, stack: string])[]): ReadonlyMap<string, string[]> {
  const stacks = new Map<string, string[]>();
  for (const [text, stack] of rows) stacks.set(text, [...(stacks.get(text) ?? []), stack]);
  return stacks;
}

function firstStacks(stacks: readonly string[]): string {
  return `${stacks.slice(0, 3).join(", ")}${stacks.length > 3 ? ` and ${stacks.length - 3} more` : ""}`;
}

/** The summary, in one line. */
export function summaryText({ summary, customers }: StatusReport): string {
  const { needs, driftNotChecked } = summary;
  const unread = customers.filter((customer) => !isRead(customer)).length;
  const urgent = customers.filter(
    (customer) => customer.state !== "unreadable" && customer.needs[0]?.urgency === "now",
  );
  const somebody = [
    [urgent.length, "now"],
    [needs.soon, "soon"],
    [needs.waiting, "for a step that waits"],
    [unread, "not read"],
  ] as const;
  const shown = somebody.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
  const needed = shown.length === 0 ? "Nobody is needed." : `Somebody is needed: ${shown.join(", ")}.`;
  const drift = driftNotChecked === 0 ? "" : ` Drift not looked for: ${driftNotChecked}.`;
  const states = statesText(summary);
  return `${counted(summary.customers, "customer")}. ${needed}${states === "" ? "" : ` ${states}.`}${drift}`;
}

function statesText({ states }: StatusSummary): string {
  const shown = (
    ["live", "deployed", "onboarding", "notDeployed", "notKnown", "offboarded", "unreadable"] as const
  ).filter((state) => states[state] > 0);
  return shown.map((state) => `${states[state]} ${stateNames[state]}`).join(", ");
}
