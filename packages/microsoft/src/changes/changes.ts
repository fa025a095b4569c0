/** The table of what begins and ends by itself: changes of behaviour, and endings in the same form. */
import { dayMs } from "@defender-mssp/errors/time";
import { dateOf } from "../clock";
import { behaviourChanges, type BehaviourChange, type ConcernedPart } from "./behaviourChanges";
import { daysOfRetirementWarning, publishedDay } from "./endings";
import { retirements, retirementsAsOf, type Retirement } from "./retirements";

/** An entry of the table. `from` is null where no date is published. */
export interface TableChange extends Omit<BehaviourChange, "subject" | "from" | "precision" | "concerns"> {
  readonly subject: BehaviourChange["subject"] | "api" | "host" | "table" | "product";
  readonly from: string | null;
  readonly precision: "day" | "month" | null;
}

/**
 * - `over`: it is so.
 * - `underWay`: it is so in some tenants, or it may be so by now.
 * - `soon`: within `daysOfRetirementWarning` days.
 */
export const changeLevels = ["underWay", "soon", "later", "over", "undated"] as const;
export type ChangeLevel = (typeof changeLevels)[number];

/** A change as it is on a day. */
export interface DatedChange extends TableChange {
  readonly level: ChangeLevel;
  /** Whole days until `from`; null where no date is published. */
  readonly daysLeft: number | null;
}

/** A change of behaviour that concerns a customer. JSON of `status` and `report` has these. */
export interface CustomerChange extends DatedChange {
  readonly concerns: readonly ConcernedPart[];
  readonly from: string;
}

/** Every entry. */
export const changes: readonly TableChange[] = [
  ...behaviourChanges.map(({ concerns: _, ...change }): TableChange => change),
  ...retirements.map(endingAsChange),
];

function endingAsChange(retirement: Retirement): TableChange {
  const {
    id,
    what,
    endsOn,
    precision,
    isLastDay,
    successor,
    remedy,
    certainty,
    source,
    messageCenter,
    afterwards,
    read,
  } = retirement;
  const from = endsOn !== null && isLastDay === true ? dayAfter(endsOn) : endsOn;
  return {
    id,
    what,
    certainty,
    source,
    from,
    precision,
    subject: subjectMatched(retirement.matches),
    effect: "ends",
    ...(messageCenter === undefined ? {} : { messageCenter }),
    read: read ?? retirementsAsOf,
    then: `${afterwards === "mayAnswer" ? "It may still answer. " : ""}Successor: ${successor}.`,
    next: remedy,
  };
}

function subjectMatched({ tables, permissions, paths, hosts }: Retirement["matches"]): TableChange["subject"] {
  if (tables !== undefined) return "table";
  if (paths !== undefined) return "api";
  if (permissions !== undefined) return "permission";
  return hosts === undefined ? "product" : "host";
}

function dayAfter(day: string): string {
  return dateOf(new Date(Date.parse(day) + dayMs));
}

/** Every entry as it is on a day, what is next first. @param today UTC, `YYYY-MM-DD`. */
export function changesOn(today: string): readonly DatedChange[] {
  return changes.map((change) => ({ ...change, ...levelOn(change, today) })).sort(byNext);
}

/**
 * The changes of behaviour that concern parts of a customer's access: those ahead, and those of the
 * last `daysOfRetirementWarning` days.
 */
export function changesConcerning(parts: readonly ConcernedPart[], today: string): readonly CustomerChange[] {
  return behaviourChanges
    .flatMap((change): CustomerChange[] => {
      const concerns = change.concerns.filter((part) => parts.includes(part));
      const isPast = daysUntil(lastDay(change), today) < -daysOfRetirementWarning && change.effect !== "costs";
      return concerns.length === 0 || isPast ? [] : [{ ...change, concerns, ...levelOn(change, today) }];
    })
    .sort(byNext);
}

/** Whether somebody has to act: from `daysOfRetirementWarning` days before the change on. */
export function needsSomebody({ level, needsNobody }: CustomerChange): boolean {
  return level !== "later" && needsNobody !== true;
}

function byNext(a: DatedChange, b: DatedChange): number {
  return (
    changeLevels.indexOf(a.level) - changeLevels.indexOf(b.level) ||
    (a.level === "over" ? -1 : 1) * ((a.daysLeft ?? 0) - (b.daysLeft ?? 0))
  );
}

function levelOn(
  change: Pick<TableChange, TimeKey | "certainty">,
  today: string,
): Pick<DatedChange, "level" | "daysLeft"> {
  const { from, until, precision, certainty } = change;
  if (from === null) return { level: "undated", daysLeft: null };
  const daysLeft = daysUntil(from, today);
  if (daysLeft > daysOfRetirementWarning) return { level: "later", daysLeft };
  if (daysLeft > 0) return { level: "soon", daysLeft };
  const isSpan = until !== undefined || precision === "month";
  const isUncertain = certainty === "low" || (isSpan && daysUntil(lastDay({ from, until, precision }), today) >= 0);
  return { level: isUncertain ? "underWay" : "over", daysLeft };
}

type TimeKey = "from" | "until" | "precision";

function daysUntil(day: string, today: string): number {
  return Math.round((Date.parse(day) - Date.parse(today)) / dayMs);
}

/** The day from which on it is so for all. */
function lastDay({
  from,
  until,
  precision,
}: {
  from: string;
  until?: string | undefined;
  precision: TableChange["precision"];
}): string {
  if (until !== undefined || precision !== "month") return until ?? from;
  const [year = 0, month = 1] = from.split("-").map(Number);
  return dateOf(new Date(Date.UTC(year, month, 0)));
}

const effects: Readonly<Record<TableChange["effect"], string>> = {
  ends: "off",
  begins: "in force",
  freezes: "frozen",
  isSwitchedOn: "switched on",
  costs: "charged for",
};

/** Whether a change is so, or may be so by now. */
export function hasCome(level: ChangeLevel): boolean {
  return level === "over" || level === "underWay";
}

/** What happens and when, such as `frozen since 2026-11-04`; `perhaps` where the date is a digest's. */
export function changeTime({ level, effect, from, until, precision, certainty }: DatedChange): string {
  if (from === null) return `${effects[effect]}: no date is published`;
  const day = publishedDay(from, precision);
  const time = until === undefined ? `${hasCome(level) ? "since" : "from"} ${day}` : `between ${day} and ${until}`;
  return `${certainty === "low" ? "perhaps " : ""}${effects[effect]} ${time}`;
}

/** Subject, time, what is so then, and where that was read. */
export function changeSentence(change: DatedChange): string {
  const { what, then, source, read, messageCenter } = change;
  const number = messageCenter === undefined || source.includes(messageCenter) ? "" : `${messageCenter}, `;
  return `${what}: ${changeTime(change)}. ${then} (${number}${source}; read on ${read}.)`;
}

/** Days after which an entry has to be compared with its source again. */
const daysOfReading = 90;

/** Entries whose source was last read too long ago. @param today UTC, `YYYY-MM-DD`. */
export function staleChanges(today: string): readonly { readonly id: string; readonly days: number }[] {
  return changes.flatMap(({ id, read }) => {
    const days = -daysUntil(read, today);
    return days > daysOfReading ? [{ id, days }] : [];
  });
}
