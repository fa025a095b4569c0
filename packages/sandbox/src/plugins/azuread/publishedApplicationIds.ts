/**
 * Application IDs of Microsoft's APIs, by the names that the official plugin gives them: those of
 * which a sandbox tenant has the service principals. The official plugin knows about a hundred
 * more.
 */
import { microsoftGraph, microsoftThreatProtection, azureAdGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";

export const publishedApplicationIds: Readonly<Record<string, string>> = {
  AzureActiveDirectoryGraph: azureAdGraph.appId,
  MicrosoftGraph: microsoftGraph.appId,
  ThreatProtection: microsoftThreatProtection.appId,
  WindowsDefenderAtp: windowsDefenderAtp.appId,
};
