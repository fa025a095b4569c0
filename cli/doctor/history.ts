/** Who made an orphan and when, as far as the tenant's audit log tells. It keeps 7 or 30 days, and needs AuditLog.Read.All. */
import { ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import { text, type GraphObject, type Orphan } from "./orphan";

interface DirectoryAudit {
  readonly activityDateTime?: string;
  readonly activityDisplayName?: string;
  readonly initiatedBy?: {
    readonly user?: GraphObject | null;
    readonly app?: GraphObject | null;
  } | null;
}

/** Without the log, or where it has no entry, the orphan as it is. https://learn.microsoft.com/graph/api/directoryaudit-list */
export async function withHistory(call: GraphCall, orphan: Orphan): Promise<Orphan> {
  if (orphan.removal.service !== undefined) return orphan;
  const filter = encodeURIComponent(`targetResources/any(target:target/id eq '${orphan.id.replaceAll("'", "''")}')`);
  const path = `/v1.0/auditLogs/directoryAudits?$filter=${filter}`;
  const { value = [] } = await call(path).then(
    ({ body }) => (body ?? {}) as { readonly value?: readonly DirectoryAudit[] },
    unlessRefused,
  );
  const [first] = [...value].sort((one, other) =>
    (one.activityDateTime ?? "").localeCompare(other.activityDateTime ?? ""),
  );
  if (first === undefined) return orphan;
  const { user, app } = first.initiatedBy ?? {};
  const who = [text(user ?? {}, "userPrincipalName"), text(app ?? {}, "displayName")].find((name) => name !== "");
  const entry = `${first.activityDisplayName ?? "first change"} on ${first.activityDateTime ?? "?"} by ${who ?? "?"}`;
  return { ...orphan, audit: entry };
}

/** The log only helps a person to decide: without it the repair goes on. */
function unlessRefused(failure: unknown): { readonly value?: readonly DirectoryAudit[] } {
  if (failure instanceof ServiceError) return {};
  throw failure;
}
