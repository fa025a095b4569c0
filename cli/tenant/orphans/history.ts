/**
 * Who created an orphan and when, by the tenant's audit log: 7 days, or 30 with Entra ID P1; needs
 * AuditLog.Read.All.
 */
import {
  directoryAuditsOf,
  initiatorName,
  ServiceError,
  type DirectoryAudit,
  type GraphCall,
} from "@defender-mssp/microsoft";
import type { Orphan } from "./orphan";

/**
 * Adds the log's first entry about the orphan, or the reason why there is none, to help a person
 * decide. Azure and Defender objects are not in this log.
 * https://learn.microsoft.com/graph/api/directoryaudit-list
 */
export async function withHistory(call: GraphCall, orphan: Orphan): Promise<Orphan> {
  if (orphan.removal.service !== undefined) return orphan;
  return { ...orphan, audit: await firstEntry(call, orphan.id) };
}

/** The log's first entry about an object, or why there is none: a clause. */
export async function firstEntry(call: GraphCall, id: string): Promise<string> {
  try {
    return firstOf(await directoryAuditsOf(call, id));
  } catch (failure) {
    if (!(failure instanceof ServiceError)) throw failure;
    return whyUnread(failure);
  }
}

function firstOf(entries: readonly Partial<DirectoryAudit>[]): string {
  const [first] = [...entries].sort((one, other) =>
    (one.activityDateTime ?? "").localeCompare(other.activityDateTime ?? ""),
  );
  if (first === undefined) return "no entry: it keeps 7 days, or 30 with Entra ID P1";
  return `${first.activityDisplayName ?? "first change"} on ${first.activityDateTime ?? "?"} by ${initiatorName(first) || "?"}`;
}

/** The repair continues without the log, which only helps a person decide. */
function whyUnread({ status, serviceCode, message }: ServiceError): string {
  if (/NonPremiumTenant/.test(serviceCode)) return "not readable: the tenant has no Entra ID P1";
  if (status === 401 || status === 403) return "not readable: requires AuditLog.Read.All";
  return `not readable: ${message}`;
}
