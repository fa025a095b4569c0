/**
 * Azure's built-in roles that let their holder give access to others. IDs are the same in every tenant and cloud.
 * Source: MicrosoftDocs/azure-docs, `articles/role-based-access-control/built-in-roles.md`, category "Privileged" (2026-04-09).
 */
export const azureAccessRoles = {
  Owner: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
  "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
} as const;

/** Name of an Azure role that gives access. */
export type AzureAccessRole = keyof typeof azureAccessRoles;
