/**
 * Refuses the detection rules that the service refuses. The texts are from probes of a live tenant in August and
 * September 2026 (github.com/pkhabazi/SentinelToXDR, docs/API-Constraints.md); where a text is the sandbox's own, it says so.
 */
import { durationOf, minuteMs } from "@defender-mssp/errors/time";
import type { Json, StoredObject } from "../../cloud/model";
import { EmulatedGraphError, unreadableRequest } from "../../graph/graphErrors";
import { innerOf, isObject, jsonText, objectsIn, type JsonObject } from "../../graph/json";
import { auditProperties, deprecatedTypes, detectionEnums, detectionTypes, itemType } from "./detectionTypes";
import type { SavedQueryVerdict } from "./validateQuery";

/** The most custom details, and their size together in bytes. */
const mostDetails = 20;
const largestDetails = 4096;
/** The most different columns in title and description together. */
const mostDynamicColumns = 3;

/** The properties that a create needs, by type. Microsoft's own example omits all others. */
const required: Readonly<Record<string, readonly string[]>> = {
  detectionRule: ["displayName", "queryCondition", "schedule", "detectionAction"],
  queryCondition: ["queryText"],
  ruleSchedule: ["frequency"],
  detectionAction: ["alertTemplate"],
  alertTemplate: ["title", "severity"],
};

/** The combinations of columns of which an entity needs one, as the service lists them (2026-09-15). */
const sufficientColumns: Readonly<Record<string, { entity: string; combinations: readonly string[][] }>> = {
  accounts: {
    entity: "User",
    combinations: [
      ...[["aadUserId"], ["sid"], ["upn"]],
      ...[
        ["name", "ntDomain"],
        ["name", "dnsDomain"],
        ["name", "upnSuffix"],
      ],
    ],
  },
  hosts: {
    entity: "Machine",
    combinations: [["deviceId"], ["name"], ["netBiosName", "ntDomain"], ["netBiosName", "dnsDomain"]],
  },
  files: { entity: "File", combinations: [["sha1"], ["sha256"]] },
  mailMessages: { entity: "MailMessage", combinations: [["networkMessageId", "recipient", "sender", "subject"]] },
  registryValues: { entity: "RegistryValue", combinations: [["key", "valueName"]] },
};

const assetEntities = ["accounts", "hosts", "mailboxes", "ips"];

/** The key of a rule in paths and bodies. Rules of the portal and of old clients have numbers. */
export function checkRuleId(id: Json | undefined): string {
  if (typeof id === "string" && /^([A-Za-z][A-Za-z0-9_-]{0,99}|\d{1,19})$/.test(id)) return id;
  throw new EmulatedGraphError(
    400,
    "InvalidInput",
    "Invalid rule identifier format. Rule ID must consist of letters, numbers, dashes, or underscores only, begin " +
      "with a letter, and not exceed 100 characters.",
  );
}

/** Checks names and types of a body. `mode`: a create needs more. @returns the properties to store. */
export function checkRuleBody(body: JsonObject, mode: "create" | "update"): JsonObject {
  const { id, ...rest } = body;
  if (mode === "update" && id !== undefined) throw unreadableRequest("Property 'id' is read-only and cannot be set.");
  const audit = Object.keys(rest).find((name) => Object.hasOwn(auditProperties, name));
  if (audit !== undefined) throw unreadableRequest(`Property '${audit}' is read-only and cannot be set.`);
  return checkObject("detectionRule", rest, mode);
}

function checkObject(type: string, value: Json, mode: "create" | "update"): JsonObject {
  // The service answers null in place of a list or an object with an empty text.
  if (value === null) throw unreadableRequest("");
  if (!isObject(value)) throw unreadableRequest(`A value of type 'microsoft.graph.security.${type}' was expected.`);
  if (type === "alertCustomDetails") return checkDetails(value);
  const checked: JsonObject = {};
  for (const [name, inner] of Object.entries(value)) {
    if (name.startsWith("@odata.")) continue;
    checked[name] = checkProperty(type, name, inner, mode);
  }
  if (mode === "create") {
    const missing = required[type]?.find((name) => checked[name] === undefined);
    // The sandbox's own text.
    if (missing !== undefined) throw unreadableRequest(`The property '${missing}' is required.`);
  }
  return checked;
}

