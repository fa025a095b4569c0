/** What Microsoft changes by itself, as far as a stack's settings say that it concerns the customer. */
import { changesConcerning, type ConcernedPart, type CustomerChange } from "@defender-mssp/microsoft";
import {
  always,
  hasCustomerApplication,
  hasDelegation,
  hasDetections,
  hasModel,
  hasMsspApplication,
  type PrerequisiteSettings,
} from "./prerequisiteSettings";

/** Whether settings have a part of access. */
const parts: Readonly<Record<ConcernedPart, (settings: PrerequisiteSettings) => boolean>> = {
  defenderRoles: hasModel("rbac", "entitlement"),
  guests: hasModel("basic", "rbac", "entitlement"),
  accessPackages: hasModel("entitlement"),
  governance: hasModel("governance"),
  msspApplication: hasMsspApplication,
  customerApplication: hasCustomerApplication,
  sentinel: (settings) => hasDelegation(settings) || settings.sentinelAccess !== undefined,
  detections: hasDetections,
  automation: always,
};

/**
 * What is next first. What has been so for more than 90 days is left out.
 *
 * @param today UTC, `YYYY-MM-DD`.
 */
export function stackChanges(settings: PrerequisiteSettings, today: string): readonly CustomerChange[] {
  const concerned = (Object.keys(parts) as ConcernedPart[]).filter((part) => parts[part](settings));
  return changesConcerning(concerned, today);
}
