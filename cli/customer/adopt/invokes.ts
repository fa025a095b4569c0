/** The provider functions that the program calls, answered by Graph. */
import { equals, findServicePrincipal, graphList, graphUsers, type GraphCall } from "@defender-mssp/microsoft";
import type { Answers } from "./answeringProviders";
import { azuread } from "../../../domain/resourceTypes";

export function answeredInvokes(call: GraphCall, tenantId: string): Answers["invoke"] {
  return async (token, args) => {
    switch (token) {
      case azuread("getClientConfig"):
        return { id: tenantId, tenantId, clientId: "", objectId: "" };
      case azuread("getServicePrincipal"):
        return servicePrincipal(call, String(args["clientId"]));
      case azuread("getUser"):
        return user(call, args);
      case azuread("getApplication"):
        // The program asks before it creates a registration of the same name.
        throw new Error("Application not found: no application is created");
      default:
        throw new Error(`${token} is not used by the program`);
    }
  };
}

async function servicePrincipal(call: GraphCall, appId: string) {
  const found = await findServicePrincipal(call, appId);
  if (found === undefined) throw new Error(`no service principal of the application ${appId}`);
  const ids = (all: readonly { readonly id: string; readonly value: string | null }[]) =>
    Object.fromEntries(all.flatMap(({ id, value }) => (value === null ? [] : [[value, id]])));
  return {
    id: found.id,
    objectId: found.id,
    clientId: appId,
    appRoleIds: ids(found.appRoles),
    oauth2PermissionScopeIds: ids(found.oauth2PermissionScopes),
  };
}

async function user(call: GraphCall, args: Readonly<Record<string, unknown>>) {
  const property = typeof args["mail"] === "string" ? "mail" : "userPrincipalName";
  const value = String(args[property]);
  const path = `${graphUsers.path}?$select=id,mail,userPrincipalName&$filter=${equals(property, value)}`;
  const [found] = await graphList<{ readonly id: string }>(call, path);
  if (found === undefined) throw new Error(`no user with ${property} ${value}`);
  return { id: found.id, objectId: found.id };
}
