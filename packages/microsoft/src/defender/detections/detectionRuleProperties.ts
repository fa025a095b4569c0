/**
 * A custom detection rule as Microsoft Graph takes it, in the names of beta after 2026-05.
 * https://learn.microsoft.com/graph/api/resources/security-detectionrule?view=graph-rest-beta
 */

/** What a rule does with the columns of a row, by the name of Graph's collection, such as `isolateDevices`. */
export type AutomatedActions = Readonly<
  Record<string, readonly Readonly<Record<string, string | readonly string[]>>[]>
>;

/** Names of columns, by the name of Graph's collection, such as `hosts: [{ deviceIdColumn: "DeviceId" }]`. */
export type EntityMappings = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;

export interface RuleTactic {
  readonly tactic: string;
  readonly techniques?: readonly { readonly technique: string; readonly subTechniques?: readonly string[] }[];
}

export interface AlertTemplate {
  readonly title: string;
  readonly description?: string;
  readonly severity: "informational" | "low" | "medium" | "high";
  readonly recommendedActions?: string;
  /** The service takes one tactic at most. */
  readonly tactics?: readonly RuleTactic[];
  /** Columns, by the name that the alert shows; at most 20. */
  readonly customDetails?: Readonly<Record<string, string>>;
  readonly entityMappings: EntityMappings;
  readonly eventGroupingKind?: "alertPerEvent" | "singleAlert";
}

export interface DetectionRuleProperties {
  /** Begins with a letter; letters, digits, dashes and underscores; at most 100 characters. */
  readonly id: string;
  readonly displayName: string;
  readonly description?: string;
  readonly status: "enabled" | "disabled";
  readonly queryCondition: { readonly queryText: string };
  /** ISO 8601 durations; `PT0S` is continuous. */
  readonly schedule: { readonly frequency: string; readonly lookback?: string };
  readonly detectionAction: {
    readonly alertTemplate: AlertTemplate;
    readonly organizationalScope?: { readonly scopeType: "deviceGroup"; readonly deviceGroups: readonly string[] };
    readonly incidentConfiguration?: { readonly isExcludedFromIncidentCorrelation: boolean };
    readonly automatedActions?: AutomatedActions;
  };
}
