/** What settings, state and tenant say of one customer. `mssp report --json` prints it; it holds no secret. */
import type { NotChecked } from "@defender-mssp/errors/notChecked";
import type { Chain, notLookedWays } from "@defender-mssp/tenant";
import type { CustomerChange, Ending, RelationshipStatus } from "@defender-mssp/microsoft";
import type { PersonEndedKind } from "../../../domain/kinds/kinds";
import type { Settings } from "../../../settings";
import type { ConsentedApplication } from "../permissions/consentedApplications";
import type { ReportEnd } from "../ends/ends";
import type { ReportObject, ReportPath } from "../objects/reportObject";

/** Something that somebody added to the stack's objects (`--live`). */
export interface ReportAddition {
  readonly what: string;
  readonly to: string;
  readonly by: string;
  readonly on: string;
  /** The step that removes it. */
  readonly step: string;
  /** Who can do something by it; absent where nobody can. */
  readonly chains?: readonly Chain[];
}

export interface CustomerAccess extends Pick<
  Settings,
  "customerName" | "tenantId" | "customerDomain" | "msspName" | "msspTenantId" | "cloud" | "msspContact"
> {
  readonly msspReport: 1;
  readonly stack: string;
  readonly portalUrl: string;
  readonly portalAccess: Settings["portalAccess"]["model"];
  /** `state`: as of the last `up`; `live`: compared with the tenant; `settings`: what `up` will create. */
  readonly source: "state" | "live" | "settings";
  /** ISO 8601, UTC. */
  readonly writtenAt: string;
  /** The state's own time: ISO 8601, UTC. */
  readonly stateWrittenAt?: string;
  readonly adminConsentUrl?: string;
  /** Who of the customer approved the connector's changes, and their last day; if it may make any. */
  readonly connectorApproval?: { readonly approvedBy: string; readonly writesEndOn: string };
  /** Who of the customer approved what detection rules do by themselves, until when; if the approval is in force. */
  readonly detectionApproval?: {
    readonly approvedBy: string;
    readonly until: string;
    readonly actions: readonly string[];
  };
  /** The governance relationship: with that model, and where `--live` finds one with another model. */
  readonly governance?: { readonly state: RelationshipStatus | "none" | NotChecked; readonly found: string };
  readonly objects: readonly ReportObject[];
  readonly paths: readonly ReportPath[];
  readonly ends: readonly ReportEnd[];
  /** What Microsoft or a SIEM product ends, and the access rests on; the most urgent first. */
  readonly retirements: readonly Ending[];
  /** What Microsoft changes by itself, and concerns this access; what is next first. */
  readonly changes: readonly CustomerChange[];
  readonly additions: readonly ReportAddition[];
  /** Ways of access that no command looks at, whatever the other lists say. */
  readonly notLooked: typeof notLookedWays;
  readonly nextSteps: readonly string[];
  /** Kinds of access of these settings that no resource declares, and that a person ends. */
  readonly endedByPeople: readonly PersonEndedKind[];
  /** Of the hand-out: the applications to which an administrator consents, the automation first. */
  readonly applications?: readonly ConsentedApplication[];
  /** The extension of the settings, whose resources `settings` does not know. */
  readonly extension?: string;
}
