import * as pulumi from "@pulumi/pulumi";
import { keepingLegacyApi, type ConnectorSettings } from "../../settings/connector";
import type { DeployedResources } from "../tenant/deployedResources";

/**
 * The connector as the stack has it: a stack with the legacy alert API keeps it, with a warning,
 * until its settings name `connector.alertApis`. The API was a default of earlier releases, and an
 * upgrade must not end a SIEM's alerts.
 *
 * @param name resource name of the `CustomerOnboarding`.
 * @param deployed the stack's resources: `await deployedResources()`.
 */
export async function connectorWithDeployedApis(
  name: string,
  connector: ConnectorSettings,
  deployed: DeployedResources,
): Promise<ConnectorSettings> {
  const names = [`::${name}-siem-defender-consent`, `::${name}-siem-authorization`];
  const isDeployed = Object.keys(deployed).some((urn) => names.some((one) => urn.endsWith(one)));
  const kept = isDeployed ? keepingLegacyApi(connector) : connector;
  if (kept !== connector) {
    await pulumi.log.warn(
      "connector.alertApis is not set, and this stack has the legacy alert API, which is no default any more: it keeps the API. " +
        "Set connector.alertApis to [legacySiem, graph] to keep it, or to [graph] once the SIEM reads Microsoft Graph.",
    );
  }
  return kept;
}
