/**
 * Microsoft's own public clients, with which people sign in from a command line in each tenant,
 * without consent and registration. They are created on request and not stored.
 */
import { azureServiceManagement, microsoftGraph } from "@defender-mssp/microsoft";
import { derivedId } from "../cloud/identity";
import type { Tenant } from "../cloud/model";
import type { Client } from "./client";

/** Source: the client ID of Microsoft's Graph PowerShell SDK. */
export const graphCommandLineTools = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/**
 * By application ID. Source: Microsoft, "Application IDs of commonly used Microsoft applications".
 */
const names: Readonly<Partial<Record<string, string>>> = {
  "04b07795-8ddb-461a-bbee-02f9e1bf7b46": "Microsoft Azure CLI",
  "1950a258-227b-4e31-a9cf-717495945fc2": "Microsoft Azure PowerShell",
  [graphCommandLineTools]: "Microsoft Graph Command Line Tools",
};

/**
 * Their permissions by Microsoft, by the API's application ID: the `scp` of the tokens that the
 * Azure CLI gets.
 */
const scopes: Readonly<Partial<Record<string, readonly string[]>>> = {
  [azureServiceManagement.appId]: ["user_impersonation"],
  [microsoftGraph.appId]: [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "AuditLog.Read.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.AccessAsUser.All",
    "Group.ReadWrite.All",
    "User.Read.All",
    "User.ReadWrite.All",
  ],
};

/**
 * Microsoft Graph Command Line Tools asks for the permissions that its caller names, and needs
 * consent to them. In the sandbox an administrator has consented to these.
 */
const consentedToCommandLineTools: readonly string[] = [
  "Application.Read.All",
  "Group.Read.All",
  "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
  ...["Invitation", "PolicyTemplate", "Relationship", "Request", "Setting"].flatMap((what) => [
    `TenantGovernance-${what}.Read.All`,
    `TenantGovernance-${what}.ReadWrite.All`,
  ]),
];

/** One of them as a client in a tenant; undefined for any other application. */
export function publicClientOfMicrosoft(tenant: Tenant, clientId: string): Client | undefined {
  const displayName = names[clientId];
  if (displayName === undefined) return undefined;
  return {
    tenant,
    clientId,
    servicePrincipal: { id: derivedId(tenant.id, clientId), appId: clientId, displayName, accountEnabled: true },
    application: {
      id: derivedId(tenant.id, `${clientId}/application`),
      appId: clientId,
      displayName,
      isFallbackPublicClient: true,
      publicClient: { redirectUris: ["http://localhost"] },
    },
    homeTenant: undefined,
  };
}

/** Whether it is one of them. */
export function isPublicClientOfMicrosoft(clientId: string): boolean {
  return names[clientId.toLowerCase()] !== undefined;
}

/** The delegated permissions that one of them has without consent. */
export function authorizedByMicrosoft(clientId: string, apiApplicationId: string): readonly string[] {
  if (clientId.toLowerCase() === graphCommandLineTools) {
    return apiApplicationId === microsoftGraph.appId ? consentedToCommandLineTools : [];
  }
  return isPublicClientOfMicrosoft(clientId) ? (scopes[apiApplicationId] ?? []) : [];
}
