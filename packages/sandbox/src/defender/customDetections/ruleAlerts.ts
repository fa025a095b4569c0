/** Makes alerts of the rows that a custom detection rule's query returns. */
import { createHash } from "node:crypto";
import { clouds, type SecurityAlert } from "@defender-mssp/microsoft";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { innerOf, isObject, jsonText, objectsIn, textsIn } from "../../graph/json";
import { withTicks } from "../securityApi";
import { entityEvidence, rowText, type ResultRow } from "./entityEvidence";

/** Alerts of one run at most. */
const mostAlerts = 150;

/** Events that rules have returned, by a hash of rule, event, entities and texts. */
const returnedCollection = "customDetectionEvents";

/**
 * Alerts of the events that no earlier run of the rule returned. Those with equal entities, details and
 * texts are one alert. `serviceSource` and `detectorId` are what the sandbox assumes: no document
 * says how the alert's detector relates to a rule's client-side ID.
 */
export function ruleAlerts(tenant: Tenant, rule: StoredObject, rows: readonly ResultRow[], now: Date): SecurityAlert[] {
  const returned = tenant.objects(returnedCollection);
  const alerts = new Map<string, SecurityAlert>();
  for (const row of rows) {
    // Alerts of one run differ by a millisecond: pages of the list go on by the time. All are in the past.
    const created = new Date(now.getTime() - mostAlerts - 1 + alerts.size);
    const { key, alert } = rowAlert(tenant, rule, row, created);
    if (returned.has(alert.id)) continue;
    returned.set(alert.id, { id: alert.id });
    if (!alerts.has(key)) alerts.set(key, alert);
    if (alerts.size === mostAlerts) break;
  }
  return [...alerts.values()];
}

function rowAlert(tenant: Tenant, rule: StoredObject, row: ResultRow, created: Date) {
  const template = innerOf(rule["detectionAction"], "alertTemplate");
  const moment = withTicks(created);
  const texts = {
    title: filledIn(innerOf(template, "title"), row),
    description: filledIn(innerOf(template, "description"), row),
  };
  const evidence = entityEvidence(innerOf(template, "entityMappings"), row, moment);
  const details = customDetails(innerOf(template, "customDetails"), row);
  const entities = evidence.map((piece) => ({ ...piece, createdDateTime: null }));
  const key = JSON.stringify([entities, details, texts]);
  const event = ["Timestamp", "TimeGenerated", "ReportId"].map((name) => rowText(row, name));
  const id = `cd${createHash("sha256")
    .update(JSON.stringify([rule.id, key, event]))
    .digest("hex")
    .slice(0, 32)}`;
  const activity = rowText(row, "Timestamp") || rowText(row, "TimeGenerated") || created.toISOString();
  const alert = { ...alertFrame(tenant, rule, { id, moment, activity }), ...texts, evidence, customDetails: details };
  return { key, alert };
}

function alertFrame(
  tenant: Tenant,
  rule: StoredObject,
  { id, moment, activity }: Readonly<Record<"id" | "moment" | "activity", string>>,
): SecurityAlert {
  const template = innerOf(rule["detectionAction"], "alertTemplate");
  const [tactic] = objectsIn(innerOf(template, "tactics"));
  return {
    id,
    providerAlertId: id,
    incidentId: null,
    status: "new",
    severity: jsonText(innerOf(template, "severity")) as SecurityAlert["severity"],
    classification: null,
    determination: null,
    serviceSource: "microsoft365Defender",
    detectionSource: "customDetection",
    productName: "Microsoft Defender XDR",
    detectorId: rule.id,
    tenantId: tenant.id,
    title: null,
    description: null,
    recommendedActions: jsonText(innerOf(template, "recommendedActions")) || null,
    category: jsonText(tactic?.["tactic"]) || null,
    assignedTo: null,
    alertWebUrl: `${clouds.public.portal}/alerts/${id}?tid=${tenant.id}`,
    incidentWebUrl: null,
    actorDisplayName: null,
    threatDisplayName: null,
    threatFamilyName: null,
    mitreTechniques: objectsIn(tactic?.["techniques"]).flatMap(techniques),
    createdDateTime: moment,
    lastUpdateDateTime: moment,
    resolvedDateTime: null,
    firstActivityDateTime: activity,
    lastActivityDateTime: activity,
    systemTags: [],
    alertPolicyId: null,
    comments: [],
    evidence: [],
  };
}

function techniques({ technique, subTechniques }: Readonly<Record<string, Json>>): string[] {
  const below = textsIn(subTechniques);
  return below.length > 0 ? below : [jsonText(technique)];
}

/** `{{Column}}` in a text becomes the row's value. */
function filledIn(text: Json | undefined, row: ResultRow): string {
  return jsonText(text).replace(/\{\{\s*([^}]*?)\s*\}\}/g, (_all, column: string) => rowText(row, column));
}

function customDetails(details: Json | undefined, row: ResultRow): Record<string, string> {
  const pairs = Object.entries(isObject(details) ? details : {});
  return Object.fromEntries(pairs.map(([name, column]) => [name, rowText(row, jsonText(column))]));
}
