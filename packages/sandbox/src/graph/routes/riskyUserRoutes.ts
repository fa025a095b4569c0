/**
 * Risky users of Microsoft Entra ID Protection. The sandbox detects no risk: a user becomes risky by
 * `confirmCompromised`. https://learn.microsoft.com/graph/api/riskyuser-list, …-get, …-confirmcompromised, …-dismiss
 */
import type { StoredObject } from "../../cloud/model";
import { find, get } from "../directory";
import { unreadableRequest } from "../graphErrors";
import { textsIn, type JsonObject } from "../json";
import { licensed } from "../licences";
import { complete } from "../objects";
import { permissions } from "../permissions";
import { callBody, noContent, type Call, type Route, type RouteAnswer } from "../route";
import { entityRoutes } from "./entityRoutes";

const entitySet = "riskyUsers";
const path = `/identityProtection/${entitySet}`;
const acting = { method: "POST", versions: ["v1.0"], permissions: permissions.writeRiskyUsers } as const;

export const riskyUserRoutes: readonly Route[] = licensed(entitySet, [
  ...entityRoutes({ entitySet, versions: ["v1.0"], read: permissions.readRiskyUsers, objects: current }),
  {
    ...acting,
    path: `${path}/confirmCompromised`,
    handle: (call) =>
      setRisk(call, "users", {
        riskLevel: "high",
        riskState: "confirmedCompromised",
        riskDetail: "adminConfirmedUserCompromised",
      }),
  },
  {
    ...acting,
    path: `${path}/dismiss`,
    handle: (call) =>
      setRisk(call, entitySet, {
        riskLevel: "none",
        riskState: "dismissed",
        riskDetail: "adminDismissedAllRiskForUser",
      }),
  },
]);

/** A deleted user stays in the list. */
function current({ tenant }: Call): StoredObject[] {
  return [...tenant.objects(entitySet).values()].map((risk) => ({
    ...risk,
    isDeleted: find(tenant, "users", risk.id) === undefined,
  }));
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
