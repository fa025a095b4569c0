/**
 * The tenant's audit log and its sign-ins.
 * https://learn.microsoft.com/graph/api/directoryaudit-list, …/signin-list
 */
import { signInLog } from "../../cloud/signIns";
import type { StoredObject } from "../../cloud/model";
import { list } from "../answers";
import { auditLog, withinRetention } from "../audit";
import { textsIn } from "../json";
import { requireLicence } from "../licences";
import { permissions } from "../permissions";
import { bothVersions, type RouteAnswer, type Call, type Route } from "../route";

/** "The maximum and default page size is 1,000 objects." */
const pageSize = { default: 1_000, largest: 1_000 };

export const auditLogRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/auditLogs/directoryAudits",
    versions: bothVersions,
    permissions: permissions.readAuditLog,
    pageSize,
    handle: (call) =>
      list(call, "directoryAudits", auditLog(call.tenant, call.cloud.now()), "auditLogs/directoryAudits"),
  },
  {
    method: "GET",
    path: "/auditLogs/signIns",
    versions: bothVersions,
    permissions: permissions.readSignIns,
    pageSize,
    handle: signIns,
  },
];

function signIns(call: Call): RouteAnswer {
  requireLicence(call, "signInLogs");
  const kept = withinRetention(call.tenant, signInLog(call.tenant), "createdDateTime", call.cloud.now());
  return list(call, "signIns", kept.filter(isAnswered(call)), "auditLogs/signIns");
}

/**
 * Only interactive sign-ins, unless a filter of the beta names the types of events.
 * https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta
 */
function isAnswered({ version, query }: Call): (entry: StoredObject) => boolean {
  if (version === "beta" && /signInEventTypes\//i.test(query.filter ?? "")) return () => true;
  return (entry) => textsIn(entry["signInEventTypes"]).includes("interactiveUser");
}
