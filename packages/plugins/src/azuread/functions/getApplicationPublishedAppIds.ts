/** https://www.pulumi.com/registry/packages/azuread/api-docs/getapplicationpublishedappids/ */
import { microsoftGraph, microsoftThreatProtection, azureAdGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";
import { map } from "../../schema/property";
import type { AzureadFunction } from "../types";

/**
 * Application IDs of Microsoft's APIs, by the official plugin's names: those with a service
 * principal in a sandbox tenant. The official plugin knows about a hundred more.
 */
const publishedApplicationIds: Readonly<Record<string, string>> = {
  AzureActiveDirectoryGraph: azureAdGraph.appId,
  MicrosoftGraph: microsoftGraph.appId,
  ThreatProtection: microsoftThreatProtection.appId,
  WindowsDefenderAtp: windowsDefenderAtp.appId,
};

export const getApplicationPublishedAppIds: AzureadFunction = {
  name: "getApplicationPublishedAppIds",
  terraform: "azuread_application_published_app_ids",
  properties: { result: map("computed") },
  invoke: () => Promise.resolve({ id: "appIds", values: { result: publishedApplicationIds } }),
};
