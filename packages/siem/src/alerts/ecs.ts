/**
 * The Elastic Common Schema, version 8.17. Source: Elastic, "ECS field reference": event, message,
 * rule, organization, host, user, file, process, threat, related.
 */
import { isIP } from "node:net";
import type { AlertRecord } from "@defender-mssp/microsoft";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import type { FetchedAlert } from "./fetchedAlert";
import { filePath } from "./filePath";

/** As in CEF. ECS leaves the numbers to the source. */
export const severities: Readonly<Record<AlertRecord["severity"], number | undefined>> = {
  informational: 1,
  low: 3,
  medium: 6,
  high: 8,
  unknown: undefined,
};

/** An alert as a document: the schema's fields, and the whole record below `defender`. */
export function recordAsEcs({ record }: FetchedAlert): string {
  const { id, createdAt, title, tenantId } = record;
  return visibleJson(
    present({
      "@timestamp": createdAt,
      ecs: { version: "8.17.0" },
      message: title,
      event: present({
        id,
        kind: "alert",
        module: "defender",
        dataset: "defender.alert",
        provider: record.detectionSource,
        severity: severities[record.severity],
        start: record.firstActivityAt,
        end: record.lastActivityAt,
        url: record.url,
        reason: record.description,
      }),
      rule: present({ id: record.detectorId, name: title, category: record.category }),
      organization: { id: tenantId },
      ...entities(record),
      threat: record.mitreTechniques.length === 0 ? undefined : { technique: { id: record.mitreTechniques } },
      related: related(record),
      defender: record,
    }),
  );
}

/** The first of each list; ECS has room for one. */
function entities({ devices, users, files, processes }: AlertRecord): Record<string, unknown> {
  const [device, user, file, process] = [devices[0], users[0], files[0], processes[0]];
  return {
    host:
      device &&
      present({ id: device.id, name: device.name, hostname: device.dnsName, ip: addresses(device.ipAddresses) }),
    user: user && present({ name: user.name, domain: user.domain, email: user.userPrincipalName }),
    file:
      file &&
      present({
        name: file.name,
        path: filePath(file),
        hash: present({ sha1: file.sha1, sha256: file.sha256, md5: file.md5 }),
      }),
    process: process && present({ pid: process.id, name: process.fileName, command_line: process.commandLine }),
  };
}

function related({ devices, users, files, ipAddresses }: AlertRecord): Record<string, unknown> | undefined {
  return present({
    hosts: distinct(devices.map(({ name }) => name)),
    user: distinct(users.flatMap(({ name, userPrincipalName }) => [name, userPrincipalName])),
    ip: distinct(addresses([...ipAddresses, ...devices.flatMap((device) => device.ipAddresses)])),
    hash: distinct(files.flatMap(({ sha1, sha256, md5 }) => [sha1, sha256, md5])),
  });
}

/**
 * The server refuses a document with any other text in a field of this type. The zone of a
 * link-local address, such as `%eth0`, is of one machine alone and no part of it.
 */
export function addresses(texts: readonly string[]): string[] {
  return texts.map((text) => text.replace(/%.*$/, "")).filter((text) => isIP(text) !== 0);
}

export function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))];
}

/** Without missing values and empty lists; undefined where nothing is left. */
export function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const known = Object.entries(fields).filter(
    ([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return known.length === 0 ? undefined : Object.fromEntries(known);
}
