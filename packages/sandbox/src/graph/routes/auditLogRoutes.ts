/**
 * The tenant's audit log and its sign-ins.
 * https://learn.microsoft.com/graph/api/directoryaudit-list, …/signin-list
 */
import { signInLog } from "../../cloud/signIns";
import type { StoredObject } from "../../cloud/model";
import { auditLog, withinRetention } from "../audit";
import { textsIn } from "../json";
import { licensed } from "../licences";
import { permissions } from "../permissions";
import type { Call, Route } from "../route";
import { entityRoutes } from "./entityRoutes";

/** "The maximum and default page size is 1,000 objects." */
const pageSize = { default: 1_000, largest: 1_000 };

export const auditLogRoutes: readonly Route[] = [
  ...entityRoutes({
    entitySet: "directoryAudits",
    read: permissions.readAuditLog,
    pageSize,
    objects: ({ tenant, cloud }) => auditLog(tenant, cloud.now()),
  }),
  ...licensed(
    "signInLogs",
    entityRoutes({ entitySet: "signIns", read: permissions.readSignIns, pageSize, objects: signIns }),
  ),
];

/**
 * A list has only interactive sign-ins, unless a filter of the beta names the types of events.
 * https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta
 */
function signIns({ tenant, cloud, version, query, parameters }: Call): StoredObject[] {
  const signIns = withinRetention(tenant, signInLog(tenant), "createdDateTime", cloud.now());
  const isEvery = version === "beta" && /signInEventTypes\//i.test(query.filter ?? "");
  if (isEvery || parameters["id"] !== undefined) return signIns;
  return signIns.filter((entry) => textsIn(entry["signInEventTypes"]).includes("interactiveUser"));
}
