/**
 * Advanced hunting: `POST /v1.0/security/runHuntingQuery`, over three tables of the sandbox's
 * detections. https://learn.microsoft.com/graph/api/security-security-runhuntingquery; columns:
 * https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables, those that the sandbox
 * has values for.
 */
import type { FastifyInstance } from "fastify";
import { durationOf } from "@defender-mssp/errors/time";
import type { Caller, Cloud, Json, Tenant } from "../cloud/model";
import { graphOrigin } from "../graph/batch";
import { unreadableRequest } from "../graph/graphErrors";
import { huntedAt, largestHuntingShift } from "./alertOrigins";
import { detectionRetention, latestDetections, type Detection } from "./detections";
import { huntingAnswer, type HuntedColumn, type HuntedRow, type HuntedTable, type HuntedTables } from "./huntingAnswer";
import { answer, requestBody, trimmedMoment } from "./securityApi";

const permissions = ["ThreatHunting.Read.All"];

/**
 * Rows of an answer at most. The older API documents 100,000 and an answer of 124 MB; for Graph's
 * nothing is documented. More is refused here, since a shortened result would be a wrong one.
 */
const largestResult = 100_000;

/** The action's short name, which the page has, and the qualified one, which Microsoft's SDKs send. */
const names = ["runHuntingQuery", "microsoft.graph.security.runHuntingQuery"];

export function huntingRoutes(app: FastifyInstance, cloud: Cloud): void {
  for (const name of names) {
    app.post(`/v1.0/security/${name}`, (request, reply) =>
      answer(cloud, request, reply, permissions, async (caller) => ({
        "@odata.context": `${graphOrigin(cloud, request)}/v1.0/$metadata#microsoft.graph.security.huntingQueryResults`,
        ...(await hunt(cloud, caller, requestBody(request))),
      })),
    );
  }
}

async function hunt(cloud: Cloud, caller: Caller, body: Readonly<Record<string, Json>>): Promise<object> {
  // The document writes Query and Timespan, the metadata and the SDKs query and timespan.
  const parameters = new Map(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]));
  const [query, timespan] = [parameters.get("query"), parameters.get("timespan")];
  if (typeof query !== "string" || query.trim() === "") throw unreadableRequest("The query is missing.");
  const now = cloud.now();
  const span = spanOf(timespan ?? null, now);
  const { columns, rows } = await huntingAnswer(query, tablesOf(cloud, caller, span), now);
  const moments = columns.filter(({ type }) => type === "datetime").map(({ name }) => name);
  const results: object[] = [];
  for (const row of rows) {
    const times: object = Object.fromEntries(moments.map((name) => [name, momentText(row[name])]));
    if (results.push({ ...row, ...times }) <= largestResult) continue;
    throw unreadableRequest(
      "Query execution has exceeded the allowed result size. Optimize your query by limiting the number of results and try again.",
    );
  }
  return { schema: columns.map(({ name, type }) => ({ name, type: wireTypes[type] ?? "Object" })), results };
}

function momentText(value: unknown): unknown {
  const text = value instanceof Date ? value.toISOString() : value;
  return typeof text === "string" ? trimmedMoment(text) : value;
}

/**
 * Types of the answer's schema by Kusto's names.
 * https://learn.microsoft.com/kusto/query/scalar-data-types
 */
const wireTypes: Readonly<Partial<Record<string, string>>> = {
  bool: "SByte",
  datetime: "DateTime",
  decimal: "SqlDecimal",
  guid: "Guid",
  int: "Int32",
  long: "Int64",
  real: "Double",
  string: "String",
  timespan: "TimeSpan",
};

interface Span {
  readonly since: Date;
  readonly until: Date;
}

/** The five forms of the document, with whole days, hours, minutes and seconds. */
function spanOf(text: Json, now: Date): Span {
  if (text === null) return { since: new Date(now.getTime() - detectionRetention), until: now };
  const parts = typeof text === "string" ? text.split("/") : [];
  const [first = NaN, second] = parts.map((part) => durationOf(part) ?? Date.parse(part));
  const [isDuration, endsWithDuration] = parts.map((part) => durationOf(part) !== undefined);
  const isRead = parts.length <= 2 && !Number.isNaN(first) && (second === undefined || !Number.isNaN(second));
  if (!isRead || (isDuration === true && endsWithDuration === true)) {
    throw unreadableRequest(`The timespan ${JSON.stringify(text)} is not valid.`);
  }
  const end = second ?? now.getTime();
  if (isDuration === true) return { since: new Date(end - first), until: new Date(end) };
  return { since: new Date(first), until: new Date(endsWithDuration === true ? first + end : end) };
}