function checkProperty(owner: string, name: string, value: Json, mode: "create" | "update"): Json {
  const type = detectionTypes[owner]?.[name];
  if (type === undefined) {
    const isDeprecated = deprecatedTypes[owner]?.[name] !== undefined;
    throw unreadableRequest(
      isDeprecated
        ? `The property '${name}' is deprecated. (Sandbox: it writes the properties of 2026-05 only.)`
        : `The property '${name}' does not exist on type 'microsoft.graph.security.${owner}'. Make sure to only use ` +
            "property names that are defined by the type or mark the type as open type.",
    );
  }
  return checkValue(type, name, value, mode);
}

function checkValue(type: string, name: string, value: Json, mode: "create" | "update"): Json {
  const item = itemType(type);
  const plain = type.replace(/\?$/, "");
  if (item !== undefined) {
    if (value === null) throw unreadableRequest("");
    if (!Array.isArray(value)) throw unreadableRequest(`The value of '${name}' must be a list.`);
    return value.map((each) => (item === "Edm.String" ? checkText(name, each) : checkItem(item, each)));
  }
  if (value === null && type.endsWith("?") && (plain.startsWith("Edm.") || nullObjects.has(plain))) return null;
  if (plain === "Edm.Boolean" && typeof value === "boolean") return value;
  if (plain === "Edm.String") return checkText(name, value);
  if (plain === "Edm.Duration") return checkDuration(name, value);
  const members = detectionEnums[plain];
  if (members !== undefined) return checkMember(name, members, value);
  return checkObject(plain, value, mode);
}

/** Objects for which null is the default on create and no change on update. */
const nullObjects: ReadonlySet<string> = new Set(["incidentConfiguration", "alertCustomDetails", "eventGroupingKind"]);

/** An item of a collection has all properties that its type demands. */
function checkItem(type: string, value: Json): JsonObject {
  const checked = checkObject(type, value, "create");
  const missing = Object.entries(detectionTypes[type] ?? {}).find(
    ([name, each]) => !each.endsWith("?") && itemType(each) === undefined && checked[name] === undefined,
  );
  if (missing !== undefined) throw unreadableRequest(`The property '${missing[0]}' is required.`);
  if (type === "fileAction" && checked["sha1Column"] === undefined && checked["sha256Column"] === undefined) {
    throw unreadableRequest("The property 'sha1Column' or 'sha256Column' is required.");
  }
  return checked;
}

function checkText(name: string, value: Json): string {
  if (typeof value !== "string") throw unreadableRequest(`The value of '${name}' must be a string.`);
  return value;
}

function checkMember(name: string, members: readonly string[], value: Json): string {
  if (typeof value === "string" && members.includes(value)) return value;
  throw unreadableRequest(`The value ${JSON.stringify(value)} of '${name}' is not supported.`);
}

function checkDuration(name: string, value: Json): string {
  const text = checkText(name, value);
  if (minutesIn(text) === undefined) throw unreadableRequest(`The value '${text}' of '${name}' is no duration.`);
  return text;
}

/** Whole minutes of an ISO 8601 duration of days, hours, minutes and seconds. */
export function minutesIn(duration: string): number | undefined {
  const milliseconds = durationOf(duration, /^P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:0+S)?)?$/);
  return milliseconds === undefined ? undefined : milliseconds / minuteMs;
}

function checkDetails(value: JsonObject): JsonObject {
  const pairs = Object.entries(value).filter(([name]) => !name.startsWith("@odata."));
  for (const [name, column] of pairs) checkText(name, column);
  if (pairs.length > mostDetails || Buffer.byteLength(JSON.stringify(Object.fromEntries(pairs))) > largestDetails) {
    throw unreadableRequest(`Custom details must not exceed ${mostDetails} pairs and 4 KB.`);
  }
  return Object.fromEntries(pairs);
}

