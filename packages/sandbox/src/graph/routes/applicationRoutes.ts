/** Application registrations. https://learn.microsoft.com/graph/api/resources/application */
import { randomUUID } from "node:crypto";
import type { Json, StoredObject } from "../../cloud/model";
import { createdEntity } from "../answers";
import { checkPasswordsLeft, newPassword, acceptCertificates } from "../credentials";
import { domainOf, refuseTakenName, remove, sameText } from "../directory";
import { EmulatedGraphError, badRequest, conflictingValue, invalidValue, unreadableRequest } from "../graphErrors";
import { sevenDecimals, wholeSeconds } from "../identifiers";
import { asReadBack, complete, update } from "../objects";
import { type JsonObject, innerOf, isObject, objectsIn, jsonText, textsIn } from "../json";
import { isDelegated, permissions } from "../permissions";
import { type Call, callBody, done, route, type Route, type RouteAnswer } from "../route";
import { checkCreate, checkUpdate, merged } from "../validate";
import { defaultLock } from "../appInstanceLock";
import { bind, guardOwners, referenceRoutes, resolveBindings, subject } from "./referenceRoutes";
import { syncServicePrincipals } from "./servicePrincipalRoutes";
import { readingRoutes } from "./entityRoutes";

export const applicationRoutes: readonly Route[] = [
  ...readingRoutes("applications", permissions.readApplications, permissions.listApplications),
  route("POST", "/applications", permissions.createApplication, create),
  route("PATCH", "/applications/{id}", permissions.writeApplication, done(patch)),
  route("DELETE", "/applications/{id}", permissions.writeApplication, done(removeApplication)),
  route("PUT", "/applications/{id}/logo", permissions.writeApplication, done(putLogo)),
  ...referenceRoutes(
    "applications",
    "owners",
    { read: permissions.readApplications, write: permissions.writeApplication },
    { searchable: true, beforeAdd: guardOwners },
  ),
];

function create(call: Call): RouteAnswer {
  const { values, bindings } = checkCreate("applications", callBody(call), call.version);
  const { passwordCredentials, keyCredentials, ...sent } = prepared(call, values, undefined);
  resolveBindings(call, "applications", bindings);
  refuseTakenName(call.tenant, "applications", sent["uniqueName"]);
  const now = call.cloud.now();
  const passwords = objectsIn(passwordCredentials).map((wanted) =>
    newPassword(call.tenant, "applications", wanted, now),
  );
  const common = {
    id: randomUUID(),
    appId: randomUUID(),
    createdByAppId: call.caller.applicationId,
    createdDateTime: wholeSeconds(now),
    publisherDomain: domainOf(call.tenant, "isDefault"),
    keyCredentials: acceptCertificates("applications", undefined, keyCredentials),
  };
  const kept = complete("applications", {
    ...withRedirectUriSettings(asReadBack("applications", sent)),
    ...common,
    passwordCredentials: passwords.map((password) => password.kept),
  });
  call.tenant.objects("applications").set(kept.id, kept);
  addOwners(call, kept.id, bindings);
  call.cloud.changed();
  const answered = complete("applications", {
    ...withRedirectUriSettings(sent),
    ...common,
    createdDateTime: sevenDecimals(now),
    passwordCredentials: passwords.map((password) => password.answered),
  });
  return createdEntity(call, "applications", answered);
}

/** The registering user becomes the owner; an application only if it may manage just its own. */
function addOwners(call: Call, id: string, bindings: ReadonlyMap<string, readonly string[]>): void {
  bind(call, "applications", id, bindings);
  const ownsByCreating = isDelegated(call.caller) || !call.caller.roles.has("Application.ReadWrite.All");
  if (bindings.has("owners") || !ownsByCreating) return;
  call.tenant.links("applications.owners").set(id, [call.caller.objectId]);
}

function patch(call: Call): void {
  const application = subject(call, "applications");
  const { values, bindings } = checkUpdate("applications", callBody(call), call.version);
  const sent = prepared(call, values, application);
  refuseEnabled(application["appRoles"], sent["appRoles"]);
  refuseEnabled(innerOf(application["api"], "oauth2PermissionScopes"), innerOf(sent["api"], "oauth2PermissionScopes"));
  resolveBindings(call, "applications", bindings);
  const changes = asReadBack("applications", sent);
  if (sent["passwordCredentials"] !== undefined) {
    changes["passwordCredentials"] = checkPasswordsLeft(call.tenant, application, sent["passwordCredentials"]);
  }
  if (sent["keyCredentials"] !== undefined) {
    changes["keyCredentials"] = acceptCertificates("applications", application, sent["keyCredentials"]);
  }
  update("applications", application, withRedirectUriSettings(changes));
  bind(call, "applications", application.id, bindings);
  syncServicePrincipals(call.tenant, application);
}

