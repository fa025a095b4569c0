/**
 * Risky users of Microsoft Entra ID Protection. The sandbox detects no risk: a user becomes risky by
 * `confirmCompromised`. https://learn.microsoft.com/graph/api/riskyuser-list, …-get, …-confirmcompromised, …-dismiss
 */
import type { StoredObject, Tenant } from "../../cloud/model";
import { entity, list } from "../answers";
import { find, get } from "../directory";
import { unreadableRequest } from "../errors";
import { textsIn, type JsonObject } from "../json";
import { licensed } from "../licences";
import { complete } from "../objects";
import { permissions } from "../permissions";
import { callBody, noContent, parameter, type Call, type Route, type RouteAnswer } from "../route";

const entitySet = "riskyUsers";
const path = `/identityProtection/${entitySet}`;
const contextName = path.slice(1);
const versions = ["v1.0"] as const;

export const riskyUserRoutes: readonly Route[] = licensed(entitySet, [
  {
    method: "GET",
    path,
    versions,
    permissions: permissions.readRiskyUsers,
    handle: (call) =>
      list(
        call,
        entitySet,
        [...call.tenant.objects(entitySet).values()].map((risk) => current(call.tenant, risk)),
        contextName,
      ),
  },
  {
    method: "GET",
    path: `${path}/{id}`,
    versions,
    permissions: permissions.readRiskyUsers,
    handle: (call) =>
      entity(call, entitySet, current(call.tenant, get(call.tenant, entitySet, parameter(call, "id"))), contextName),
  },
  {
    method: "POST",
    path: `${path}/confirmCompromised`,
    versions,
    permissions: permissions.writeRiskyUsers,
    handle: (call) =>
      setRisk(call, "users", {
        riskLevel: "high",
        riskState: "confirmedCompromised",
        riskDetail: "adminConfirmedUserCompromised",
      }),
  },
  {
    method: "POST",
    path: `${path}/dismiss`,
    versions,
    permissions: permissions.writeRiskyUsers,
    handle: (call) =>
      setRisk(call, entitySet, {
        riskLevel: "none",
        riskState: "dismissed",
        riskDetail: "adminDismissedAllRiskForUser",
      }),
  },
]);

/** A deleted user stays in the list. */
function current(tenant: Tenant, risk: StoredObject): StoredObject {
  return { ...risk, isDeleted: find(tenant, "users", risk.id) === undefined };
}

/** Sets the risk of all named users, or of none if one is not in the collection. */
function setRisk(call: Call, among: "users" | typeof entitySet, risk: JsonObject): RouteAnswer {
  const ids = textsIn(callBody(call)["userIds"]);
  if (ids.length === 0) throw unreadableRequest("userIds is missing or empty.");
  const objects = ids.map((id) => get(call.tenant, among, id));
  for (const { id, ...object } of objects) {
    const names =
      among === "users"
        ? { userDisplayName: object["displayName"] ?? null, userPrincipalName: object["userPrincipalName"] ?? null }
        : object;
    const riskLastUpdatedDateTime = call.cloud.now().toISOString();
    call.tenant.objects(entitySet).set(id, complete(entitySet, { id, ...names, ...risk, riskLastUpdatedDateTime }));
  }
  call.cloud.changed();
  return noContent;
}
