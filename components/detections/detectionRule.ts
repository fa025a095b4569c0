import type { FoundInTenant } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";
import { resourceMark } from "../mark";

/** A technique of MITRE ATT&CK, with its sub-techniques. */
export interface DetectionTechniqueArgs {
  /** @example "T1059" */
  technique: pulumi.Input<string>;
  /** @example ["T1059.001"] */
  subTechniques?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A tactic of MITRE ATT&CK, with its techniques. */
export interface DetectionTacticArgs {
  /** @example "Execution" */
  tactic: pulumi.Input<string>;
  techniques?: pulumi.Input<pulumi.Input<DetectionTechniqueArgs>[]>;
}

/** What an automated action applies to: names of columns of the query's output. */
export interface AutomatedActionArgs {
  deviceIdColumn?: pulumi.Input<string>;
  sha1Column?: pulumi.Input<string>;
  sha256Column?: pulumi.Input<string>;
  accountSidColumn?: pulumi.Input<string>;
  accountObjectIdColumn?: pulumi.Input<string>;
  networkMessageIdColumn?: pulumi.Input<string>;
  recipientColumn?: pulumi.Input<string>;
  /** `full` or `selective`, of `isolateDevices`. */
  isolationType?: pulumi.Input<string>;
  /** Names of device groups, of `allowFiles` and `blockFiles`. */
  deviceGroupNames?: pulumi.Input<pulumi.Input<string>[]>;
}

/** The alert that a rule raises. */
export interface DetectionAlertTemplateArgs {
  /** Title, unique in the tenant. `{{Column}}` is a column's value, of at most three columns with the description. */
  title: pulumi.Input<string>;
  description?: pulumi.Input<string>;
  /** `informational`, `low`, `medium` or `high`. */
  severity: pulumi.Input<string>;
  recommendedActions?: pulumi.Input<string>;
  /** The service takes one tactic. */
  tactics?: pulumi.Input<pulumi.Input<DetectionTacticArgs>[]>;
  /** Columns by the name that the alert shows, at most 20. One that goes replaces the rule. */
  customDetails?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Columns by Graph's collection, such as `{ hosts: [{ deviceIdColumn: "DeviceId" }] }`. */
  entityMappings: pulumi.Input<Record<string, pulumi.Input<pulumi.Input<Record<string, pulumi.Input<string>>>[]>>>;
  /** `alertPerEvent` or `singleAlert`. */
  eventGroupingKind?: pulumi.Input<string>;
}

/** What a rule does with the rows of its query. */
export interface DetectionActionArgs {
  alertTemplate: pulumi.Input<DetectionAlertTemplateArgs>;
  /** Limits the rule to device groups: `{ scopeType: "deviceGroup", deviceGroups }`. */
  organizationalScope?: pulumi.Input<DetectionScopeArgs>;
  incidentConfiguration?: pulumi.Input<DetectionIncidentArgs>;
  /**
   * What the service does by itself for each row, by Graph's collection, such as
   * `{ isolateDevices: [{ deviceIdColumn: "DeviceId", isolationType: "full" }] }`.
   */
  automatedActions?: pulumi.Input<Record<string, pulumi.Input<pulumi.Input<AutomatedActionArgs>[]>>>;
}

export interface DetectionScopeArgs {
  /** `deviceGroup`. */
  scopeType: pulumi.Input<string>;
  /** Names of device groups. */
  deviceGroups: pulumi.Input<pulumi.Input<string>[]>;
}

export interface DetectionIncidentArgs {
  /** Whether the rule's alerts become incidents of their own. */
  isExcludedFromIncidentCorrelation: pulumi.Input<boolean>;
}

export interface DetectionQueryArgs {
  /** One query in KQL. */
  queryText: pulumi.Input<string>;
}

export interface DetectionScheduleArgs {
  /** ISO 8601: `PT0S` (continuous), `PT1H`, `PT3H`, `PT12H` or `P1D`. */
  frequency: pulumi.Input<string>;
  /** How far each run looks back, ISO 8601. Only for queries of Sentinel's tables alone. */
  lookback?: pulumi.Input<string>;
}

export interface DetectionRuleArgs {
  /** The customer's tenant ID, a UUID. A change replaces the rule. */
  tenantId: pulumi.Input<string>;
  /**
   * ID of the rule in Graph: a letter, then letters, digits, dashes and underscores, at most 100 characters. A change
   * replaces the rule.
   * @example "fabrikam-office-encoded-powershell"
   */
  ruleId: pulumi.Input<string>;
  /** Name of the rule in the Defender portal, unique in the tenant. */
  displayName: pulumi.Input<string>;
  /** Description in the Defender portal. The mark of the resource is appended. */
  description?: pulumi.Input<string>;
  /** `enabled` or `disabled`. */
  status: pulumi.Input<string>;
  /** The query that runs. */
  queryCondition: pulumi.Input<DetectionQueryArgs>;
  /** When the query runs. */
  schedule: pulumi.Input<DetectionScheduleArgs>;
  /** The alert that the rule raises, and what the service does by itself. */
  detectionAction: pulumi.Input<DetectionActionArgs>;
  /**
   * How an enabled rule is created. `disabled`: disabled, then enabled by a second call. `backfill`: enabled, which runs
   * it at once over 30 days.
   * @default "disabled"
   */
  firstRun?: pulumi.Input<string>;
  /**
   * Version of Microsoft Graph: `beta` or `v1.0`. Microsoft's metadata has detection rules in the beta alone.
   * @default "beta"
   */
  apiVersion?: pulumi.Input<string>;
  /**
   * Last day (ISO 8601, UTC) of changes by others in the tenant that an update overwrites.
   * @default none: an update of a rule that another party changed is an error
   */
  overwriteEditsUntil?: pulumi.Input<string>;
  /**
   * What a list of the tenant's rules has shown before the run: `keptEdit`, `overwrittenEdit`, `drift`, `missing` or
   * `irremovable`. The component `Detections` sets it.
   * @default nothing worth a change
   */
  foundInTenant?: pulumi.Input<FoundInTenant>;
}

/**
 * A custom detection rule of Microsoft Defender XDR in the customer's tenant: a query that runs by itself and raises
 * alerts, and what the service does with the rows.
 *
 * An update sends `[]` for what is gone. A custom detail that goes replaces the rule, since no update removes it. A
 * rule of the same ID that another party created is an error, and so is an update of one that another party has
 * changed. `destroy` sends DELETE until the service answers 404; its lists go on with a deleted rule for hours.
 *
 * Follows Microsoft Graph beta, detectionRule.
 *
 * ## Least privileges
 * Application permission on Microsoft Graph: `CustomDetection.ReadWrite.All`. The credentials are those of the
 * environment (ARM_CLIENT_ID with a secret, a certificate or a federated token), not those of a provider.
 *
 * @example
 * new DetectionRule("encoded-powershell", {
 *   tenantId,
 *   ruleId: "fabrikam-encoded-powershell",
 *   displayName: "Encoded PowerShell",
 *   status: "enabled",
 *   queryCondition: { queryText: "DeviceProcessEvents | where ProcessCommandLine has '-enc' | project Timestamp, ReportId, DeviceId" },
 *   schedule: { frequency: "PT1H" },
 *   detectionAction: {
 *     alertTemplate: {
 *       title: "Encoded PowerShell",
 *       severity: "medium",
 *       entityMappings: { hosts: [{ deviceIdColumn: "DeviceId" }] },
 *     },
 *   },
 * });
 */
export class DetectionRule extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly ruleId: pulumi.Output<string>;
  declare public readonly displayName: pulumi.Output<string>;
  declare public readonly status: pulumi.Output<string>;
  declare public readonly apiVersion: pulumi.Output<string>;
  /** Mark of the rule in its description. */
  declare public readonly managedBy: pulumi.Output<string>;
  /** Name of the application or user that wrote the rule for this stack. */
  declare public readonly lastModifiedBy: pulumi.Output<string>;
  /** When this stack wrote the rule: UTC, ISO 8601. */
  declare public readonly lastModifiedDateTime: pulumi.Output<string>;
  /** SHA-256 (hexadecimal) of the rule as this stack wrote it, without what the service sets. */
  declare public readonly contentHash: pulumi.Output<string>;

  /** The resource ID is the ID of the rule in Graph. */
  constructor(name: string, args: DetectionRuleArgs, opts?: pulumi.CustomResourceOptions) {
    const made = { lastModifiedBy: undefined, lastModifiedDateTime: undefined, contentHash: undefined };
    super("DetectionRule", name, { ...args, managedBy: resourceMark(name), ...made }, opts);
  }
}
