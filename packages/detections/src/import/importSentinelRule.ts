/** An analytics rule of Microsoft Sentinel: YAML of Azure-Sentinel, or the properties of an ARM resource. */
import { isRecord, recordsOf, textsOf, type JsonRecord } from "@defender-mssp/errors/json";
import { attackTactics } from "@defender-mssp/microsoft";
import { importedName, keptAsComments, oneLine, textAt, type ImportedRule } from "./importedRule";
import { nestedTechniques } from "@defender-mssp/microsoft";

const carried = new Set([
  ...["name", "displayName", "description", "query", "queryFrequency", "severity", "tactics", "relevantTechniques"],
  ...[
    "techniques",
    "subTechniques",
    "entityMappings",
    "customDetails",
    "alertDetailsOverride",
    "eventGroupingSettings",
  ],
  ...["kind", "enabled", "status", "triggerOperator", "triggerThreshold", "queryPeriod"],
]);

/** @returns a sentence about what can't be a custom detection, or the rule. */
export function importSentinelRule(source: JsonRecord): ImportedRule | string {
  const kind = textAt(source, "kind") ?? "Scheduled";
  if (!/^(scheduled|nrt)$/i.test(kind))
    return `a rule of the kind ${kind} has no query, so it can't be a custom detection`;
  const notes: string[] = [];
  const displayName = oneLine(textAt(source, "name") ?? textAt(source, "displayName") ?? "");
  const override = isRecord(source["alertDetailsOverride"]) ? source["alertDetailsOverride"] : {};
  const dynamic = Object.keys(override).filter((key) => !/^alert(DisplayName|Description)Format$/.test(key));
  if (dynamic.length > 0)
    notes.push(`alertDetailsOverride: ${dynamic.join(", ")} can't be dynamic in a custom detection`);
  const comments = keptAsComments(source, (key) => !carried.has(key), notes);
  const { enabled } = source;
  if (typeof enabled !== "boolean") notes.push("status: the format has none, so written as disabled");
  const content = {
    displayName,
    description: textAt(source, "description")?.replaceAll(/^'|'$/g, "").trim(),
    status: enabled === true ? "enabled" : "disabled",
    queryText: textAt(source, "query"),
    schedule: { frequency: frequency(source, kind, notes) },
    alertTemplate: {
      title: oneLine(textAt(override, "alertDisplayNameFormat") ?? displayName),
      description: textAt(override, "alertDescriptionFormat"),
      severity: textAt(source, "severity")?.toLowerCase(),
      tactics: tactics(source, notes),
      customDetails: isRecord(source["customDetails"]) ? source["customDetails"] : undefined,
      entityMappings: entities(source, notes),
      eventGroupingKind: grouping(source),
    },
  };
  trigger(source, notes);
  return { name: importedName(displayName), content, notes, comments };
}

function frequency(source: JsonRecord, kind: string, notes: string[]): string {
  if (/^nrt$/i.test(kind)) return "PT0S";
  const every = duration(textAt(source, "queryFrequency") ?? "1h");
  const period = textAt(source, "queryPeriod");
  if (period !== undefined && duration(period) !== every)
    notes.push(
      `queryPeriod ${period}: the window of a custom detection follows from its frequency, so limit the time in the query`,
    );
  return every;
}

/** `1h` of the YAML, `PT1H` of ARM. */
function duration(text: string): string {
  const [, number, unit = ""] = /^(\d+)([dhm])$/i.exec(text) ?? [];
  if (number === undefined) return text;
  return unit.toLowerCase() === "d" ? `P${number}D` : `PT${number}${unit.toUpperCase()}`;
}

function trigger(source: JsonRecord, notes: string[]): void {
  const { triggerOperator: operator = "gt", triggerThreshold: threshold = 0 } = source;
  if (/^(gt|greaterthan)$/i.test(String(operator)) && Number(threshold) === 0) return;
  notes.push(
    `trigger ${String(operator)} ${String(threshold)}: a custom detection alerts on each row, so count in the query`,
  );
}

function tactics(source: JsonRecord, notes: string[]) {
  const [first, ...others] = textsOf(source["tactics"]).map((tactic) => tactic.replaceAll(/\s/g, ""));
  const techniques = [
    ...textsOf(source["relevantTechniques"]),
    ...textsOf(source["techniques"]),
    ...textsOf(source["subTechniques"]),
  ];
  if (first === undefined) return undefined;
  if (others.length > 0) notes.push(`tactics: a custom detection has one; ${others.join(", ")} not carried over`);
  const known = attackTactics.find((tactic) => tactic.toLowerCase() === first.toLowerCase()) ?? first;
  return [{ tactic: known, ...(techniques.length === 0 ? {} : { techniques: nestedTechniques(techniques) }) }];
}

function grouping(source: JsonRecord): string | undefined {
  const settings = source["eventGroupingSettings"];
  const kind = isRecord(settings) ? textAt(settings, "aggregationKind")?.toLowerCase() : undefined;
  return kind === undefined ? undefined : kind === "alertperresult" ? "alertPerEvent" : "singleAlert";
}