function tablesOf(cloud: Cloud, { tenant }: Caller, { since, until }: Span): HuntedTables {
  const found = () => huntedBetween(cloud, tenant, { since, until });
  return {
    AlertInfo: table(alertInfo, found, (detection) => [infoOf(detection)]),
    AlertEvidence: table(alertEvidence, found, evidenceOf),
    DeviceInfo: table(
      deviceInfo,
      () => newestOfDevices(found()),
      (detection) => [deviceOf(detection)],
    ),
  };
}

/** The detections whose AlertInfo has a time of this span. */
function* huntedBetween(cloud: Cloud, tenant: Tenant, { since, until }: Span): Generator<HuntedDetection, void> {
  const now = cloud.now();
  const from = new Date(since.getTime() - largestHuntingShift);
  const to = new Date(until.getTime() + largestHuntingShift);
  for (const detection of latestDetections(tenant, from, to, now, cloud.detectionInterval)) {
    const hunted = huntedAt(detection, now);
    if (hunted !== undefined && hunted >= since && hunted < until) yield { ...detection, hunted };
  }
}

interface HuntedDetection extends Detection {
  /** Timestamp of its rows. */
  readonly hunted: Date;
}

function newestOfDevices(detections: Iterable<HuntedDetection>): HuntedDetection[] {
  const newest = new Map<string, HuntedDetection>();
  for (const detection of detections) {
    if (!newest.has(detection.device.id)) newest.set(detection.device.id, detection);
  }
  return [...newest.values()];
}

function table(
  columns: readonly HuntedColumn[],
  detections: () => Iterable<HuntedDetection>,
  rowsOf: (detection: HuntedDetection) => readonly HuntedRow[],
): HuntedTable {
  const names = columns.map(({ name }) => name);
  return { columns, rows: () => complete(detections(), rowsOf, names) };
}

function* complete(
  detections: Iterable<HuntedDetection>,
  rowsOf: (detection: HuntedDetection) => readonly HuntedRow[],
  names: readonly string[],
): Generator<HuntedRow, void> {
  for (const detection of detections) {
    for (const row of rowsOf(detection)) yield Object.fromEntries(names.map((name) => [name, row[name] ?? ""]));
  }
}

const time: HuntedColumn = { name: "Timestamp", type: "datetime" };
const texts = (...names: string[]): HuntedColumn[] => names.map((name) => ({ name, type: "string" }));

const alertInfo: readonly HuntedColumn[] = [
  time,
  ...texts("AlertId", "Title", "Category", "Severity", "ServiceSource", "DetectionSource", "AttackTechniques"),
];

const alertEvidence: readonly HuntedColumn[] = [
  ...[time, ...texts("AlertId", "Title", "Categories", "AttackTechniques", "ServiceSource", "DetectionSource")],
  ...texts("EntityType", "EvidenceRole", "FileName", "FolderPath", "SHA1", "SHA256", "AccountName", "AccountDomain"),
  ...texts("DeviceId", "DeviceName", "ProcessCommandLine", "Severity"),
];

const deviceInfo: readonly HuntedColumn[] = [
  time,
  ...texts("DeviceId", "DeviceName", "OSPlatform", "AadDeviceId", "MachineGroup", "OnboardingStatus"),
];

function infoOf({ alertId, hunted, kind, origin }: HuntedDetection): HuntedRow {
  return {
    Timestamp: hunted,
    AlertId: alertId,
    Title: kind.title,
    Category: kind.category,
    Severity: kind.severity,
    ServiceSource: origin.product,
    DetectionSource: origin.detectionSource ?? (kind.source === "EDR" ? "EDR" : "Antivirus"),
    AttackTechniques: JSON.stringify([kind.technique]),
  };
}

function evidenceOf(detection: HuntedDetection): HuntedRow[] {
  const { device, kind, user } = detection;
  const { Category, ...info } = infoOf(detection);
  const common = { ...info, Categories: JSON.stringify([Category]), DeviceId: device.id, DeviceName: device.dnsName };
  const account = { AccountName: user, AccountDomain: device.domain };
  const file = { FileName: kind.file, FolderPath: kind.folder, SHA1: detection.sha1, SHA256: detection.sha256 };
  return [
    { ...common, EntityType: "Machine", EvidenceRole: "Impacted" },
    {
      ...common,
      ...account,
      ...file,
      EntityType: "Process",
      EvidenceRole: "Related",
      ProcessCommandLine: kind.commandLine,
    },
    { ...common, ...account, EntityType: "User", EvidenceRole: "Impacted" },
  ];
}

function deviceOf({ device, hunted }: HuntedDetection): HuntedRow {
  return {
    Timestamp: hunted,
    DeviceId: device.id,
    DeviceName: device.dnsName,
    OSPlatform: device.name.startsWith("srv") ? "WindowsServer2022" : "Windows11",
    AadDeviceId: device.entraDeviceId,
    MachineGroup: device.group,
    OnboardingStatus: "Onboarded",
  };
}
