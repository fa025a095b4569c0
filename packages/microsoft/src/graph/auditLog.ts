/**
 * The tenant's logs, which keep 7 days, or 30 with Entra ID P1.
 * https://learn.microsoft.com/graph/api/resources/directoryaudit, …/signin
 */
import { ServiceError } from "@defender-mssp/errors";
import type { GraphCall } from "./call";
import { graphCollection, type GraphCollection } from "./collection";

export const graphDirectoryAudits = graphCollection("/v1.0/auditLogs/directoryAudits", { read: ["AuditLog.Read.All"] });

/** Which methods of sign-in users have registered. */
export const graphRegistrationDetails = graphCollection("/v1.0/reports/authenticationMethods/userRegistrationDetails", {
  read: ["AuditLog.Read.All"],
});

/** Beta has also sign-ins of applications and non-interactive ones. */
export function graphSignIns(version: "v1.0" | "beta"): GraphCollection {
  // Most of Microsoft's pages require both permissions.
  return graphCollection(`/${version}/auditLogs/signIns`, { read: ["AuditLog.Read.All", "Directory.Read.All"] });
}

export interface DirectoryAudit {
  readonly activityDateTime: string;
  readonly activityDisplayName?: string;
  readonly initiatedBy?: {
    readonly app?: { readonly displayName?: string | null; readonly servicePrincipalId?: string | null } | null;
    readonly user?: { readonly userPrincipalName?: string | null; readonly id?: string | null } | null;
  } | null;
  readonly targetResources?: readonly {
    readonly id?: string | null;
    readonly displayName?: string | null;
    /** Such as `Application`. */
    readonly type?: string | null;
    readonly modifiedProperties?:
      readonly { readonly displayName?: string | null; readonly newValue?: string | null }[] | null;
  }[];
}

/** The newest page of changes to an object. @throws ServiceError */
export async function directoryAuditsOf(call: GraphCall, objectId: string): Promise<readonly DirectoryAudit[]> {
  const filter = encodeURIComponent(`targetResources/any(target:target/id eq '${objectId.replaceAll("'", "''")}')`);
  const { body } = await call(`${graphDirectoryAudits.path}?$filter=${filter}`);
  return ((body ?? {}) as { readonly value?: readonly DirectoryAudit[] }).value ?? [];
}

/** Who did it: a principal name or an application; empty where the entry names nobody. */
export function initiatorName({ initiatedBy }: Partial<DirectoryAudit>): string {
  const { app, user } = initiatedBy ?? {};
  return user?.userPrincipalName || user?.id || app?.displayName || app?.servicePrincipalId || "";
}

/** Who invited a user, and when, or why the log does not tell: a clause. */
export async function invitationText(call: GraphCall, userId: string): Promise<string> {
  try {
    const invitations = (await directoryAuditsOf(call, userId))
      .filter(({ activityDisplayName }) => activityDisplayName === "Invite external user")
      .map((entry) => `by ${initiatorName(entry) || "somebody"} on ${entry.activityDateTime}`)
      .reverse();
    if (invitations.length > 0) return `invited ${invitations.join(", again ")}`;
    return "the audit log, which keeps 7 days, or 30 with Microsoft Entra ID P1, has no invitation";
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const isRefused = error.status === 401 || error.status === 403;
    const reason = isRefused ? "reading the audit log requires AuditLog.Read.All" : error.message;
    return `who made the user is not known: ${reason}`;
  }
}
