/** Who made an orphan and when, as far as the tenant's audit log tells. It keeps 7 days, or 30 with Entra ID P1, and needs AuditLog.Read.All. */
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

/**
 * The orphan with the first entry of the log about it, or with the reason why there is none: a person decides by it. Azure's and Defender's
 * objects are not in this log. https://learn.microsoft.com/graph/api/directoryaudit-list
 */
export async function withHistory(call: GraphCall, orphan: Orphan): Promise<Orphan> {
  if (orphan.removal.service !== undefined) return orphan;
  const filter = encodeURIComponent(`targetResources/any(target:target/id eq '${orphan.id.replaceAll("'", "''")}')`);
  const path = `/v1.0/auditLogs/directoryAudits?$filter=${filter}`;
  try {
    const { body } = await call(path);
    const { value = [] } = (body ?? {}) as { readonly value?: readonly DirectoryAudit[] };
    return { ...orphan, audit: firstOf(value) };
  } catch (failure) {
    if (!(failure instanceof ServiceError)) throw failure;
    return { ...orphan, audit: whyUnread(failure) };
  }
}

function firstOf(entries: readonly DirectoryAudit[]): string {
  const [first] = [...entries].sort((one, other) =>
    (one.activityDateTime ?? "").localeCompare(other.activityDateTime ?? ""),
  );
  if (first === undefined) return "no entry: it keeps 7 days, or 30 with Entra ID P1";
  const { user, app } = first.initiatedBy ?? {};
  const who = [text(user ?? {}, "userPrincipalName"), text(app ?? {}, "displayName")].find((name) => name !== "");
  return `${first.activityDisplayName ?? "first change"} on ${first.activityDateTime ?? "?"} by ${who ?? "?"}`;
}

/** The log only helps a person to decide: without it the repair goes on. */
function whyUnread({ status, serviceCode, message }: ServiceError): string {
  if (/NonPremiumTenant/.test(serviceCode)) return "not readable: the tenant has no Entra ID P1";
  if (status === 401 || status === 403) return "not readable: requires AuditLog.Read.All";
  return `not readable: ${message}`;
}
