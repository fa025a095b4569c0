import { microsoftGraph, microsoftThreatProtection, windowsDefenderAtp } from "../identifiers";

/**
 * The APIs that a connector can read alerts from:
 * - `legacySiem`: the legacy SIEM API of Defender for Endpoint (WindowsDefenderATP `Alert.Read`,
 *   delegated), to which Microsoft's document of 2018 connects the SIEM. Microsoft deprecated it on
 *   2023-12-31.
 * - `graph`: `GET /security/alerts_v2` of Microsoft Graph (`SecurityAlert.Read.All`, application),
 *   its successor.
 *
 * Settings, outputs, alert records, checkpoints and the option `--api` all use these values.
 */
export const alertApis = ["legacySiem", "graph"] as const;
export type AlertApi = (typeof alertApis)[number];

/** APIs with application roles that let an application read alerts, incidents or the data of advanced hunting. */
export const alertApplications = [microsoftGraph, windowsDefenderAtp, microsoftThreatProtection] as const;

/** Whether an application role of one of them does, also a role that this program never asks for. */
export function readsAlerts(role: string): boolean {
  return /^(Security(Alert|Incident|Events)|ThreatHunting|Alert|AdvancedQuery|AdvancedHunting|Incident)\.Read/.test(
    role,
  );
}
