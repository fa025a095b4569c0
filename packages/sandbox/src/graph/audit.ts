/**
 * The audit log of a tenant: each change by Graph, by whom and when. In memory only, not part of
 * the stored tenant. Creates and credentials have Entra's names; other activities those of the request's
 * method and route. Without secrets.
 */
import { randomUUID } from "node:crypto";
import { dayMs } from "@defender-mssp/errors/time";
import type { Json, StoredObject, Tenant } from "../cloud/model";
import { truthOf } from "../cloud/replicas";
import { switchValue } from "../cloud/switches";
import type { JsonObject } from "./json";
import { isObject, textIn, jsonText } from "./json";
import { isDelegated } from "./permissions";
import type { RouteAnswer, Call, Route } from "./route";

const newCredential = "Update application – Certificates and secrets management ";

/** https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities; the space at the end is Entra's. */
const activities: Readonly<Record<string, readonly [name: string, type: string]>> = {
  "POST /applications": ["Add application", "Application"],
  "POST /servicePrincipals": ["Add service principal", "ServicePrincipal"],
  "POST /users": ["Add user", "User"],
  "POST /groups": ["Add group", "Group"],
  "POST /invitations": ["Invite external user", "User"],
  "POST /applications/{id}/addPassword": [newCredential, "Application"],
  "POST /applications/{id}/addKey": [newCredential, "Application"],
  "POST /applications/{id}/federatedIdentityCredentials": [newCredential, "Application"],
  "POST /servicePrincipals/{id}/addPassword": ["Add service principal credentials", "ServicePrincipal"],
  "POST /servicePrincipals/{id}/addKey": ["Add service principal credentials", "ServicePrincipal"],
};

/** The number of entries that are kept. */
const kept = 5_000;

/** Properties whose values the log shows. None is a secret. */
const shown = new Set([
  ...[
    "id",
    "keyId",
    "name",
    "displayName",
    "appRoleId",
    "principalId",
    "clientId",
    "resourceId",
    "scope",
    "roleDefinitionId",
  ],
  ...[
    "redirectUris",
    "replyUrls",
    "web",
    "spa",
    "publicClient",
    "accessPackageId",
    "invitedUserEmailAddress",
    "issuer",
    "subject",
  ],
  ...["principalIds", "accessPackageAssignment", "targetId", "invitedUser", "requiredResourceAccess", "resourceAppId"],
  ...["keyCredentials", "passwordCredentials", "resourceAccess"],
]);

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

const logs = new WeakMap<Tenant, StoredObject[]>();

/**
 * The log, the newest entry first. Entra keeps it for 7 days, with P1 for 30:
 * https://learn.microsoft.com/entra/identity/monitoring-health/reference-reports-data-retention
 */
export function auditLog(tenant: Tenant, now: Date): readonly StoredObject[] {
  return withinRetention(tenant, logs.get(truthOf(tenant)) ?? [], "activityDateTime", now);
}

/**
 * The entries of a log that the tenant's licence still keeps. `moment`: the property with their
 * time.
 */
export function withinRetention(
  tenant: Tenant,
  entries: readonly StoredObject[],
  moment: string,
  now: Date,
): StoredObject[] {
  const days = switchValue(tenant, "entraLicence") === "free" ? 7 : 30;
  const oldest = new Date(now.getTime() - days * dayMs).toISOString();
  return entries.filter((entry) => jsonText(entry[moment]) >= oldest);
}

/** Adds an entry for a successful change. */
export function recordChange(call: Call, route: Route, answer: RouteAnswer): void {
  if (route.method === "GET" || answer.status >= 300) return;
  const log = logs.get(truthOf(call.tenant)) ?? [];
  logs.set(truthOf(call.tenant), log);
  log.unshift(entryOf(call, route, answer));
  log.length = Math.min(log.length, kept);
}

function entryOf(call: Call, route: Route, answer: RouteAnswer): StoredObject {
  const changes = [...changesIn(call.body, "request"), ...changesIn(answer.body, "answer")];
  const named = `${call.path} ${changes.map(({ newValue }) => newValue).join(" ")}`;
  const ids = [...new Set((named.match(uuid) ?? []).map((id) => id.toLowerCase()))];
  const [activity = `${route.method} ${route.path}`, type = "Other"] =
    activities[`${route.method} ${route.path}`] ?? [];
  const made = objectIn(call, answer);
  return {
    id: `Directory_${randomUUID()}`,
    category: "Directory",
    correlationId: randomUUID(),
    result: "success",
    resultReason: "",
    activityDisplayName: activity,
    activityDateTime: call.cloud.now().toISOString(),
    loggedByService: "Core Directory",
    operationType: { POST: "Add", PATCH: "Update", PUT: "Update", DELETE: "Delete", GET: "" }[route.method],
    initiatedBy: initiatorOf(call),
    targetResources: ids.map((id, index) => ({
      id,
      displayName: id === made.id ? made.displayName : null,
      type: id === made.id ? type : "Other",
      userPrincipalName: null,
      groupType: null,
      modifiedProperties: index === 0 ? changes : [],
    })),
    additionalDetails: [],
  };
}

/** What the request is about: the object of its path, or the one that it made. */
function objectIn({ path }: Call, { body }: RouteAnswer): { readonly id: string; readonly displayName: string | null } {
  const answer = isObject(body) ? body : {};
  const made = isObject(answer["invitedUser"]) ? answer["invitedUser"] : answer;
  const [id = jsonText(made["id"]).toLowerCase()] = path.toLowerCase().match(uuid) ?? [];
  return { id, displayName: textIn(made["displayName"]) ?? textIn(answer["invitedUserEmailAddress"]) ?? null };
}

function initiatorOf({ tenant, caller }: Call): Json {
  const { objectId, applicationId } = caller;
  if (isDelegated(caller)) {
    const user = tenant.objects("users").get(objectId);
    const userPrincipalName = textIn(user?.["userPrincipalName"]) ?? null;
    return { app: null, user: { id: objectId, displayName: null, ipAddress: null, userPrincipalName } };
  }
  const displayName = textIn(tenant.objects("servicePrincipals").get(objectId)?.["displayName"]) ?? null;
  return {
    app: { appId: applicationId, displayName, servicePrincipalId: objectId, servicePrincipalName: null },
    user: null,
  };
}

function changesIn(body: Json | undefined, of: string): { displayName: string; oldValue: null; newValue: string }[] {
  if (!isObject(body)) return [];
  const link = textIn(body["@odata.id"]);
  const values = shownIn(body);
  const newValue = JSON.stringify(link === undefined ? values : { ...values, link });
  return newValue === "{}" ? [] : [{ displayName: of, oldValue: null, newValue }];
}

function shownIn(value: JsonObject): JsonObject {
  const entries = Object.entries(value).filter(([name]) => shown.has(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, nestedIn(inner)]));
}

function nestedIn(value: Json): Json {
  if (Array.isArray(value)) return value.map(nestedIn);
  return isObject(value) ? shownIn(value) : value;
}
