/**
 * Registrations of applications. https://learn.microsoft.com/graph/api/resources/application
 */
import { graphList, type GraphCall } from "./call";
import { graphCollection } from "./collection";
import type { DirectoryObject } from "./types";

export const graphApplications = graphCollection("/v1.0/applications", {
  read: ["Application.Read.All"],
  write: ["Application.ReadWrite.OwnedBy", "Application.Read.All"],
});

export function federatedCredentialsPath(applicationId: string): string {
  return `${graphApplications.item(applicationId)}/federatedIdentityCredentials`;
}

/** Template of `federatedCredentialsPath` in beta, which has credentials with `claimsMatchingExpression`. */
export function flexibleCredentialsPath(applicationId: string): string {
  return `/beta/applications/${applicationId}/federatedIdentityCredentials`;
}

/** Whether a principal is an owner of an application: with `Application.ReadWrite.OwnedBy` it manages that one. */
export async function ownsApplication(call: GraphCall, applicationId: string, principalId: string): Promise<boolean> {
  const owners = await graphList<{ readonly id: string }>(call, `${graphApplications.item(applicationId)}/owners`);
  return owners.some(({ id }) => id.toLowerCase() === principalId.toLowerCase());
}

/** An application's registration. */
export interface Application extends DirectoryObject {
  /** Application (client) ID. */
  appId: string;
  displayName: string;
  description: string | null;
  signInAudience: SignInAudience;
  createdDateTime: string | null;
  notes: string | null;
  api: ApiApplication;
  appRoles: AppRole[];
  keyCredentials: KeyCredential[];
  passwordCredentials: PasswordCredential[];
  publicClient: { redirectUris: string[] };
  requiredResourceAccess: RequiredResourceAccess[];
  /** App Instance Lock; null on older registrations. */
  servicePrincipalLockConfiguration?: { isEnabled: boolean; allProperties: boolean | null } | null;
  spa: { redirectUris: string[] };
  web: WebApplication;
}

/**
 * Who may sign in to an application: this tenant's accounts, any tenant's, or personal accounts
 * too.
 */
export type SignInAudience =
  "AzureADMyOrg" | "AzureADMultipleOrgs" | "AzureADandPersonalMicrosoftAccount" | "PersonalMicrosoftAccount";

export interface ApiApplication {
  preAuthorizedApplications: { appId: string; delegatedPermissionIds: string[] }[];
}

export interface WebApplication {
  redirectUris: string[];
}

/** An application permission that an application publishes. */
export interface AppRole {
  id: string;
  allowedMemberTypes: ("Application" | "User")[];
  /** Its name in tokens (`roles`). */
  value: string | null;
}

/** A delegated permission that an application publishes. */
export interface PermissionScope {
  id: string;
  /** Its name in tokens (`scp`). */
  value: string;
}

/** What an application asks for of one API; granting it is another matter. */
export interface RequiredResourceAccess {
  resourceAppId: string;
  resourceAccess: { id: string; type: "Role" | "Scope" }[];
}

export interface PasswordCredential {
  keyId: string;
  displayName: string | null;
  startDateTime: string;
  endDateTime: string;
}

export type KeyCredential = PasswordCredential;
