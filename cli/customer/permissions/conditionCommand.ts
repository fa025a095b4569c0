/** How a person of the customer assigns the automation its role with the condition: by `az` and Bicep. */
import { azureRoles, conditionVersion } from "@defender-mssp/microsoft";
import type { AzureRole, CustomerConsent } from "../../access/permissions/needed";

/** An Azure role of the automation that is limited by a condition. */
export type ConditionalRole = AzureRole & { readonly condition: string };

export function isConditional(role: AzureRole): role is ConditionalRole {
  return role.condition !== undefined;
}

const roleId = azureRoles["Role Based Access Control Administrator"];

/** The command of the Azure CLI, for an Owner or User Access Administrator of the resource group. */
export function conditionCommand({ scope, condition }: ConditionalRole, customer: CustomerConsent | undefined): string {
  const clientId = customer?.applications.automation?.id ?? "APPLICATION-ID";
  return [
    "az role assignment create \\",
    `  --assignee-object-id "$(az ad sp show --id ${clientId} --query id --output tsv)" \\`,
    "  --assignee-principal-type ServicePrincipal \\",
    `  --role ${roleId} \\`,
    `  --scope ${scope} \\`,
    `  --condition-version ${conditionVersion} \\`,
    "  --condition \"$(cat <<'EOF'",
    condition,
    "EOF",
    ')"',
  ].join("\n");
}

/** The same as a Bicep file, deployed to the resource group. */
export function conditionBicep({ condition }: ConditionalRole): string {
  return [
    "@description('Object ID, in this tenant, of the service principal of the automation.')",
    "param automationObjectId string",
    "",
    "resource automation 'Microsoft.Authorization/roleAssignments@2022-04-01' = {",
    `  name: guid(resourceGroup().id, automationObjectId, '${roleId}')`,
    "  properties: {",
    `    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '${roleId}')`,
    "    principalId: automationObjectId",
    "    principalType: 'ServicePrincipal'",
    `    conditionVersion: '${conditionVersion}'`,
    "    condition: '''",
    condition,
    "'''",
    "  }",
    "}",
  ].join("\n");
}
