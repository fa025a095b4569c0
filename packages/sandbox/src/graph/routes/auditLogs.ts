/** The tenant's audit log. https://learn.microsoft.com/graph/api/directoryaudit-list */
import { list } from "../answers";
import { auditLog } from "../audit";
import { permissions } from "../permissions";
import { bothVersions, type Route } from "../route";

export const auditLogRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/auditLogs/directoryAudits",
    versions: bothVersions,
    permissions: permissions.readAuditLog,
    handle: (call) =>
      list(call, "directoryAudits", auditLog(call.tenant, call.cloud.now()), "auditLogs/directoryAudits"),
  },
];
