/**
 * Why an alert is on one side of a count alone. Sources: Microsoft, "Migrate from legacy alerts to the alerts
 * and incidents API" (https://learn.microsoft.com/graph/alertsv1-alertsv2-migration), and "Transition your
 * Microsoft Sentinel environment to the Defender portal". Which of these alerts AlertInfo has is documented for
 * Microsoft Sentinel's alone.
 */
import type { AlertApi, SecurityAlert } from "@defender-mssp/microsoft";
import type { Reason } from "../pull/coverage";
import { overlap } from "../pull/overlap";
import { margin } from "./coverageWindow";
import type { HuntedAlert } from "./huntedAlerts";

/** What is known of the deliveries that an alert is missing from. */
export interface DeliveryFacts {
  readonly api: AlertApi;
  readonly severities: readonly string[] | undefined;
  /** Every delivery since then is known, in milliseconds since 1970. */
  readonly countsFrom: number;
  /** Everything before this time was read, in milliseconds since 1970. */
  readonly readUntil: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const endpointProduct = "Microsoft Defender for Endpoint";

/** The reason that needs no look at alerts_v2. */
export function reasonAtOnce(
  { source, severity }: HuntedAlert,
  { api, severities }: DeliveryFacts,
): Reason | undefined {
  if (api === "legacySiem" && source !== endpointProduct) return "legacyApi";
  if (severities !== undefined && !severities.includes(severity)) return "severity";
  return undefined;
}

/** @param alert as alerts_v2 has it; undefined: it does not have it. */
export function reasonByAlert(hunted: HuntedAlert, alert: SecurityAlert | undefined, facts: DeliveryFacts): Reason {
  if (alert === undefined) return reasonOfSource(hunted);
  const created = Date.parse(alert.createdDateTime ?? "");
  // The severity may have changed since the pull left the alert out or delivered it.
  if (facts.severities?.includes(alert.severity) === false) return "severity";
  if (Number.isNaN(created)) return "unknown";
  if (created < facts.countsFrom) return "beforeCount";
  // AlertInfo's Timestamp may be hours before the creation.
  if (created > facts.readUntil) return created > facts.now - margin ? "recent" : "pending";
  if (hunted.at - created > overlap) return "late";
  return "unknown";
}

/** Titles of Microsoft's default alert policies that the migration guide's examples mean. */
const exchangeTitles = /^(Creation of forwarding\/redirect rule|Messages have been delayed)/i;

function reasonOfSource({ source, title }: HuntedAlert): Reason {
  if (/Intune/i.test(source)) return "intune";
  if (/Sentinel/i.test(source)) return "sentinel";
  if (/Data Loss Prevention/i.test(source)) return "dataLossPrevention";
  if (/Office 365|Exchange/i.test(source) && exchangeTitles.test(title)) return "exchange";
  return "standaloneOrTuned";
}
