/** `addPassword` and `removePassword`. https://learn.microsoft.com/graph/api/application-addpassword */
import {
  actionResult,
  bodyOf,
  bothVersions,
  context,
  noContent,
  type Answer,
  type Call,
  type Method,
  type Route,
} from "../route";
import { credentialsOf, newPassword, removePassword } from "../credentials";
import { badRequest } from "../errors";
import { permissions } from "../permissions";
import { checkComplex } from "../validate";
import { subject } from "./references";

type Owner = "applications" | "servicePrincipals";

export const passwordRoutes: readonly Route[] = [
  ...routesOf("applications", permissions.writeApplication),
  ...routesOf("servicePrincipals", permissions.writeServicePrincipal),
];

function routesOf(owner: Owner, needed: Route["permissions"]): Route[] {
  const common = { method: "POST" as Method, versions: bothVersions, permissions: needed };
  return [
    { ...common, path: `/${owner}/{id}/addPassword`, handle: (call) => add(call, owner) },
    { ...common, path: `/${owner}/{id}/removePassword`, handle: (call) => removeOne(call, owner) },
  ];
}

function add(call: Call, owner: Owner): Answer {
  const object = subject(call, owner);
  const wanted = call.body === undefined ? {} : (bodyOf(call)["passwordCredential"] ?? {});
  const credential = checkComplex("passwordCredential", wanted, "passwordCredential");
  const { answered, kept } = newPassword(call.tenant, owner, credential, call.cloud.now());
  object["passwordCredentials"] = [...credentialsOf(object, "passwordCredentials"), kept];
  call.cloud.changed();
  return actionResult(call, { "@odata.context": context(call, "microsoft.graph.passwordCredential"), ...answered });
}

function removeOne(call: Call, owner: Owner): Answer {
  const object = subject(call, owner);
  const keyId = bodyOf(call)["keyId"];
  if (typeof keyId !== "string") throw badRequest("A value is required for parameter 'keyId'.");
  removePassword(call.tenant, object, keyId);
  call.cloud.changed();
  return noContent;
}
