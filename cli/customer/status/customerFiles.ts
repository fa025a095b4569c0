/** What the readers of one customer share. */
import type { Settings } from "../../../settings";
import type { Place } from "../../base/place";
import type { FleetStack } from "../../stack/inventory";
import type { LastOutcome } from "../../stack/journal";
import { daysLeft, type ReportEnd } from "../../access/ends/ends";
import type { CustomerStatus, DriftStatus } from "./customerStatus";
import { openEnds } from "./needs";

export interface StatusOptions {
  readonly isOffline: boolean;
  /** Days before an end from which on it needs somebody. */
  readonly days: number;
  /** Engines at a time. Default: one for each core. */
  readonly parallel?: number;
  /** Files or folders of `mssp ci preview --drift`. */
  readonly previews?: readonly string[];
  readonly now: Date;
}

export interface StatusRun extends Place, StatusOptions {}

/** What files say of a customer. */
export interface CustomerFiles {
  readonly customer: FleetStack;
  readonly settings: Settings;
  readonly drift: DriftStatus;
  readonly last: LastOutcome | undefined;
}

/** What a reader adds to what the inventory and the journals say. */
export type ReadPart = Pick<CustomerStatus, "state" | "needs"> & Partial<CustomerStatus>;

/** The next end, as a part of a customer's status. */
export function nextEnd(
  ends: readonly ReportEnd[],
  writtenAt: string | undefined,
  now: Date,
): Pick<CustomerStatus, "nextEnd"> {
  const [end] = openEnds(ends, writtenAt);
  if (end === undefined) return {};
  const { what, kind, until } = end;
  return { nextEnd: { what, kind, until, daysLeft: daysLeft(until, now) } };
}
