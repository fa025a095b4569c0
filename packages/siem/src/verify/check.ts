import { isUnread, unread } from "@defender-mssp/errors/notChecked";
import type { Ending } from "@defender-mssp/microsoft";
import type { CheckState } from "@defender-mssp/terminal/checkState";

import type { CustomerFacts } from "./customerFacts";

/** The result of one check of `verify`. */
export interface Check {
  readonly name: string;
  readonly state: CheckState;
  /** What was found; where the check failed, also what to do. */
  readonly reason: string;
  /** Where the check reads alerts: the number of alerts on its page. */
  readonly alerts?: number;
  /** Of the check of retirements: what ends, the most urgent first. */
  readonly endings?: readonly Ending[];
  /** It passed, and somebody has to do something soon. */
  readonly isWarning?: boolean;
  /** What the check found in figures. */
  readonly facts?: CustomerFacts;
}

export const passed = (name: string, reason: string): Check => ({ name, state: "passed", reason });
export const failed = (name: string, reason: string): Check => ({ name, state: "failed", reason });
export const notChecked = (name: string, reason: string): Check => ({ name, ...unread(reason) });

/** Whether a check has a subject in this stack; the others have nothing to say. */
export function isApplicable(check: Check): boolean {
  return check.state !== "notChecked" || isUnread(check);
}
