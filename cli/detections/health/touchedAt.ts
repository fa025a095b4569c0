/** How long alerts and incidents waited for somebody. */
import { hourMs } from "@defender-mssp/errors/time";
import type { SecurityAlert, SecurityIncident } from "@defender-mssp/microsoft";

type Handled = Pick<
  SecurityAlert | SecurityIncident,
  "comments" | "status" | "classification" | "assignedTo" | "lastUpdateDateTime" | "createdDateTime"
>;

/** The first comment, else the last change of what somebody touched: the service has no time of a first touch. */
export function touchedAt(handled: Handled): string | null {
  const { comments, status, classification, assignedTo, lastUpdateDateTime } = handled;
  const [first] = comments.flatMap(({ createdDateTime }) => createdDateTime ?? []).sort(byMoment);
  const isNew = status === "new" || status === "active";
  const isTouched = !isNew || (classification ?? "unknown") !== "unknown" || (assignedTo ?? "") !== "";
  return first ?? (isTouched ? lastUpdateDateTime : null);
}

/** Texts of moments have fractions of any length. */
export function byMoment(left: string, right: string): number {
  return Date.parse(left) - Date.parse(right);
}

/** Hours since the creation; none without a time. */
export function hoursUntil({ createdDateTime }: Handled, moment: string | null): number[] {
  const hours = (Date.parse(moment ?? "") - Date.parse(createdDateTime ?? "")) / hourMs;
  return Number.isFinite(hours) ? [hours] : [];
}

/** To a tenth; undefined without hours. */
export function median(hours: readonly number[]): number | undefined {
  const sorted = [...hours].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : Math.round((low + high) * 5) / 10;
}

/** The shortest time that 9 of 10 did not exceed, to a tenth; undefined without hours. */
export function nineOfTen(hours: readonly number[]): number | undefined {
  const limit = [...hours].sort((a, b) => a - b)[Math.ceil(hours.length * 0.9) - 1];
  return limit === undefined ? undefined : Math.round(limit * 10) / 10;
}
