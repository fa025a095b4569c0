/**
 * What clients have changed of an alert or an incident. Detections are computed, so only the
 * changes are stored, with the tenant.
 */
import type { SecurityComment } from "@defender-mssp/microsoft";
import type { Caller, Cloud, Json, StoredObject, Tenant } from "../cloud/model";
import { unreadableRequest } from "../graph/graphErrors";
import { withTicks } from "./securityApi";

/** The collections of changes, by the objects' IDs. */
export type ChangedCollection = "alerts_v2" | "incidents";

/** Values of the closed sets, from Microsoft's metadata. */
export const classifications = ["unknown", "falsePositive", "truePositive", "informationalExpectedActivity"];
const determinations = [
  ...["unknown", "apt", "malware", "securityPersonnel", "securityTesting", "unwantedSoftware", "other"],
  ...["multiStagedAttack", "compromisedAccount", "phishing", "maliciousUserActivity", "notMalicious"],
  ...["notEnoughDataToValidate", "confirmedActivity", "lineOfBusinessApplication"],
];

type Check = (name: string, value: Json) => Json;

const checks: Readonly<Record<ChangedCollection, Readonly<Record<string, Check>>>> = {
  // https://learn.microsoft.com/graph/api/security-alert-update
  alerts_v2: {
    status: oneOf("alertStatus", ["new", "inProgress", "resolved"]),
    classification: oneOf("alertClassification", classifications),
    determination: oneOf("alertDetermination", determinations),
    assignedTo: text,
  },
  // https://learn.microsoft.com/graph/api/security-incident-update
  incidents: {
    status: oneOf("incidentStatus", ["active", "inProgress", "resolved"]),
    classification: oneOf("alertClassification", classifications),
    determination: oneOf("alertDetermination", determinations),
    assignedTo: text,
    customTags: texts,
  },
};

/** An object as the last change left it. */
export function withChanges<T extends { id: string }>(tenant: Tenant, collection: ChangedCollection, object: T): T {
  const changes = tenant.objects(collection).get(object.id);
  return changes === undefined ? object : { ...object, ...changes };
}

/**
 * Stores the body of a PATCH. Properties that the documented request lacks are refused; the text of
 * that error is the sandbox's. @throws EmulatedGraphError
 */
export function storePatch(
  cloud: Cloud,
  caller: Caller,
  collection: ChangedCollection,
  id: string,
  body: Readonly<Record<string, Json>>,
): void {
  const values: Record<string, Json> = {};
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith("@odata.")) continue;
    const check = Object.hasOwn(checks[collection], name) ? checks[collection][name] : undefined;
    if (check === undefined) throw unreadableRequest(`The property '${name}' can't be updated.`);
    values[name] = check(name, value);
  }
  storeChanges(cloud, caller.tenant, collection, id, { ...values, ...modifiedBy(collection, caller) });
}

/** Adds a comment. @returns all of them. @throws EmulatedGraphError */
export function storeComment(
  cloud: Cloud,
  caller: Caller,
  collection: ChangedCollection,
  { id, comments }: { readonly id: string; readonly comments: readonly SecurityComment[] },
  body: Readonly<Record<string, Json>>,
): SecurityComment[] {
  const { comment } = body;
  if (typeof comment !== "string" || comment === "") throw unreadableRequest("A comment is required.");
  const added: SecurityComment = {
    comment,
    createdByDisplayName: nameOf(caller),
    createdDateTime: withTicks(cloud.now()),
  };
  const all = [...comments, added];
  const values = { comments: all.map((one) => ({ ...one })), ...modifiedBy(collection, caller) };
  storeChanges(cloud, caller.tenant, collection, id, values);
  return all;
}

function modifiedBy(collection: ChangedCollection, caller: Caller): Record<string, Json> {
  return collection === "incidents" ? { lastModifiedBy: nameOf(caller) } : {};
}

/** Stores what somebody changes of an alert or an incident, at this moment. */
export function storeChanges(
  cloud: Cloud,
  tenant: Tenant,
  collection: ChangedCollection,
  id: string,
  values: Readonly<Record<string, Json>>,
): void {
  const changes = tenant.objects(collection);
  const moment = withTicks(cloud.now());
  const isResolved = collection === "alerts_v2" && values["status"] === "resolved";
  const about: Record<string, Json> = isResolved ? { resolvedDateTime: moment } : {};
  const stored: StoredObject = { ...changes.get(id), ...values, ...about, id, lastUpdateDateTime: moment };
  changes.set(id, stored);
  cloud.changed();
}

export function nameOf({ tenant, objectId, applicationId }: Caller): string {
  const user = tenant.objects("users").get(objectId)?.["userPrincipalName"];
  const application = tenant.objects("servicePrincipals").get(objectId)?.["displayName"];
  return [user, application].find((name): name is string => typeof name === "string") ?? applicationId;
}

/** The documents' own examples write the first letter large: case makes no difference. */
function oneOf(type: string, allowed: readonly string[]): Check {
  return (name, value) => {
    const found =
      typeof value === "string" ? allowed.find((one) => one.toLowerCase() === value.toLowerCase()) : undefined;
    if (found !== undefined) return found;
    throw unreadableRequest(
      `${JSON.stringify(value)} of '${name}' is no microsoft.graph.security.${type} that can be set.`,
    );
  };
}

function text(name: string, value: Json): Json {
  if (value === null || typeof value === "string") return value;
  throw unreadableRequest(`The value of '${name}' must be a string.`);
}

function texts(name: string, value: Json): Json {
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  throw unreadableRequest(`The value of '${name}' must be a list of strings.`);
}