/** Sentinel's entity type → Graph's collection, and its identifiers → Graph's columns. Others have none. */
const entityTargets: Readonly<
  Record<string, { readonly collection: string; readonly columns: Readonly<Record<string, string>> }>
> = {
  account: {
    collection: "accounts",
    columns: {
      name: "nameColumn",
      fullname: "nameColumn",
      displayname: "nameColumn",
      ntdomain: "ntDomainColumn",
      dnsdomain: "dnsDomainColumn",
      upnsuffix: "upnSuffixColumn",
      sid: "sidColumn",
      aaduserid: "aadUserIdColumn",
      objectguid: "aadUserIdColumn",
    },
  },
  host: {
    collection: "hosts",
    columns: {
      hostname: "nameColumn",
      fullname: "nameColumn",
      netbiosname: "netBiosNameColumn",
      dnsdomain: "dnsDomainColumn",
      ntdomain: "ntDomainColumn",
      azureid: "deviceIdColumn",
      omsagentid: "deviceIdColumn",
    },
  },
  ip: { collection: "ips", columns: { address: "addressColumn" } },
  url: { collection: "urls", columns: { url: "addressColumn" } },
  file: { collection: "files", columns: { name: "nameColumn" } },
  mailbox: {
    collection: "mailboxes",
    columns: { mailboxprimaryaddress: "primaryAddressColumn", upn: "primaryAddressColumn" },
  },
  mailmessage: {
    collection: "mailMessages",
    columns: {
      networkmessageid: "networkMessageIdColumn",
      recipient: "recipientColumn",
      subject: "subjectColumn",
      p1sender: "senderColumn",
      p2sender: "senderColumn",
      sender: "senderColumn",
    },
  },
  azureresource: { collection: "azureResources", columns: { resourceid: "resourceIdColumn" } },
  cloudapplication: { collection: "cloudApplications", columns: { appid: "appIdColumn", name: "nameColumn" } },
  dns: { collection: "dns", columns: { domainname: "domainNameColumn" } },
  registrykey: { collection: "registryValues", columns: { key: "keyColumn" } },
  registryvalue: { collection: "registryValues", columns: { name: "valueNameColumn" } },
};

function entities(source: JsonRecord, notes: string[]): JsonRecord {
  const mapped: Record<string, Record<string, string>[]> = {};
  for (const { entityType, fieldMappings } of recordsOf(source["entityMappings"])) {
    const type = String(entityType);
    const fields = recordsOf(fieldMappings).map(({ identifier, columnName }) => ({
      identifier: String(identifier),
      column: String(columnName),
    }));
    if (type.toLowerCase() === "filehash") {
      hashEntity(fields, mapped, notes);
      continue;
    }
    const target = entityTargets[type.toLowerCase()];
    if (target === undefined) {
      notes.push(
        `entity ${type}: a custom detection has none; show ${fields.map(({ column }) => column).join(", ")} as custom details`,
      );
      continue;
    }
    const columns: Record<string, string> = {};
    // A whole name, such as host.domain, stands only where its parts have no column.
    const wholeLast = [false, true].flatMap((isWhole) =>
      fields.filter(({ identifier }) => /^(?:full|display)name$/i.test(identifier) === isWhole),
    );
    for (const { identifier, column } of wholeLast) {
      const named = target.columns[identifier.toLowerCase()];
      // Public rules write user principal names as FullName.
      const isUpn =
        named === "nameColumn" && type.toLowerCase() === "account" && /upn$|userprincipalname$/i.test(column);
      const key = isUpn ? "upnColumn" : named;
      if (key === undefined) notes.push(`entity ${type} ${identifier} (${column}): not carried over`);
      else if (columns[key] === undefined) columns[key] = column;
      else notes.push(`entity ${type} ${identifier} (${column}): not carried over, ${key} is ${columns[key]}`);
    }
    if (Object.keys(columns).length === 0) continue;
    const list = (mapped[target.collection] ??= []);
    // Sentinel has the key and the value of a registry entry apart.
    const partner =
      target.collection === "registryValues"
        ? list.find((entry) => !Object.keys(columns).some((key) => key in entry))
        : undefined;
    if (partner === undefined) list.push(columns);
    else Object.assign(partner, columns);
  }
  return mapped;
}

/** The column of the hash; the algorithm is a column or a constant. */
function hashEntity(
  fields: readonly { readonly identifier: string; readonly column: string }[],
  mapped: Record<string, Record<string, string>[]>,
  notes: string[],
): void {
  const value = fields.find(({ identifier }) => /^value$/i.test(identifier))?.column;
  if (value === undefined) return;
  const algorithm = fields.find(({ identifier }) => /^algorithm$/i.test(identifier))?.column ?? "";
  const key = /256/.test(`${algorithm} ${value}`) ? "sha256Column" : "sha1Column";
  if (!/1|256/.test(`${algorithm} ${value}`))
    notes.push(`entity FileHash (${value}): the algorithm is not known, so taken as SHA1`);
  (mapped["files"] ??= []).push({ [key]: value });
}