/** Checks a whole rule, as it will be stored. `others`: the rules of the tenant without it. */
export function checkDetectionRule(rule: JsonObject, others: Iterable<StoredObject>, verdict: SavedQueryVerdict): void {
  checkSchedule(innerOf(rule["schedule"], "frequency"), innerOf(rule["schedule"], "lookback"));
  const template = innerOf(rule["detectionAction"], "alertTemplate");
  if (objectsIn(innerOf(template, "tactics")).length > 1) {
    throw unreadableRequest("Multiple MITRE tactics are not supported. Specify a single tactic.");
  }
  checkDynamicColumns(template);
  checkEntities(innerOf(template, "entityMappings"));
  if (verdict.problem !== undefined) throw unreadableRequest(verdict.problem);
  checkColumns(rule, verdict.columns);
  checkUnique(rule, others);
}

function checkSchedule(frequency: Json | undefined, lookback: Json | undefined): void {
  const every = minutesIn(jsonText(frequency)) ?? 0;
  if (every !== 0 && (every < 5 || every > 14 * 24 * 60)) {
    throw unreadableRequest(`The frequency '${jsonText(frequency)}' is not supported.`);
  }
  if (typeof lookback !== "string") return;
  if (every === 0 || (minutesIn(lookback) ?? 0) < every) {
    throw unreadableRequest(`The lookback '${lookback}' must not be shorter than the frequency.`);
  }
}

function checkDynamicColumns(template: Json | undefined): void {
  const texts = [jsonText(innerOf(template, "title")), jsonText(innerOf(template, "description"))].join(" ");
  const columns = new Set([...texts.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)].map(([, column]) => column));
  if (columns.size > mostDynamicColumns) {
    throw unreadableRequest("Dynamic properties in alertTitle and alertDescription must not exceed 3 fields");
  }
}

function checkEntities(mappings: Json | undefined): void {
  const sets = Object.entries(isObject(mappings) ? mappings : {}).filter(([, items]) => objectsIn(items).length > 0);
  if (sets.length === 0) throw unreadableRequest("At least one of impactedAssets or entityMappings must be provided.");
  for (const [name, items] of sets) {
    const sufficient = sufficientColumns[name];
    if (sufficient === undefined) continue;
    for (const item of objectsIn(items)) checkStrength(sufficient, item);
  }
  if (!sets.some(([name]) => assetEntities.includes(name))) {
    throw unreadableRequest("At least one asset entity (Machine, User, or Mailbox) or an IP entity must be included.");
  }
}

function checkStrength(sufficient: (typeof sufficientColumns)[string], item: JsonObject): void {
  const { entity, combinations } = sufficient;
  const has = (name: string) => jsonText(item[`${name}Column`]) !== "";
  if (combinations.some((names) => names.every(has))) return;
  const list = combinations.map((names) => `(${names.map((name) => `${name}Column`).join(", ")})`).join(", ");
  throw unreadableRequest(
    `Entity mapping for '${entity}' is invalid. Set non-empty column values for all fields in at least one of these ` +
      `combinations: ${list}.`,
  );
}

/** Names of columns in mappings and custom details must be in the query's output. */
function checkColumns(rule: JsonObject, columns: readonly string[] | undefined): void {
  if (columns === undefined) return;
  const template = innerOf(rule["detectionAction"], "alertTemplate");
  const mapped = textsBelow(innerOf(template, "entityMappings"));
  const absent = (names: readonly string[]) => [...new Set(names.filter((name) => !columns.includes(name)))].join(", ");
  const missing = absent(mapped);
  if (missing !== "") {
    throw unreadableRequest(
      `Entity mappings reference the following column(s) which are not projected by the query output: ${missing}.`,
    );
  }
  const details = absent(textsBelow(innerOf(template, "customDetails")));
  if (details !== "") {
    throw unreadableRequest(
      `Custom details reference the following column(s) which are not projected by the query output: ${details}.`,
    );
  }
}

function textsBelow(value: Json | undefined): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(textsBelow);
}

/** The text of the 409 is not known: this one is the sandbox's. */
function checkUnique(rule: JsonObject, others: Iterable<StoredObject>): void {
  const title = (each: Json) => innerOf(innerOf(innerOf(each, "detectionAction"), "alertTemplate"), "title");
  for (const other of others) {
    if (other["displayName"] === rule["displayName"]) {
      throw new EmulatedGraphError(409, "Conflict", "A rule with this display name already exists.");
    }
    if (title(other) === title(rule)) throw unreadableRequest("A rule with this alert title already exists.");
  }
}
