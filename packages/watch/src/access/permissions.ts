/** What the customer's own application reads: the one table, for the script, the page and the messages. */
import { microsoftGraph, type GraphPermission } from "@defender-mssp/microsoft";

export interface WatchPermission {
  readonly name: string;
  /** ID of the app role. */
  readonly id: string;
  /** What it shows, for people. */
  readonly shows: string;
}

const shown = {
  "Application.Read.All": "applications, owners, credentials, application permissions, whose they are",
  "AuditLog.Read.All": "sign-ins and changes in the directory (sign-ins need Entra ID P1)",
  "CustomDetection.Read.All": "detection rules",
  "Directory.Read.All": "consents to delegated permissions, and sign-ins",
  "EntitlementManagement.Read.All": "access packages, connected organizations, who holds them",
  "Group.Read.All": "groups, their members and owners",
  "Policy.Read.All": "Conditional Access and cross-tenant access",
  "PrivilegedEligibilitySchedule.Read.AzureADGroup": "eligible members of groups",
  "RoleManagement.Read.Defender": "roles of Microsoft Defender",
  "RoleManagement.Read.Directory": "directory roles",
  "TenantGovernance-Relationship.Read.All": "governance relationships",
  "User.Read.All": "guests and members",
} as const satisfies Partial<Record<GraphPermission, string>>;

/** By name. Each only reads. */
export const watchPermissions: readonly WatchPermission[] = [
  ...Object.entries(shown).map(([name, shows]) => ({
    name,
    id: microsoftGraph.appRoles[name as keyof typeof shown],
    shows,
  })),
].sort((a, b) => (a.name < b.name ? -1 : 1));
