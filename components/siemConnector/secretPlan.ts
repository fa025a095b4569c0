/**
 * Plans when client secrets are created and deleted: a pure function of the dates of the existing
 * secrets.
 *
 * There are two slots. The current secret is the one that was created last. `rotateBeforeDays`
 * before it expires, the next one is created in the other slot and becomes the current one; the
 * previous one stays for `overlapDays`, at most until it expires. Each step happens at the next
 * `up`.
 */
import type { SecretSchedule } from "@defender-mssp/microsoft";

/** Dates of a client secret: UTC, ISO 8601. */
export interface SecretDates {
  /** Start of the secret's validity; undefined if unknown. */
  readonly startsOn?: string;
  /** End of the secret's validity. */
  readonly endsOn: string;
}

export const secretSlots = ["first", "second"] as const;
export type SecretSlot = (typeof secretSlots)[number];
export type SecretsBySlot = Readonly<Partial<Record<SecretSlot, SecretDates>>>;

export interface SecretPlan {
  /** When the secret of each slot expires. A slot that is absent has no secret. */
  readonly ends: Readonly<Partial<Record<SecretSlot, string>>>;
  /** The slot of the current secret. */
  readonly current: SecretSlot;
  /** Whether the current secret is created now. */
  readonly isNew: boolean;
  /** From this time on `up` creates the next secret. */
  readonly renewsOn: Date;
  /** From this time on `up` deletes the previous secret. Only while there are two. */
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
  // Without a start time the previous secret stays until it expires.
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

/**
 * Whether the next secret is due: this one expires soon, or later than a new one would, or the
 * settings ask for a new one.
 */
function isDue({ startsOn, endsOn }: SecretDates, policy: SecretSchedule, now: Date): boolean {
  const left = (Date.parse(endsOn) - now.getTime()) / day;
  // A day of tolerance: a clock that is minutes off creates no secret.
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
 * The slot of the secret that was created last. Without both start times, or with equal ones, it is
 * the one that expires last: after `days` was lowered, the older secret may expire later.
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

/** RFC 3339 in whole seconds, as the provider returns it. */
function wholeSeconds(moment: Date): string {
  return moment.toISOString().replace(/\.\d{3}Z$/, "Z");
}
