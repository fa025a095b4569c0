/**
 * When client secrets are made and taken away. A pure function: the dates of the secrets that there are go in, those that there
 * should be come out.
 *
 * There are two slots. The current secret is the one that was made last. `rotateBeforeDays` before its end its successor is made in the
 * other slot and becomes the current one; the old one lives on for `overlapDays`, and at most to its own end. All of that happens at the next
 * `up`, whenever that is.
 */
import type { SecretSchedule } from "@defender-mssp/microsoft";

/** Both times are UTC, ISO 8601. */
export interface SecretDates {
  /** When it was made; undefined where that isn't known. */
  readonly startsOn?: string;
  readonly endsOn: string;
}

export const secretSlots = ["first", "second"] as const;
export type SecretSlot = (typeof secretSlots)[number];
export type SecretsBySlot = Readonly<Partial<Record<SecretSlot, SecretDates>>>;

export interface SecretPlan {
  /** When the secret of each slot ends. A slot that isn't there is to be empty. */
  readonly ends: Readonly<Partial<Record<SecretSlot, string>>>;
  /** The slot whose secret is handed out. */
  readonly current: SecretSlot;
  /** Whether the current one is new. */
  readonly isNew: boolean;
  /** From when on `up` makes the successor of the current one. */
  readonly renewsOn: Date;
  /** From when on `up` takes the one before away; only while there are two. */
  readonly overlapEndsOn?: Date;
}

const day = 24 * 60 * 60 * 1000;

export function planSecrets(there: SecretsBySlot, policy: SecretSchedule, now: Date): SecretPlan {
  const newest = newestOf(there);
  if (newest === undefined) return withNew("first", {}, policy, now);
  const dates = there[newest] as SecretDates;
  const other = otherThan(newest);
  if (isDue(dates, policy, now)) {
    const keptOn = isLive(dates, now) && policy.overlapDays > 0;
    return withNew(other, keptOn ? { [newest]: dates.endsOn } : {}, policy, now);
  }
  const old = there[other];
  // Where nobody knows since when there are two, the old one lives to its own end.
  const madeOn = dates.startsOn === undefined ? Infinity : Date.parse(dates.startsOn);
  const overlapEnds = madeOn + policy.overlapDays * day;
  const isKept = old !== undefined && isLive(old, now) && now.getTime() < overlapEnds;
  return {
    ends: { [newest]: dates.endsOn, ...(isKept ? { [other]: old.endsOn } : {}) },
    current: newest,
    isNew: false,
    renewsOn: new Date(Date.parse(dates.endsOn) - policy.rotateBeforeDays * day),
    ...(isKept ? { overlapEndsOn: new Date(Math.min(overlapEnds, Date.parse(old.endsOn))) } : {}),
  };
}

/** Whether a secret needs a successor: its end is near, or further away than a secret may last, or the settings ask for a new one. */
function isDue({ startsOn, endsOn }: SecretDates, policy: SecretSchedule, now: Date): boolean {
  const left = (Date.parse(endsOn) - now.getTime()) / day;
  // A clock that is some minutes off is no reason to make another one.
  if (left <= policy.rotateBeforeDays || left > policy.days + 1) return true;
  const { renewMadeBefore } = policy;
  if (renewMadeBefore === undefined || startsOn === undefined) return false;
  const limit = Date.parse(renewMadeBefore);
  return limit <= now.getTime() && Date.parse(startsOn) < limit;
}

function withNew(
  slot: SecretSlot,
  kept: Readonly<Partial<Record<SecretSlot, string>>>,
  policy: SecretSchedule,
  now: Date,
): SecretPlan {
  const ends = now.getTime() + policy.days * day;
  const overlapEnds = now.getTime() + policy.overlapDays * day;
  const oldEnds = Object.values(kept).map((end) => Date.parse(end));
  return {
    ends: { ...kept, [slot]: wholeSeconds(new Date(ends)) },
    current: slot,
    isNew: true,
    renewsOn: new Date(ends - policy.rotateBeforeDays * day),
    ...(oldEnds.length > 0 ? { overlapEndsOn: new Date(Math.min(overlapEnds, ...oldEnds)) } : {}),
  };
}

/**
 * The slot whose secret was made last; where that isn't known of both, or is the same, the one that ends last. Of two with another length the older
 * one may end later: after `days` was lowered.
 */
function newestOf(there: SecretsBySlot): SecretSlot | undefined {
  const { first, second } = there;
  if (first === undefined || second === undefined) return secretSlots.find((slot) => there[slot] !== undefined);
  const later =
    Date.parse(second.startsOn ?? "") - Date.parse(first.startsOn ?? "") ||
    Date.parse(second.endsOn) - Date.parse(first.endsOn);
  return later > 0 ? "second" : "first";
}

export function otherThan(slot: SecretSlot): SecretSlot {
  return slot === "first" ? "second" : "first";
}

function isLive({ endsOn }: SecretDates, now: Date): boolean {
  return Date.parse(endsOn) > now.getTime();
}

/** RFC 3339 in whole seconds, as the provider gives it back. */
function wholeSeconds(moment: Date): string {
  return moment.toISOString().replace(/\.\d{3}Z$/, "Z");
}
