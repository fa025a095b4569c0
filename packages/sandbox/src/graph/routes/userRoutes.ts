/** Users. https://learn.microsoft.com/graph/api/resources/user */
import { randomUUID } from "node:crypto";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { createdEntity, directoryObject, entity } from "../answers";
import { domainOf, find, findDirectoryObject, get, linked, remove, removeLink, sameText } from "../directory";
import { badRequest, conflictingValue, missingValue, notFound, unreadableRequest } from "../graphErrors";
import { securityIdentifier, wholeSeconds } from "../identifiers";
import { asReadBack, complete, update } from "../objects";
import { isDelegated, permissions } from "../permissions";
import { type Call, callBody, done, route, type Route, type RouteAnswer } from "../route";
import { checkCreate, checkUpdate } from "../validate";
import { isObject, jsonText } from "../json";
import { resolveReference, subject } from "./referenceRoutes";
import { readingRoutes } from "./entityRoutes";
import { withSignInActivity } from "./withSignInActivity";

const entitySet = "users";

export const userRoutes: readonly Route[] = [
  ...readingRoutes(entitySet, permissions.readUsers).map((route): Route => ({
    ...route,
    handle: (call) => withSignInActivity(call, route.handle),
  })),
  route("POST", "/users", permissions.createUser, create),
  route("PATCH", "/users/{id}", permissions.writeUser, done(patch)),
  route("DELETE", "/users/{id}", permissions.deleteUser, done(removeUser)),
  route("GET", "/users/{id}/manager", permissions.readUsers, getManager),
  route("PUT", "/users/{id}/manager/$ref", permissions.writeUser, done(putManager)),
  route("DELETE", "/users/{id}/manager/$ref", permissions.writeUser, done(removeManager)),
  route("GET", "/me", permissions.readMe, me),
];

function create(call: Call): RouteAnswer {
  const id = randomUUID();
  const body = callBody(call);
  // A user of other identities needs no more than the page's example has.
  const own = {
    accountEnabled: true,
    mailNickname: id,
    userPrincipalName: `${id}@${domainOf(call.tenant, "isInitial")}`,
  };
  const { values } = checkCreate(
    entitySet,
    Array.isArray(body["identities"]) ? { ...own, ...body } : body,
    call.version,
  );
  const profile = values["passwordProfile"];
  if (!isObject(profile) || typeof profile["password"] !== "string") throw missingValue("passwordProfile", "User");
  const userPrincipalName = jsonText(values["userPrincipalName"]);
  checkUserPrincipalName(call.tenant, userPrincipalName, undefined);
  refuseWeakPassword(values);
  const common = {
    id,
    createdDateTime: wholeSeconds(call.cloud.now()),
    securityIdentifier: securityIdentifier(id),
    identities: values["identities"] ?? [ownIdentity(userPrincipalName)],
  };
  call.tenant.objects(entitySet).set(id, complete(entitySet, { ...asReadBack(entitySet, values), ...common }));
  call.cloud.changed();
  return createdEntity(call, entitySet, complete(entitySet, { ...values, ...common }));
}

function patch(call: Call): void {
  const user = subject(call, entitySet);
  const { values } = checkUpdate(entitySet, callBody(call), call.version);
  const userPrincipalName = values["userPrincipalName"];
  if (typeof userPrincipalName === "string") checkUserPrincipalName(call.tenant, userPrincipalName, user.id);
  refuseWeakPassword({ passwordPolicies: user["passwordPolicies"] ?? null, ...values });
  update(entitySet, user, asReadBack(entitySet, values));
}

/** Entra renames a deleted user, so that the name is free at once. */
function removeUser(call: Call): void {
  const user = subject(call, entitySet);
  remove(call.cloud, call.tenant, entitySet, user);
  const kept = call.tenant.deleted.get(user.id);
  if (kept !== undefined) {
    kept.object["userPrincipalName"] = `${user.id.replaceAll("-", "")}${jsonText(user["userPrincipalName"])}`;
  }
}

export function nameBeforeDeletion(user: StoredObject): string {
  const name = jsonText(user["userPrincipalName"]);
  const prefix = user.id.replaceAll("-", "");
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** The identity of a user who signs in with a principal name. */
export function ownIdentity(userPrincipalName: string): Record<string, Json> {
  const issuer = userPrincipalName.slice(userPrincipalName.lastIndexOf("@") + 1);
  return { signInType: "userPrincipalName", issuer, issuerAssignedId: userPrincipalName };
}

export function checkUserPrincipalName(tenant: Tenant, name: string, ofUser: string | undefined): void {
  const domain = name.slice(name.lastIndexOf("@") + 1).toLowerCase();
  if (!name.includes("@") || !tenant.objects("domains").has(domain)) {
    const message =
      "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.";
    throw badRequest(message, [{ code: "InvalidValue", message, target: "userPrincipalName" }]);
  }
  const taken = [...tenant.objects(entitySet).values()].some(
    (other) => other.id !== ofUser && sameText(other["userPrincipalName"], name),
  );
  if (taken) throw conflictingValue("userPrincipalName");
}

/**
 * https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy#microsoft-entra-password-policies
 */
function refuseWeakPassword(values: Readonly<Record<string, Json>>): void {
  const profile = values["passwordProfile"];
  const password = isObject(profile) ? profile["password"] : undefined;
  if (typeof password !== "string") return;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length;
  const least = jsonText(values["passwordPolicies"]).includes("DisableStrongPassword") ? 1 : 3;
  if (password.length >= 8 && password.length <= 256 && kinds >= least) return;
  throw badRequest(
    "The specified password does not comply with password complexity requirements. Please provide a different password.",
  );
}

function getManager(call: Call): RouteAnswer {
  const user = subject(call, entitySet);
  const manager = linked(call.tenant, "users.manager", user.id)[0];
  const found = manager === undefined ? undefined : findDirectoryObject(call.tenant, manager);
  if (found === undefined) throw notFound("manager");
  return directoryObject(call, found);
}

function putManager(call: Call): void {
  const user = subject(call, entitySet);
  const reference = callBody(call)["@odata.id"];
  if (typeof reference !== "string") throw unreadableRequest("Entity reference must have an '@odata.id' annotation.");
  const { object } = resolveReference(call, entitySet, "manager", reference);
  call.tenant.links("users.manager").set(user.id, [object.id]);
}

function removeManager(call: Call): void {
  const user = subject(call, entitySet);
  const manager = linked(call.tenant, "users.manager", user.id)[0];
  if (manager === undefined) throw notFound("manager");
  removeLink(call.tenant, "users.manager", user.id, manager);
}

function me(call: Call): RouteAnswer {
  if (!isDelegated(call.caller)) {
    throw unreadableRequest("/me request is only valid with delegated authentication flow.");
  }
  const user = find(call.tenant, entitySet, call.caller.objectId) ?? get(call.tenant, entitySet, call.caller.objectId);
  return entity(call, entitySet, user);
}