/** Deleting a registration deletes its service principal in the home tenant. */
function removeApplication(call: Call): void {
  const application = subject(call, "applications");
  for (const servicePrincipal of [...call.tenant.objects("servicePrincipals").values()]) {
    if (servicePrincipal["appId"] !== application["appId"]) continue;
    remove(call.cloud, call.tenant, "servicePrincipals", servicePrincipal);
  }
  remove(call.cloud, call.tenant, "applications", application);
}

function putLogo(call: Call): void {
  const application = subject(call, "applications");
  if (call.contentType?.startsWith("image/") !== true) {
    throw unreadableRequest("The content type of a logo must be image/gif, image/jpeg or image/png.");
  }
  update("applications", application, { info: { logoUrl: `${call.origin}/logos/${application.id}` } });
  syncServicePrincipals(call.tenant, application);
}

/** Checks rules between properties and adds the service's values. */
function prepared(call: Call, values: JsonObject, before: StoredObject | undefined): JsonObject {
  const result: JsonObject = { ...(before === undefined ? defaultLock(call.cloud.now()) : {}), ...values };
  const whole = (name: string): Json => merged(before?.[name], values[name] ?? null) ?? before?.[name] ?? null;
  checkRedirectUris(
    values,
    ["web", "spa", "publicClient"].map((name) => innerOf(whole(name), "redirectUris")),
  );
  checkIdentifierUris(call, values["identifierUris"], before);
  if (isForPersonalAccounts(whole("signInAudience"))) {
    if (before === undefined) result["api"] = withTokenVersion(values["api"]);
    const isNamed = values["signInAudience"] !== undefined || values["api"] !== undefined;
    if (isNamed) checkTokenVersion(before === undefined ? (result["api"] ?? null) : whole("api"));
  }
  if (values["appRoles"] !== undefined) {
    result["appRoles"] = objectsIn(values["appRoles"]).map((role) => ({ ...role, origin: "Application" }));
  }
  return result;
}

function checkRedirectUris(values: JsonObject, all: readonly (Json | undefined)[]): void {
  const uris = all.flatMap((list) => (Array.isArray(list) ? list : []));
  if (new Set(uris).size < uris.length) {
    throw new EmulatedGraphError(400, "InvalidRedirectUri", "Redirect URIs must have distinct values.");
  }
  const web = innerOf(values["web"], "redirectUris");
  const invalid = (Array.isArray(web) ? web : []).some((uri) => typeof uri !== "string" || !isWebRedirectUri(uri));
  if (invalid) throw invalidValue("redirectUris", "Application");
}

/** https://learn.microsoft.com/entra/identity-platform/reply-url */
function isWebRedirectUri(text: string): boolean {
  if (text.length > 256 || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
}

function isForPersonalAccounts(audience: Json): boolean {
  return jsonText(audience).endsWith("PersonalMicrosoftAccount");
}

/** A new application without a version gets the only allowed one. */
function withTokenVersion(api: Json | undefined): JsonObject {
  return { requestedAccessTokenVersion: 2, ...(isObject(api) ? api : {}) };
}

/**
 * Applications for personal accounts get tokens of version 2 only:
 * https://learn.microsoft.com/graph/api/resources/apiapplication. The text is from
 * https://github.com/hashicorp/terraform-provider-azuread/issues/1374.
 */
function checkTokenVersion(api: Json): void {
  if (innerOf(api, "requestedAccessTokenVersion") === 2) return;
  throw badRequest("Property api.requestedAccessTokenVersion is invalid.");
}

function checkIdentifierUris(call: Call, uris: Json | undefined, before: StoredObject | undefined): void {
  for (const uri of Array.isArray(uris) ? uris : []) {
    const taken = [...call.tenant.objects("applications").values()].some(
      (other) => other.id !== before?.id && textsIn(other["identifierUris"]).some((there) => sameText(uri, there)),
    );
    if (taken) throw conflictingValue("identifierUris");
  }
}

/** An enabled role or scope can be neither deleted nor changed. */
function refuseEnabled(before: Json | undefined, after: Json | undefined): void {
  if (after === undefined) return;
  const wanted = objectsIn(after);
  for (const role of objectsIn(before)) {
    if (role["isEnabled"] !== true) continue;
    const left = wanted.find(({ id }) => id === role["id"]);
    const changed =
      left === undefined ||
      Object.entries(left).some(([name, value]) => name !== "isEnabled" && !same(role[name], value));
    if (!changed) continue;
    throw new EmulatedGraphError(
      400,
      "CannotDeleteOrUpdateEnabledEntitlement",
      "Permission (scope or role) cannot be deleted or updated unless disabled first.",
    );
  }
}

function same(left: Json | undefined, right: Json): boolean {
  return JSON.stringify(left ?? null) === JSON.stringify(right);
}

/** Each web redirect URI has a setting, whose index is null by default. */
function withRedirectUriSettings(values: JsonObject): JsonObject {
  const uris = innerOf(values["web"], "redirectUris");
  if (!Array.isArray(uris) || !isObject(values["web"])) return values;
  return { ...values, web: { ...values["web"], redirectUriSettings: uris.map((uri) => ({ uri, index: null })) } };
}
