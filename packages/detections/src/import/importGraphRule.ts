import { isRecord, type JsonRecord } from "@defender-mssp/errors/json";
import { importedName, keptAsComments, type ImportedRule } from "./importedRule";
import { newShape } from "@defender-mssp/microsoft";

const ruleKeys = new Set([
  "id",
  "displayName",
  "description",
  "status",
  "queryCondition",
  "schedule",
  "detectionAction",
]);
/** JsonRecord that the service sets: nothing is lost with them. */
const serviceKeys = new Set([
  ...["createdBy", "createdDateTime", "lastModifiedBy", "lastModifiedDateTime", "detectorId", "lastRunDetails"],
]);

/** A `detectionRule` as Graph returns it, in the names of before or after 2026-05. */
export function importGraphRule(source: JsonRecord): ImportedRule {
  const { rule, lost } = newShape(source);
  const notes = [...lost];
  const action = fieldsAt(rule, "detectionAction");
  const template = fieldsAt(action, "alertTemplate");
  const scope = fieldsAt(action, "organizationalScope");
  const isScoped = Array.isArray(scope["deviceGroups"]) && scope["deviceGroups"].length > 0;
  const { status } = rule;
  if (status !== "enabled" && status !== "disabled")
    notes.push(`status: ${typeof status === "string" ? `${status} is` : "none, so"} written as disabled`);
  const isKept = (key: string) => !ruleKeys.has(key) && !serviceKeys.has(key) && !key.includes("@odata.");
  const comments = keptAsComments(rule, isKept, notes);
  const displayName = typeof rule["displayName"] === "string" ? rule["displayName"].trim() : "";
  return {
    name: importedName(displayName),
    content: clean({
      displayName,
      description: rule["description"],
      status: status === "enabled" ? "enabled" : "disabled",
      queryText: fieldsAt(rule, "queryCondition")["queryText"],
      schedule: fieldsAt(rule, "schedule"),
      alertTemplate: { ...clean(template), entityMappings: clean(fieldsAt(template, "entityMappings")) },
      organizationalScope: isScoped ? scope : undefined,
      incidentConfiguration: fieldsAt(action, "incidentConfiguration"),
      automatedActions: fieldsAt(action, "automatedActions"),
    }),
    notes,
    comments,
  };
}

function fieldsAt(fields: JsonRecord, key: string): JsonRecord {
  return isRecord(fields[key]) ? fields[key] : {};
}

/** Without null, empty collections and OData's annotations, at every depth. */
function clean(fields: JsonRecord): JsonRecord {
  const entries = Object.entries(fields).flatMap(([key, value]) => {
    const cleaned = key.includes("@odata.") ? undefined : cleanValue(value);
    return cleaned === undefined ? [] : [[key, cleaned] as const];
  });
  return Object.fromEntries(entries);
}

function cleanValue(value: unknown): unknown {
  if (value === null || value === undefined || value === "") return undefined;
  if (Array.isArray(value)) {
    const items = value.flatMap((item: unknown) => cleanValue(item) ?? []);
    return items.length === 0 ? undefined : items;
  }
  if (!isRecord(value)) return value;
  const inner = clean(value);
  return Object.keys(inner).length === 0 ? undefined : inner;
}
