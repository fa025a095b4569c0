/** Service principals. https://learn.microsoft.com/graph/api/resources/serviceprincipal */
import { randomUUID } from "node:crypto";
import { microsoftServicesTenantId } from "@defender-mssp/microsoft";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { createdEntity } from "../answers";
import { checkPasswordsLeft, newPassword, acceptCertificates } from "../credentials";
import { find, linked, remove } from "../directory";
import { EmulatedGraphError, badRequest, denied, sameKey } from "../graphErrors";
import { wholeSeconds } from "../identifiers";
import { asReadBack, complete, update } from "../objects";
import { type JsonObject, isObject, jsonText } from "../json";
import { passes, permissions } from "../permissions";
import { type Call, callBody, done, route, type Route, type RouteAnswer } from "../route";
import { checkCreate, checkUpdate } from "../validate";
import { refuseLocked } from "../appInstanceLock";
import { bind, guardOwners, referenceRoutes, resolveBindings, subject } from "./referenceRoutes";
import { readingRoutes } from "./entityRoutes";

const entitySet = "servicePrincipals";

export const servicePrincipalRoutes: readonly Route[] = [
  ...readingRoutes(entitySet, permissions.readServicePrincipals, permissions.listServicePrincipals),
  route("POST", "/servicePrincipals", permissions.createServicePrincipal, create),
  route("PATCH", "/servicePrincipals/{id}", permissions.writeServicePrincipal, done(patch)),
  route("DELETE", "/servicePrincipals/{id}", permissions.writeServicePrincipal, done(removeServicePrincipal)),
  ...referenceRoutes(
    entitySet,
    "owners",
    { read: permissions.readServicePrincipals, write: permissions.writeServicePrincipal },
    { beforeAdd: guardOwners },
  ),
];

/**
 * Updates the service principals in an application's own tenant after a change of the application.
 */
export function syncServicePrincipals(tenant: Tenant, application: StoredObject): void {
  for (const servicePrincipal of tenant.objects(entitySet).values()) {
    if (servicePrincipal["appId"] !== application["appId"]) continue;
    update(entitySet, servicePrincipal, asReadBack(entitySet, copiedFrom(application)));
  }
}

