/**
 * `addPassword` and `removePassword`. https://learn.microsoft.com/graph/api/application-addpassword
 */
import type { Json, StoredObject } from "../../cloud/model";
import { jsonText } from "../json";
import {
  actionResult,
  callBody,
  bothVersions,
  context,
  noContent,
  type RouteAnswer,
  type Call,
  type Method,
  type Route,
} from "../route";
import { credentialsOf, newPassword, removePassword } from "../credentials";
import { badRequest } from "../graphErrors";
import { permissions } from "../permissions";
import { checkComplex } from "../validate";
import { refuseLocked } from "../appInstanceLock";
import { subject } from "./referenceRoutes";

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

function add(call: Call, owner: Owner): RouteAnswer {
  const object = subject(call, owner);
  if (owner === "servicePrincipals") refuseLocked(call, object, ["passwordCredentials"]);
  const wanted = call.body === undefined ? {} : (callBody(call)["passwordCredential"] ?? {});
  const credential = checkComplex("passwordCredential", wanted, "passwordCredential");
  refuseKnown(object, credential["keyId"]);
  const { answered, kept } = newPassword(call.tenant, owner, credential, call.cloud.now());
  // The newest is first, as recorded by Azure/azure-cli's test_app_credential.
  object["passwordCredentials"] = [kept, ...credentialsOf(object, "passwordCredentials")];
  call.cloud.changed();
  return actionResult(call, { "@odata.context": context(call, "microsoft.graph.passwordCredential"), ...answered });
}

/**
 * The text is from
 * https://github.com/Azure/active-directory-dotnet-graphapi-b2bportal-web/issues/8.
 */
function refuseKnown(object: StoredObject, keyId: Json | undefined): void {
  if (!credentialsOf(object, "passwordCredentials").some((credential) => credential["keyId"] === keyId)) return;
  throw badRequest(`Update to existing credential with KeyId '${jsonText(keyId)}' is not allowed.`);
}

function removeOne(call: Call, owner: Owner): RouteAnswer {
  const object = subject(call, owner);
  const keyId = callBody(call)["keyId"];
  if (typeof keyId !== "string") throw badRequest("A value is required for parameter 'keyId'.");
  removePassword(call.tenant, object, keyId);
  call.cloud.changed();
  return noContent;
}
