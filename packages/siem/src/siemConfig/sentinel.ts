/**
 * Microsoft Sentinel: an ARM template of the Defender XDR data connector, and its parameters.
 *
 *     az deployment group create --resource-group <group> \
 *       --template-file dataConnector.json --parameters @dataConnector.parameters.json
 *
 * Source: Microsoft, "Microsoft.SecurityInsights dataConnectors" (template reference), kind
 * `MicrosoftThreatProtection` with `tenantId` and `dataTypes.incidents.state`. The published types
 * of 2025-03-01 don't have this kind; those of preview versions do (Azure/bicep-types-az,
 * 2025-07-01-preview). Incidents include their alerts. The connector reads the tenant of its
 * workspace: the workspace is the customer's, reached by Azure Lighthouse (component
 * `AzureDelegation`). No client secret is involved. The template has not been deployed.
 */
import { plainName, type SiemConnection, type SiemFile, type SiemScope } from "./siem";

/**
 * Renders the template, and the parameters of each connector. The engineer enters `workspaceName`,
 * which no output of the stack contains.
 */
export function sentinelFiles(connections: readonly SiemConnection[], scope: SiemScope): readonly SiemFile[] {
  const parameters = connections.map((connection) => {
    const folder = scope === "oneCustomer" ? "" : `${plainName(connection.connector.stack)}/`;
    return { path: `${folder}dataConnector.parameters.json`, text: parametersOf(connection), holdsSecret: false };
  });
  return [{ path: "dataConnector.json", text: json(template), holdsSecret: false }, ...parameters];
}

function parametersOf({ connector }: SiemConnection): string {
  return json({
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
    contentVersion: "1.0.0.0",
    parameters: {
      workspaceName: { value: "<name of the customer's Log Analytics workspace>" },
      tenantId: { value: connector.tenantId },
      connectorName: { value: `defender-xdr-${plainName(connector.stack)}` },
    },
  });
}

const template = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  parameters: {
    workspaceName: {
      type: "string",
      metadata: { description: "Log Analytics workspace on which Sentinel is enabled" },
    },
    tenantId: { type: "string", metadata: { description: "The customer's tenant, which contains the workspace" } },
    connectorName: { type: "string", metadata: { description: "Name of the data connector" } },
  },
  resources: [
    {
      type: "Microsoft.SecurityInsights/dataConnectors",
      apiVersion: "2025-07-01-preview",
      scope: "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspaceName'))]",
      name: "[parameters('connectorName')]",
      kind: "MicrosoftThreatProtection",
      properties: {
        tenantId: "[parameters('tenantId')]",
        dataTypes: { incidents: { state: "Enabled" } },
      },
    },
  ],
};

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
