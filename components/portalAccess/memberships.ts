import type { Tier } from "@defender-mssp/microsoft";

/**
 * Who is a member of which group: from the settings and the date alone, whatever was before. Groups own their members, so what is
 * computed here is what `up` makes of the tenant.
 */

/** What of an analyst's settings decides about memberships. */
export interface TieredAnalyst {
  /** E-mail address, in lower case. */
  readonly email: string;
  /** @default "tier1" */
  readonly tier?: Tier;
  /** The last day with access: an ISO 8601 date, UTC. @default no end */
  readonly accessEndsOn?: string;
}

export interface AccessDates {
  /** Today: an ISO 8601 date, UTC (`dateOf`). */
  readonly today: string;
  /** The last day with access for everybody; an analyst's own date counts where it is earlier. @default no end */
  readonly accessEndsOn?: string;
}

/** E-mail addresses of the members of each tier's group, sorted. Who has no access any more is in none; who has, is in one. */
export function membershipsByTier(
  analysts: readonly TieredAnalyst[],
  dates: AccessDates,
): Record<Tier, readonly string[]> {
  const members = analysts.filter((analyst) => hasAccess(analyst, dates));
  const inTier = (tier: Tier) =>
    members.filter((analyst) => (analyst.tier ?? "tier1") === tier).map(({ email }) => email);
  return { tier1: inTier("tier1").sort(), tier2: inTier("tier2").sort(), approvers: inTier("approvers").sort() };
}

/** E-mail addresses of the members where one group has everybody, sorted: the model `basic`. */
export function membershipsOfAll(analysts: readonly TieredAnalyst[], dates: AccessDates): readonly string[] {
  return analysts
    .filter((analyst) => hasAccess(analyst, dates))
    .map(({ email }) => email)
    .sort();
}

/** Whether the analyst has access today: the day that it ends on is still one with access. ISO dates sort as texts. */
export function hasAccess(analyst: TieredAnalyst, { today, accessEndsOn }: AccessDates): boolean {
  return [analyst.accessEndsOn, accessEndsOn].every((end) => end === undefined || today <= end);
}

/** The date of a moment, UTC, as `accessEndsOn` is written. */
export function dateOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
