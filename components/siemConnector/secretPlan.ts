/**
 * Plans when client secrets are created and deleted: a pure function of the dates of the existing
 * secrets.
 *
 * The current secret is the one that was created last. `rotateBeforeDays` before it expires, the
 * next one is created in a free slot and becomes the current one; the previous one stays for
 * `overlapDays`, at most until it expires. Each step happens at the next `up`.
 *
 * Until when the previous secret stays is decided, announced and recorded when the next one is
 * created (`keepsUntil`). Settings that change later can extend this date and not shorten it, so a
 * third and a fourth slot serve a secret that becomes due during an overlap.
 */
import { dayMs } from "@defender-mssp/errors/time";
import type { SecretSchedule } from "@defender-mssp/microsoft";

/** Dates of a client secret: UTC, ISO 8601. */
export interface SecretDates {
  /** Start of the secret's validity; undefined if unknown. */
  readonly startsOn?: string;
  /** End of the secret's validity. */
  readonly endsOn: string;
  /**
   * Until when each previous secret stays, by slot, as announced when this secret was created.
   * Absent without a previous one, and for secrets of releases that did not record it.
   */
  readonly keepsUntil?: Readonly<Record<string, string>>;
}

export const secretSlots = ["first", "second", "third", "fourth"] as const;
export type SecretSlot = (typeof secretSlots)[number];
export type SecretsBySlot = Readonly<Partial<Record<SecretSlot, SecretDates>>>;

export interface SecretPlan {
  /** When the secret of each slot expires. A slot that is absent has no secret. */
  readonly ends: Readonly<Partial<Record<SecretSlot, string>>>;
  /** The slot of the current secret. */
  readonly current: SecretSlot;
  /** Whether the current secret is created now. */
  readonly isNew: boolean;
  /** The slot of the secret that the new one replaces and that stays for its overlap. */
  readonly replaces?: SecretSlot;
  /** `SecretDates.keepsUntil` of the secret that is created now. */
  readonly keepsUntil?: Readonly<Record<string, string>>;
  /** From this time on `up` creates the next secret. */
  readonly renewsOn: Date;
  /** From this time on `up` deletes a previous secret. Only while there is one. */
  readonly overlapEndsOn?: Date;
  /** The secrets that are deleted now. */
  readonly deleted: readonly DeletedSecret[];
  /** The next secret is due, but each slot has a secret that was announced to stay until then. */
  readonly waitsUntil?: Date;
  /** `renewMadeBefore`, if it is in the future: it renews nothing yet. */
  readonly renewalIsAhead?: string;
}

export interface DeletedSecret extends Pick<SecretDates, "startsOn" | "endsOn"> {
  readonly reason: "expired" | "overlapEnded" | "noOverlap";
}

/** With `endsMadeBefore`, for one run, no secret that was made before that moment stays for its overlap: one leaked. */
type Policy = SecretSchedule & { readonly endsMadeBefore?: string | undefined };

export function planSecrets(bySlot: SecretsBySlot, policy: Policy, now: Date): SecretPlan {
  const { renewMadeBefore } = policy;
  const isAhead = renewMadeBefore !== undefined && Date.parse(renewMadeBefore) > now.getTime();
  return { ...planned(bySlot, policy, now), ...(isAhead ? { renewalIsAhead: renewMadeBefore } : {}) };
}

function planned(bySlot: SecretsBySlot, policy: Policy, now: Date): SecretPlan {
  const newest = byAge(bySlot)[0];
  if (newest === undefined) return withNew({ slot: "first", kept: {}, there: {}, policy, now });
  const previous = Object.fromEntries(
    secretSlots
      .filter((slot) => slot !== newest)
      .filter((slot) => !(Date.parse(bySlot[slot]?.startsOn ?? "") < Date.parse(policy.endsMadeBefore ?? "")))
      .map((slot) => [slot, keptUntil(slot, bySlot, policy)] as const)
      .filter(([, until]) => until > now.getTime()),
  ) as Kept;
  const dates = bySlot[newest] as SecretDates;
  if (!isDue(dates, policy, now)) return withoutNew(newest, previous, bySlot, policy, now);
  const overlapEnds = Math.min(now.getTime() + policy.overlapDays * dayMs, Date.parse(dates.endsOn));
  const kept = overlapEnds > now.getTime() ? { ...previous, [newest]: overlapEnds } : previous;
  const others = secretSlots.filter((slot) => slot !== newest);
  const free = [...others, newest].find((slot) => kept[slot] === undefined);
  return free === undefined
    ? withoutNew(newest, previous, bySlot, policy, now)
    : withNew({ slot: free, kept, there: bySlot, policy, now, before: newest });
}

/** Until when the previous secrets stay, by slot, in milliseconds. */
type Kept = Readonly<Partial<Record<SecretSlot, number>>>;

function withoutNew(
  current: SecretSlot,
  previous: Kept,
  there: SecretsBySlot,
  policy: SecretSchedule,
  now: Date,
): SecretPlan {
  const dates = there[current] as SecretDates;
  const waits = isDue(dates, policy, now) ? { waitsUntil: new Date(firstOf(previous)) } : {};
  const renews = Date.parse(dates.endsOn) - policy.rotateBeforeDays * dayMs;
  return {
    ends: { [current]: dates.endsOn, ...endsOf(previous, there) },
    current,
    isNew: false,
    renewsOn: waits.waitsUntil ?? new Date(renews),
    ...overlapOf(previous),
    deleted: deletedFrom(there, { ...previous, [current]: Infinity }, now),
    ...waits,
  };
}

