/**
 * Application IDs of Microsoft's APIs, by the official plugin's names: those with a service
 * principal in a sandbox tenant. The official plugin knows about a hundred more.
 */
import { microsoftGraph, microsoftThreatProtection, azureAdGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";

export const publishedApplicationIds: Readonly<Record<string, string>> = {
  AzureActiveDirectoryGraph: azureAdGraph.appId,
  MicrosoftGraph: microsoftGraph.appId,
  ThreatProtection: microsoftThreatProtection.appId,
  WindowsDefenderAtp: windowsDefenderAtp.appId,
};
