import type { Tier } from "@defender-mssp/microsoft";

/**
 * Members of the groups, from the settings and the date alone. The groups' lists are authoritative,
 * so `up` makes the tenant so.
 */

/** The settings of an analyst that decide on memberships. */
export interface TieredAnalyst {
  /** E-mail address, in lower case. */
  readonly email: string;
  /**
   * The analyst's tier.
   * @default "tier1"
   */
  readonly tier?: Tier;
  /**
   * The last day with access: an ISO 8601 date, UTC.
   * @default access does not end
   */
  readonly accessEndsOn?: string;
}

export interface AccessDates {
  /** Today: an ISO 8601 date, UTC (`dateOf`). */
  readonly today: string;
  /**
   * The last day with access for all analysts; the earlier of this date and the analyst's own
   * applies.
   * @default no end
   */
  readonly accessEndsOn?: string;
}

/**
 * E-mail addresses of the members of each tier's group, sorted. An analyst with access is in one
 * group, another one in none.
 */
export function membershipsByTier(
  analysts: readonly TieredAnalyst[],
  dates: AccessDates,
): Record<Tier, readonly string[]> {
  const members = analysts.filter((analyst) => hasAccess(analyst, dates));
  const inTier = (tier: Tier) =>
    members.filter((analyst) => (analyst.tier ?? "tier1") === tier).map(({ email }) => email);
  return { tier1: inTier("tier1").sort(), tier2: inTier("tier2").sort(), approvers: inTier("approvers").sort() };
}

/** E-mail addresses of the members of the group of all analysts, sorted. */
export function membershipsOfAll(analysts: readonly TieredAnalyst[], dates: AccessDates): readonly string[] {
  return analysts
    .filter((analyst) => hasAccess(analyst, dates))
    .map(({ email }) => email)
    .sort();
}

/** Whether the analyst has access today; the last day is included. ISO dates sort as text. */
export function hasAccess(analyst: TieredAnalyst, { today, accessEndsOn }: AccessDates): boolean {
  return [analyst.accessEndsOn, accessEndsOn].every((end) => end === undefined || today <= end);
}