interface NewSecret {
  readonly slot: SecretSlot;
  readonly kept: Kept;
  readonly there: SecretsBySlot;
  readonly policy: SecretSchedule;
  readonly now: Date;
  /** The slot of the one that it replaces. */
  readonly before?: SecretSlot;
}

function withNew({ slot, kept, there, policy, now, before }: NewSecret): SecretPlan {
  const ends = now.getTime() + policy.days * dayMs;
  // All of them, not the predecessor's alone: that one may go before those that it has recorded.
  const recorded = Object.entries(kept).map(([one, until]) => [one, wholeSeconds(new Date(until))] as const);
  return {
    ends: { ...endsOf(kept, there), [slot]: wholeSeconds(new Date(ends)) },
    current: slot,
    isNew: true,
    ...(before === undefined || kept[before] === undefined ? {} : { replaces: before }),
    ...(recorded.length === 0 ? {} : { keepsUntil: Object.fromEntries(recorded) }),
    renewsOn: new Date(ends - policy.rotateBeforeDays * dayMs),
    ...overlapOf(kept),
    deleted: deletedFrom(there, kept, now, before),
  };
}

/**
 * Until when a previous secret stays: as announced, or longer if `overlapDays` was raised; at most
 * until it expires. Without a start time of its successor it stays until it expires.
 */
function keptUntil(slot: SecretSlot, there: SecretsBySlot, policy: SecretSchedule): number {
  const dates = there[slot];
  if (dates === undefined) return -Infinity;
  const order = byAge(there);
  const newer = order.slice(0, order.indexOf(slot)).map((other) => there[other] as SecretDates);
  const successor = newer.at(-1);
  const madeOn = successor?.startsOn === undefined ? Infinity : Date.parse(successor.startsOn);
  const announced = newer.map(({ keepsUntil }) => Date.parse(keepsUntil?.[slot] ?? "")).filter(Number.isFinite);
  return Math.min(Date.parse(dates.endsOn), Math.max(madeOn + policy.overlapDays * dayMs, ...announced));
}

/**
 * Whether the next secret is due: this one expires soon, or later than a new one would, or the
 * settings ask for a new one.
 */
function isDue({ startsOn, endsOn }: SecretDates, policy: SecretSchedule, now: Date): boolean {
  const left = (Date.parse(endsOn) - now.getTime()) / dayMs;
  // A day of tolerance: a clock that is minutes off creates no secret.
  if (left <= policy.rotateBeforeDays || left > policy.days + 1) return true;
  const { renewMadeBefore } = policy;
  if (renewMadeBefore === undefined || startsOn === undefined) return false;
  const limit = Date.parse(renewMadeBefore);
  return limit <= now.getTime() && Date.parse(startsOn) < limit;
}

/**
 * The slots that have a secret, the one that was created last first. Without start times, or with
 * equal ones, it is the one that expires last: after `days` was lowered, the older secret may
 * expire later.
 */
function byAge(there: SecretsBySlot): SecretSlot[] {
  const later = (a: SecretDates, b: SecretDates): number =>
    Date.parse(b.startsOn ?? "") - Date.parse(a.startsOn ?? "") || Date.parse(b.endsOn) - Date.parse(a.endsOn);
  const names = (one: SecretSlot, other: SecretSlot): boolean =>
    Date.parse(there[one]?.keepsUntil?.[other] ?? "") > Date.parse(there[other]?.startsOn ?? "");
  // `up --refresh` creates a revoked previous secret again: with a later start, without a record of its successor.
  const superseding = (a: SecretSlot, b: SecretSlot): number => Number(names(b, a)) - Number(names(a, b));
  return secretSlots
    .filter((slot) => there[slot] !== undefined)
    .sort((a, b) => superseding(a, b) || later(there[a] as SecretDates, there[b] as SecretDates));
}

function deletedFrom(there: SecretsBySlot, kept: Kept, now: Date, replaced?: SecretSlot): readonly DeletedSecret[] {
  return secretSlots.flatMap((slot): DeletedSecret[] => {
    const dates = there[slot];
    if (dates === undefined || kept[slot] !== undefined) return [];
    const isExpired = Date.parse(dates.endsOn) <= now.getTime();
    return [{ ...dates, reason: isExpired ? "expired" : slot === replaced ? "noOverlap" : "overlapEnded" }];
  });
}

function endsOf(kept: Kept, there: SecretsBySlot): Readonly<Partial<Record<SecretSlot, string>>> {
  const slots = Object.keys(kept) as SecretSlot[];
  return Object.fromEntries(slots.map((slot) => [slot, (there[slot] as SecretDates).endsOn]));
}

function overlapOf(kept: Kept): { readonly overlapEndsOn?: Date } {
  return Object.keys(kept).length === 0 ? {} : { overlapEndsOn: new Date(firstOf(kept)) };
}

function firstOf(kept: Kept): number {
  return Math.min(...Object.values(kept));
}

/** RFC 3339 in whole seconds, as the provider returns it. */
export function wholeSeconds(moment: Date): string {
  return moment.toISOString().replace(/\.\d{3}Z$/, "Z");
}