function create(call: Call): RouteAnswer {
  const { values, bindings } = checkCreate(entitySet, callBody(call), call.version);
  const appId = jsonText(values["appId"]).toLowerCase();
  const home = backingTenant(call, appId);
  const application = find(home, "applications", `(appId='${appId}')`);
  if (application === undefined) throw noBackingApplication(appId);
  if (call.caller.roles.size > 0) refuseForeign(call, application);
  if (find(call.tenant, entitySet, `(appId='${appId}')`) !== undefined) {
    throw sameKey(
      `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
    );
  }
  resolveBindings(call, entitySet, bindings);
  const { passwordCredentials, keyCredentials, ...own } = values;
  const now = call.cloud.now();
  const passwords = (Array.isArray(passwordCredentials) ? passwordCredentials : []).map((wanted) =>
    newPassword(call.tenant, entitySet, wanted as JsonObject, now),
  );
  const sent = { ...copiedFrom(application), ...own };
  const common = {
    id: randomUUID(),
    appOwnerOrganizationId: home.id,
    createdByAppId: call.caller.applicationId,
    createdDateTime: wholeSeconds(now),
    keyCredentials: acceptCertificates(entitySet, undefined, keyCredentials),
    publisherName: [...home.objects("organization").values()][0]?.["displayName"] ?? null,
  };
  const kept = complete(entitySet, {
    ...asReadBack(entitySet, sent),
    ...common,
    passwordCredentials: passwords.map((password) => password.kept),
  });
  call.tenant.objects(entitySet).set(kept.id, kept);
  bind(call, entitySet, kept.id, bindings);
  if (!bindings.has("owners") && managesOnlyOwn(call))
    call.tenant.links("servicePrincipals.owners").set(kept.id, [call.caller.objectId]);
  call.cloud.changed();
  const answered = { ...sent, ...common, passwordCredentials: passwords.map((password) => password.answered) };
  return createdEntity(call, entitySet, complete(entitySet, answered));
}

function patch(call: Call): void {
  const servicePrincipal = subject(call, entitySet);
  const { values, bindings } = checkUpdate(entitySet, callBody(call), call.version);
  refuseLocked(call, servicePrincipal, Object.keys(values));
  resolveBindings(call, entitySet, bindings);
  const changes = asReadBack(entitySet, values);
  if (values["passwordCredentials"] !== undefined) {
    changes["passwordCredentials"] = checkPasswordsLeft(call.tenant, servicePrincipal, values["passwordCredentials"]);
  }
  if (values["keyCredentials"] !== undefined) {
    changes["keyCredentials"] = acceptCertificates(entitySet, servicePrincipal, values["keyCredentials"]);
  }
  update(entitySet, servicePrincipal, changes);
  bind(call, entitySet, servicePrincipal.id, bindings);
}

/** Microsoft's own cannot be deleted: the service protects some, the sandbox all. */
function removeServicePrincipal(call: Call): void {
  const servicePrincipal = subject(call, entitySet);
  if (servicePrincipal["appOwnerOrganizationId"] === microsoftServicesTenantId) throw denied();
  remove(call.cloud, call.tenant, entitySet, servicePrincipal);
}

/** The application's registration: in this tenant, or in another one if it is multitenant. */
function backingTenant(call: Call, appId: string): Tenant {
  if (find(call.tenant, "applications", `(appId='${appId}')`) !== undefined) return call.tenant;
  const home = call.cloud.homeTenantOf(appId);
  const application = home === undefined ? undefined : find(home, "applications", `(appId='${appId}')`);
  if (home === undefined || application === undefined || application["signInAudience"] === "AzureADMyOrg") {
    throw noBackingApplication(appId);
  }
  return home;
}

function noBackingApplication(appId: string): EmulatedGraphError {
  const message = `The appId '${appId}' of the service principal does not reference a valid application object.`;
  return badRequest(message, [{ code: "NoBackingApplicationObject", message, target: "appId" }]);
}

/** A caller that may manage only its own objects must own the application, in this tenant. */
function refuseForeign(call: Call, application: StoredObject): void {
  if (linked(call.tenant, "applications.owners", application.id).includes(call.caller.objectId)) return;
  if (!managesOnlyOwn(call) && passes(call.caller, ["Application.ReadWrite.All"])) return;
  throw new EmulatedGraphError(
    403,
    "Authorization_RequestDenied",
    "When using this permission, the backing application of the service principal being created must in the local tenant",
  );
}

function managesOnlyOwn({ caller }: Call): boolean {
  return caller.scopes.size === 0 && !caller.roles.has("Application.ReadWrite.All");
}

/** The properties that a service principal gets from its application. */
function copiedFrom(application: StoredObject): JsonObject {
  const web = innerObject(application["web"]);
  const uris = [web, innerObject(application["spa"]), innerObject(application["publicClient"])];
  const texts = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
  return {
    appDescription: application["description"] ?? null,
    appDisplayName: application["displayName"] ?? null,
    appId: application["appId"] ?? null,
    appRoles: application["appRoles"] ?? [],
    applicationTemplateId: application["applicationTemplateId"] ?? null,
    displayName: application["displayName"] ?? null,
    homepage: web["homePageUrl"] ?? null,
    info: application["info"] ?? {},
    logoutUrl: web["logoutUrl"] ?? null,
    oauth2PermissionScopes: innerObject(application["api"])["oauth2PermissionScopes"] ?? [],
    replyUrls: uris.flatMap((container) => texts(container["redirectUris"])),
    servicePrincipalNames: [application["appId"] ?? null, ...texts(application["identifierUris"])],
    signInAudience: application["signInAudience"] ?? null,
  };
}

function innerObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
