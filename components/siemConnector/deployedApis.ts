import * as pulumi from "@pulumi/pulumi";
import { legacyApiResourceNames } from "../../domain/resourceNames";
import type { DeployedResources } from "../tenant/deployedResources";

/**
 * The connector as the stack has it: a stack with the legacy alert API keeps it, with a warning,
 * until its settings name `connector.alertApis`. The API was a default of earlier releases, and an
 * upgrade must not end a SIEM's alerts.
 *
 * @param name resource name of the `CustomerOnboarding`.
 * @param asked the connector as the settings ask.
 * @param keeping the same with the legacy API if they name no API.
 * @param deployed the stack's resources: `await deployedResources()`.
 */
export async function connectorWithDeployedApis<Connector>(
  name: string,
  asked: Connector,
  keeping: Connector,
  deployed: DeployedResources,
): Promise<Connector> {
  const names = legacyApiResourceNames(name).map((one) => `::${one}`);
  const isDeployed = Object.keys(deployed).some((urn) => names.some((one) => urn.endsWith(one)));
  if (!isDeployed || keeping === asked) return asked;
  await pulumi.log.warn(
    "connector.alertApis is not set, and this stack has the legacy alert API, which is no default any more: it keeps the API. " +
      "Set connector.alertApis to [legacySiem, graph] to keep it, or to [graph] once the SIEM reads Microsoft Graph.",
  );
  return keeping;
}
