/** The result of a count of deliveries, and the reasons of its differences. */

export const reasonTexts = {
  severity: "left out by --severity",
  legacyApi: "the legacy API has alerts of Defender for Endpoint alone",
  standaloneOrTuned:
    "alerts_v2 does not have them: in no incident (standalone), or suppressed by alert tuning (built-in rules are on by default)",
  exchange: "alerts_v2 does not have them: alerts of low signal from Exchange",
  intune: "alerts_v2 does not have alerts of Microsoft Intune",
  dataLossPrevention: "alerts_v2 does not have them: tuned by a built-in rule for data loss prevention, or standalone",
  sentinel: "alerts_v2 does not have them: in no incident, or of a workspace that is not connected to Defender",
  beforeCount: "created before the count of deliveries began",
  late: "alerts_v2 showed them more than ten minutes after their creation, when the pull had passed",
  pending: "the pull has not come so far",
  recent: "created less than an hour ago, and not pulled yet",
  notLookedUp: "not looked up in alerts_v2",
  otherTime: "AlertInfo has them under another time",
  notHunted: "AlertInfo does not have them; no document says which alerts it lacks",
  unknown: "alerts_v2 has them, and no reason is known",
} as const;
export type Reason = keyof typeof reasonTexts;

/** Reasons that a person should look into: the alert should have been delivered. */
const losses: readonly Reason[] = ["unknown", "pending"];

export function isLoss(reason: Reason): boolean {
  return losses.includes(reason);
}

/** Alerts on one side alone, of one source and for one reason. */
export interface CoverageDifference {
  readonly source: string;
  readonly reason: Reason;
  readonly count: number;
  /** Some of their IDs. Of deliveries the IDs are not kept. */
  readonly examples: readonly string[];
}

export interface Coverage {
  /** The destination, where there are several. */
  readonly destination?: string;
  /** The window by hunting's Timestamp: ISO 8601, the end excluded. */
  readonly from: string;
  readonly until: string;
  /** Alerts that AlertInfo has in the window. */
  readonly hunted: number;
  /** Those of them that were delivered, whenever it was. */
  readonly both: number;
  /** Deliveries of alerts that were created in the window. */
  readonly deliveries: number;
  readonly huntingOnly: readonly CoverageDifference[];
  readonly deliveredOnly: readonly CoverageDifference[];
}

/** The number of alerts that should have been delivered. */
export function lossesIn({ huntingOnly }: Coverage): number {
  return huntingOnly.reduce((sum, { reason, count }) => sum + (isLoss(reason) ? count : 0), 0);
}
