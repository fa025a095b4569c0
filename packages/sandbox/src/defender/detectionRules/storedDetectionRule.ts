/** A detection rule as the service stores it: what a body leaves out, what a PATCH keeps, how values are normalised. */
import type { Json, StoredObject } from "../../cloud/model";
import { innerOf, isObject, jsonText, objectsIn, textsIn, type JsonObject } from "../../graph/json";
import { detectionTypes, itemType } from "./detectionTypes";

const noScope: JsonObject = { scopeType: "deviceGroup", deviceGroups: [] };

/** A new rule. `rule` is checked. */
export function storedDetectionRule(rule: JsonObject & { id: string }): StoredObject {
  const action = isObject(rule["detectionAction"]) ? rule["detectionAction"] : {};
  const template = isObject(action["alertTemplate"]) ? action["alertTemplate"] : {};
  const scope = action["organizationalScope"];
  return normalized({
    ...rule,
    description: rule["description"] ?? null,
    status: rule["status"] ?? "enabled",
    schedule: { lookback: null, ...(rule["schedule"] as JsonObject) },
    detectionAction: {
      ...action,
      alertTemplate: {
        description: "",
        recommendedActions: null,
        tactics: [],
        customDetails: null,
        eventGroupingKind: null,
        ...template,
        entityMappings: withAllSets("entityMappingConfiguration", template["entityMappings"]),
      },
      organizationalScope: isObject(scope) ? { ...noScope, ...scope } : null,
      incidentConfiguration: action["incidentConfiguration"] ?? { isExcludedFromIncidentCorrelation: false },
      automatedActions: isObject(action["automatedActions"])
        ? withAllSets("automatedActionSet", action["automatedActions"])
        : null,
    },
  });
}

/**
 * A rule after a PATCH with a checked body. The service keeps every collection that the body leaves out, and no shape
 * of a body removes custom details.
 */
export function patchedDetectionRule(rule: StoredObject, body: JsonObject): StoredObject {
  const changed = mergedInto(rule, body) as StoredObject;
  const action = changed["detectionAction"];
  if (isObject(action) && isObject(action["automatedActions"])) {
    action["automatedActions"] = withAllSets("automatedActionSet", action["automatedActions"]);
  }
  return normalized(changed);
}

function mergedInto(before: Json | undefined, body: Json): Json {
  if (!isObject(body)) return body;
  const result: JsonObject = structuredClone(isObject(before) ? before : {});
  for (const [name, value] of Object.entries(body)) {
    const isKept = value === null && (name === "customDetails" || name === "incidentConfiguration");
    if (!isKept) result[name] = mergedInto(result[name], value);
  }
  return result;
}

function withAllSets(type: string, sets: Json | undefined): JsonObject {
  const names = Object.keys(detectionTypes[type] ?? {});
  return Object.fromEntries(names.map((name) => [name, innerOf(sets, name) ?? []]));
}

function normalized(rule: StoredObject): StoredObject {
  const { detectionAction, schedule } = rule;
  const template = innerOf(detectionAction, "alertTemplate");
  if (!isObject(template) || !isObject(schedule)) return rule;
  template["tactics"] = objectsIn(template["tactics"]).map((tactic) => ({
    ...tactic,
    techniques: grouped(objectsIn(tactic["techniques"])),
  }));
  for (const name of ["frequency", "lookback"]) {
    if (schedule[name] === "P1D") schedule[name] = "PT24H";
  }
  const actions = innerOf(detectionAction, "automatedActions");
  if (isObject(actions)) {
    for (const name of ["allowFiles", "blockFiles"]) actions[name] = objectsIn(actions[name]).map(withOneHash);
  }
  return rule;
}

/** Sub-techniques stand below their technique, however they were sent. */
function grouped(techniques: readonly JsonObject[]): JsonObject[] {
  const subTechniques = new Map<string, Set<string>>();
  for (const { technique: name, subTechniques: below } of techniques) {
    const [technique = ""] = jsonText(name).split(".");
    const known = subTechniques.get(technique) ?? new Set();
    for (const each of [jsonText(name), ...textsIn(below)]) if (each.includes(".")) known.add(each);
    subTechniques.set(technique, known);
  }
  return [...subTechniques].map(([technique, below]) => ({ technique, subTechniques: [...below].sort() }));
}

/** Of two hashes the service keeps one. Which one is not known. */
function withOneHash(action: JsonObject): JsonObject {
  const { sha1Column, ...rest } = action;
  return rest["sha256Column"] === undefined && sha1Column !== undefined ? action : rest;
}

/** The stored values in the order of another read: clients must take collections for sets. */
export function reversedCollections(type: string, value: Json): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const property = detectionTypes[type]?.[name] ?? "";
      const item = itemType(property);
      if (item === undefined) return [name, reversedCollections(property.replace(/\?$/, ""), inner)];
      return [name, Array.isArray(inner) ? [...inner].reverse() : inner];
    }),
  );
}
