/**
 * An alert in the Open Cybersecurity Schema Framework, version 1.8.0: Detection Finding, class 2004.
 * Source: schema.ocsf.io, 1.8.0. docs/ocsf.md has the mapping.
 */
import type { AlertFile, AlertRecord } from "@defender-mssp/microsoft";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { addresses, distinct, present } from "./ecs";
import type { FetchedAlert } from "./fetchedAlert";
import { filePath } from "./filePath";

type Ids = ReadonlyMap<string, number>;
const classNames = { 2004: "Detection Finding", 2005: "Incident Finding" } as const;
const severityNames = ["Unknown", "Informational", "Low", "Medium", "High"];
const severityIds = { unknown: 0, informational: 1, low: 2, medium: 3, high: 4 } as const;
/** Of a detection and an incident alike. 0 is unknown, 99 a value that the schema does not have. */
const statusIds: Ids = new Map(Object.entries({ new: 1, active: 1, inProgress: 2, resolved: 4 }));
const verdictIds: Ids = new Map(
  Object.entries({ falsePositive: 1, truePositive: 2, informationalExpectedActivity: 5 }),
);

/** The fields of every finding. */
export function finding(
  record: Pick<AlertRecord, "id" | "tenantId" | "title" | "severity" | "status" | "classification" | "assignedTo">,
  { activity, uid, product, time }: { activity: number; uid: 2004 | 2005; product: string; time: string },
) {
  const { id, tenantId, title, severity, status, classification, assignedTo } = record;
  const enumId = (ids: Ids, value: string | null): number =>
    value === null || value === "unknown" ? 0 : (ids.get(value) ?? 99);
  const vendorProduct = { name: product, vendor_name: "Microsoft" };
  return {
    activity_id: activity,
    category_uid: 2,
    class_uid: uid,
    class_name: classNames[uid],
    type_uid: uid * 100 + activity,
    time: Date.parse(time),
    severity_id: severityIds[severity],
    severity: severityNames[severityIds[severity]],
    message: title,
    status,
    status_id: enumId(statusIds, status),
    verdict: classification,
    verdict_id: enumId(verdictIds, classification),
    assignee: assignedTo && { name: assignedTo },
    metadata: { version: "1.8.0", profiles: ["incident"], uid: id, tenant_uid: tenantId, product: vendorProduct },
  };
}

export function findingInfo(record: AlertRecord) {
  const { alertId, title, description, category, detectorId, detectionSource, mitreTechniques, url } = record;
  const time = (text: string | null) => (text === null ? null : Date.parse(text));
  return present({
    uid: alertId,
    title,
    desc: description,
    types: category && [category],
    // Readers want a name, and the record has no other than the alert's.
    analytic: detectorId && { uid: detectorId, name: title, type_id: 0 },
    data_sources: detectionSource && [detectionSource],
    attacks: mitreTechniques.map((technique) => {
      const [uid] = technique.split(".");
      return { technique: { uid }, ...(uid === technique ? {} : { sub_technique: { uid: technique } }) };
    }),
    created_time: time(record.createdAt),
    modified_time: time(record.updatedAt),
    first_seen_time: time(record.firstActivityAt),
    last_seen_time: time(record.lastActivityAt),
    src_url: url,
  });
}

/** Every field of the record is in the schema's place, or below `unmapped`. */
export function recordAsOcsf({ record }: FetchedAlert): string {
  const { api, determination, incidentId, incidentUrl, threatName, threatFamily, recommendedActions } = record;
  const { devices, users, files, processes, urls } = record;
  const ips = distinct(addresses([...record.ipAddresses, ...devices.flatMap(({ ipAddresses }) => ipAddresses)]));
  const named = files.filter(({ name }) => name !== null);
  const running = processes.filter(({ id }) => id !== null);
  return visibleJson(
    present({
      ...finding(record, { activity: 1, uid: 2004, product: record.product, time: record.createdAt }),
      is_alert: true,
      finding_info: findingInfo(record),
      evidences: [
        ...devices.map((device) => ({ device: ocsfDevice(device) })),
        ...users.map(({ name, userPrincipalName, domain }) => {
          const user = { name: name ?? userPrincipalName, email_addr: userPrincipalName, domain, type_id: 0 };
          return { user: user.name && present(user) };
        }),
        ...named.map((file) => ({ file: ocsfFile(file) })),
        ...running.map(({ id, fileName, commandLine }) => ({
          process: present({ pid: id, name: fileName, cmd_line: commandLine }),
        })),
        ...urls.map((url) => ({ url: { url_string: url } })),
      ].filter((evidence) => Object.values(evidence).some(Boolean)),
      malware: threatName && [{ name: threatName, classification_ids: [0] }],
      observables: ips.map((value) => ({ name: "evidences", type_id: 2, value })),
      remediation: recommendedActions && { desc: recommendedActions },
      unmapped: present({
        api,
        determination,
        incidentId,
        incidentUrl,
        threatFamily,
        deviceTags: distinct(devices.flatMap(({ tags }) => tags)),
        files: files.filter(({ name }) => name === null),
        processes: processes.filter(({ id }) => id === null),
        devices: devices.filter((device) => ocsfDevice(device) === undefined),
        users: users.filter(({ name, userPrincipalName }) => (name ?? userPrincipalName) === null),
      }),
    }),
  );
}

function ocsfDevice({ id, name, dnsName, group, ipAddresses }: AlertRecord["devices"][number]) {
  const [ip] = addresses(ipAddresses);
  const device = present({ uid: id, name, hostname: dnsName, ip, groups: group && [{ name: group }] });
  return device && [id, name, dnsName, ip].some(Boolean) ? { ...device, type_id: 0 } : undefined;
}

/** Algorithms of `fingerprint`: MD5, SHA-1, SHA-256. */
function ocsfFile(file: AlertFile) {
  const hashes = [file.md5, file.sha1, file.sha256].flatMap((value, index) =>
    value === null ? [] : [{ algorithm_id: index + 1, value }],
  );
  return present({ name: file.name, path: filePath(file), type_id: 0, hashes });
}
