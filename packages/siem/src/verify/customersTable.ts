/** `verify` of several customers as a table: a line for each, and below it what failed. */
import { dayMs } from "@defender-mssp/errors/time";
import { markOf, warningMark, type CheckState } from "@defender-mssp/terminal/checkState";
import type { Ending } from "@defender-mssp/microsoft";
import { tableText, type TextCell } from "@defender-mssp/terminal/table";
import { lossesIn, type Coverage } from "../pull/coverage";
import { coverageSummary } from "../deliveryCount/coverageLines";
import type { Check } from "./check";
import { unreadable } from "./deliveryLag";
import type { CustomerFacts } from "./customerFacts";

/** Days before the end of a credential from which on it is marked. */
const soon = 30;

export interface VerifiedCustomer extends CustomerFacts {
  readonly stack: string;
  readonly state: CheckState;
  readonly checks: readonly Check[];
}

/** A column of the table. It is left out where no customer has a value. */
interface Column {
  readonly name: string;
  readonly cell: (customer: VerifiedCustomer, now: number) => TextCell | undefined;
}

const columns: readonly Column[] = [
  { name: "consent", cell: consentCell },
  { name: "expires", cell: ({ credentialEndsOn }, now) => credentialCell(credentialEndsOn, now) },
  { name: "last alert", cell: ({ lastAlertAt }, now) => ageCell(lastAlertAt, now) },
  { name: "lag", cell: ({ lagSeconds }) => (lagSeconds === undefined ? undefined : duration(lagSeconds * 1000)) },
  { name: "coverage", cell: ({ coverage = [] }) => coverageCell(coverage) },
  { name: "ends", cell: ({ checks }) => endsCell(checks.flatMap(({ endings = [] }) => endings)) },
];

/**
 * @param hasDetails also the reasons of the differences that no failure is, such as those of a count.
 * @param width columns of the terminal
 */
export function customersTable(
  customers: readonly VerifiedCustomer[],
  { now, width, hasDetails }: { readonly now: number; readonly width: number; readonly hasDetails: boolean },
): string {
  const cells = customers.map((customer) => columns.map(({ cell }) => cell(customer, now)));
  const shown = columns.map((_, index) => index).filter((index) => cells.some((row) => row[index] !== undefined));
  const header: TextCell[] = ["", bold("customer"), ...shown.map((index) => bold(columns[index]?.name ?? ""))];
  const rows = customers.map(({ stack, state, checks }, row): TextCell[] => [
    state === "passed" && checks.some(({ isWarning }) => isWarning === true) ? warningMark : markOf(state),
    stack,
    ...shown.map((index) => cells[row]?.[index] ?? "–"),
  ]);
  const failed = customers.filter(({ state }) => state === "failed").length;
  const parts = [
    // A name gives way before the figures do.
    tableText([header, ...rows], { width, floors: [0, 0, ...shown.map((_, index) => widthIn(rows, index + 2))] }),
    detailsText(customers, { width, hasDetails }),
    `${customers.length - failed} of ${customers.length} customers without a failed check.\n`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** The width of a column's longest cell, without its header. */
function widthIn(rows: readonly (readonly TextCell[])[], column: number): number {
  return rows.reduce((most, row) => {
    const cell = row[column] ?? "";
    return Math.max(most, (typeof cell === "string" ? cell : cell.text).length);
  }, 0);
}

function detailsText(
  customers: readonly VerifiedCustomer[],
  { width, hasDetails }: { readonly width: number; readonly hasDetails: boolean },
): string {
  const isShown = ({ name, state, isWarning, reason }: Check): boolean => {
    if (state === "failed" || isWarning === true) return true;
    // A count that was asked for and is not permitted is not passed over.
    return name === "coverage" && (hasDetails || (state === "notChecked" && reason !== unreadable));
  };
  const rows = customers.flatMap(({ stack, checks }) =>
    checks
      .filter(isShown)
      .map(({ name, state, isWarning, reason }): TextCell[] => [
        isWarning === true ? warningMark : markOf(state),
        stack,
        `${name}: ${reason}`,
      ]),
  );
  return rows.length === 0 ? "" : tableText(rows, { width });
}

/** The use of the connector and the check of the tenant's consents know it. */
function consentCell({ consent, checks }: VerifiedCustomer): TextCell | undefined {
  const check = checks.find(({ name }) => name === "consent");
  if (consent === "lost") return { text: "lost", color: "red" };
  return check?.state === "passed" || consent === "given" ? "given" : undefined;
}

function credentialCell(end: string | undefined, now: number): TextCell | undefined {
  if (end === undefined) return undefined;
  const days = Math.floor((Date.parse(end) - now) / dayMs);
  if (days < 0) return { text: "expired", color: "red" };
  const text = `${days} ${days === 1 ? "day" : "days"}`;
  return days < soon ? { text, color: "yellow" } : text;
}

function ageCell(moment: string | undefined, now: number): TextCell | undefined {
  return moment === undefined ? undefined : `${duration(Math.max(0, now - Date.parse(moment)))} ago`;
}

function coverageCell(coverages: readonly Coverage[]): TextCell | undefined {
  if (coverages.length === 0) return undefined;
  const losses = coverages.map(lossesIn);
  const most = Math.max(...losses);
  const [worst] = coverages.filter((_, index) => losses[index] === most);
  if (most > 0) return { text: `${most.toLocaleString("en-US")} missing`, color: "red" };
  return worst === undefined ? undefined : coverageSummary(worst);
}

/** When the first of what the customer rests on ends. @param endings the most urgent first */
function endsCell(endings: readonly Ending[]): TextCell | undefined {
  const [first] = endings;
  if (first === undefined) return undefined;
  const { level, endsOn } = first;
  if (endsOn === null) return "no date";
  if (level === "over") return { text: "ended", color: "red" };
  return level === "later" ? endsOn : { text: endsOn, color: "yellow" };
}

/** In the largest unit that fits: `0 s`, `12 min`, `3 h`, `5 d`. */
function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 60 * 60) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

function bold(text: string): TextCell {
  return { text, color: "bold" };
}
