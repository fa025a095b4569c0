/** What was read of a customer. What is absent was not read, and no rule says anything of it. */
import type { NotChecked } from "@defender-mssp/errors/notChecked";
import type { CustomerChange, Ending, OffNote } from "@defender-mssp/microsoft";
import type { Settings } from "../../settings";
import type { ReportEnd } from "../access/ends/ends";
import type { Report } from "../access/examination/report";
import type { LiveFindings } from "../access/report/live";
import type { CustomerAccess } from "../access/report/model";
import type { ReportState } from "../access/state/readState";
import type { OnboardingProgress } from "../access/waiting/progress";
import type { LastOutcome } from "../stack/journal";
import type { MadeSecret } from "../stack/leakedSecrets";
import type { RuleHealth } from "../detections/health/detectionHealth";

/** A rule of the stack that raises no alerts: Defender or `mssp detections off` has turned it off. */
export interface TurnedOffRule {
  readonly id: string;
  readonly displayName: string;
  /** As the service gives it, such as `queryTimeout`. */
  readonly reason?: string;
  readonly note?: OffNote;
  readonly isMerged?: boolean;
}

export interface RulesInTenant {
  readonly turnedOff: readonly TurnedOffRule[];
  /** Each by its name in the tenant. */
  readonly health: readonly Omit<RuleHealth, "exceptionsEnd">[];
  /** Alerts a day above which a rule is noisy. */
  readonly alertsPerDay: number;
  /** Why the rules could not be read, and why their alerts. */
  readonly unread?: string;
  readonly unreadAlerts?: string;
}

/** Titles of what could not be read. */
export const detectionRulesPart = "Detection rules";
export const ruleAlertsPart = "Alerts of the detection rules";

/** `notChecked`: no run compared the tenant with the state. */
export interface DriftStatus {
  readonly state: "drifted" | "clean" | NotChecked;
  readonly differences: number;
  /** ISO 8601, UTC. Absent where it was not checked, and where a preview's file says no time. */
  readonly checkedOn?: string;
}

export const notCompared: DriftStatus = { state: "notChecked", differences: 0 };

export interface Facts {
  readonly stack: string;
  readonly now: Date;
  /** Days before an end from which on it needs somebody. */
  readonly days: number;
  /** Why the customer could not be read. */
  readonly problem?: string;
  /** By the stack's tag: the customer was off-boarded, and nothing is deployed. */
  readonly offboarded?: { readonly on: string };
  readonly settings?: Settings;
  readonly state?: ReportState;
  /** Why there is no access, although the state was read. */
  readonly nothing?: Error;
  readonly access?: CustomerAccess;
  readonly ends?: readonly ReportEnd[];
  readonly retirements?: readonly Ending[];
  readonly changes?: readonly CustomerChange[];
  /** When `up` last wrote the state: ISO 8601, UTC. */
  readonly writtenAt?: string;
  /** Client secrets of the state that were made before the rotation of a leak. */
  readonly leaked?: readonly MadeSecret[];
  /** The last month, if the customer gets a page each month and this one is not noted as sent. */
  readonly unsentMonth?: string;
  /** The last run of `mssp fleet` in the journals. */
  readonly last?: LastOutcome;
  /** By the journals, or by `--previews`. */
  readonly drift: DriftStatus;
  /** The comparison with the tenant: what it shows is newer than `drift`. */
  readonly live?: LiveFindings;
  readonly onboarding?: OnboardingProgress;
  readonly detections?: RulesInTenant;
  /** Of `mssp doctor`. */
  readonly examination?: Report;
}
