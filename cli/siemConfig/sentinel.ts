/**
 * Microsoft Sentinel: an ARM template of the Defender XDR data connector, and its parameters.
 *
 *     az deployment group create --resource-group <group> --template-file dataConnector.json --parameters @dataConnector.parameters.json
 *
 * Source: Microsoft, "Microsoft.SecurityInsights dataConnectors" (template reference; kind `MicrosoftThreatProtection`:
 * `tenantId`, `dataTypes.incidents.state`), API version 2025-03-01 as in Azure/bicep-registry-modules. Incidents bring their alerts along.
 * Such a connector reads the tenant that its workspace is in: the workspace is the customer's, reached by Azure Lighthouse
 * (component `AzureDelegation`), and no client secret is involved.
 */
import { plainName, type SiemConnection, type SiemFile } from "./siem";

/** Renders both files. `workspaceName` is left for the engineer: no output of the stack knows it. */
export function sentinelFiles({ connector }: SiemConnection): readonly SiemFile[] {
  return [
    { path: "dataConnector.json", text: json(template), holdsSecret: false },
    {
      path: "dataConnector.parameters.json",
      text: json({
        $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
        contentVersion: "1.0.0.0",
        parameters: {
          workspaceName: { value: "<name of the customer's Log Analytics workspace>" },
          tenantId: { value: connector.tenantId },
          connectorName: { value: `defender-xdr-${plainName(connector.stack)}` },
        },
      }),
      holdsSecret: false,
    },
  ];
}

const template = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  parameters: {
    workspaceName: { type: "string", metadata: { description: "Log Analytics workspace that Sentinel is enabled on" } },
    tenantId: { type: "string", metadata: { description: "The customer's tenant: the one that the workspace is in" } },
    connectorName: { type: "string", metadata: { description: "Name of the data connector" } },
  },
  resources: [
    {
      type: "Microsoft.SecurityInsights/dataConnectors",
      apiVersion: "2025-03-01",
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
