import { code, table, type Block, type State } from "@defender-mssp/pages";
import type { EmulatedCloud } from "../../cloud/cloud";
import { objectName } from "../names";
import type { LoggedRequest } from "../requestLog";

/** The last requests, newest first. */
export function requestTable(requests: readonly LoggedRequest[], cloud: EmulatedCloud): Block {
  const names = namesOf(cloud);
  return table({
    caption: "Requests, newest first",
    columns: [
      { title: "Time (UTC)" },
      { title: "Method", choices: true },
      { title: "Path", kind: "long" },
      { title: "Status", choices: true },
      { title: "Milliseconds", kind: "number" },
      { title: "Tenant", choices: true },
      { title: "Application", choices: true },
      { title: "Fault", choices: true },
    ],
    filterable: true,
    sortedBy: { column: 0, order: "descending" },
    rows: requests.map(({ at, method, url, status, milliseconds, tenantId = "", applicationId = "", fault = "" }) => ({
      cells: [
        at.toISOString().replace("T", " ").slice(0, 23),
        method,
        code(url),
        { content: status === undefined ? "none" : String(status), state: stateOf(status) },
        milliseconds === undefined ? "" : String(milliseconds),
        names.get(tenantId) ?? tenantId,
        names.get(applicationId) ?? applicationId,
        fault,
      ],
    })),
  });
}

function stateOf(status: number | undefined): State {
  if (status === undefined || status >= 500) return "failed";
  return status >= 400 ? "warning" : "passed";
}

/** Display names of tenants and of applications. */
function namesOf(cloud: EmulatedCloud): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const tenant of cloud.records()) {
    names.set(tenant.id, objectName([...tenant.objects("organization").values()][0]) || tenant.id);
    for (const principal of tenant.objects("servicePrincipals").values()) {
      const { appId } = principal;
      if (typeof appId === "string") names.set(appId, objectName(principal) || appId);
    }
  }
  return names;
}
