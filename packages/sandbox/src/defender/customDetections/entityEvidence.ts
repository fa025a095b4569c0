/** The evidence of a custom detection's alert: what the rule's entity mappings name in a row of its query. */
import type { SecurityAlertEvidence } from "@defender-mssp/microsoft";
import type { Json } from "../../cloud/model";
import { innerOf, jsonText, objectsIn, type JsonObject } from "../../graph/json";

/** A row of a query's result. */
export type ResultRow = Readonly<Record<string, unknown>>;

/** Values of a mapping by the mapped name, such as `deviceId`; a column without a value is left out. */
type Entity = Readonly<Record<string, string>>;

/** One piece of evidence for each entity, devices first; equal ones once. */
export function entityEvidence(mappings: Json | undefined, row: ResultRow, created: string): SecurityAlertEvidence[] {
  const pieces = Object.entries(shapes).flatMap(([set, shape]) =>
    objectsIn(innerOf(mappings, set))
      .map((mapping) => entity(mapping, row))
      .filter((values) => Object.keys(values).length > 0)
      .map((values) => ({ ...common(shape.type, created), ...shape.properties(values) })),
  );
  return [...new Map(pieces.map((piece) => [JSON.stringify(piece), piece as SecurityAlertEvidence])).values()];
}

function entity(mapping: JsonObject, row: ResultRow): Entity {
  const values = Object.entries(mapping).flatMap(([name, column]) => {
    const value = rowText(row, jsonText(column));
    return name.endsWith("Column") && value !== "" ? [[name.slice(0, -"Column".length), value]] : [];
  });
  return Object.fromEntries(values) as Entity;
}

/** Text of a value in a row; empty if there is none. */
export function rowText(row: ResultRow, column: string): string {
  const value = row[column];
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}

function common(type: string, created: string) {
  return {
    "@odata.type": `#microsoft.graph.security.${type}Evidence`,
    createdDateTime: created,
    verdict: "unknown",
    remediationStatus: "none",
    remediationStatusDetails: null,
    roles: [],
    detailedRoles: [],
    tags: [],
  };
}

interface EvidenceShape {
  readonly type: string;
  readonly properties: (values: Entity) => object;
}

/** By the collection of `entityMappings`. Other collections give no evidence here. */
const shapes: Readonly<Record<string, EvidenceShape>> = {
  hosts: {
    type: "device",
    properties: ({ deviceId = null, name = null }) => ({
      mdeDeviceId: deviceId,
      azureAdDeviceId: null,
      deviceDnsName: name,
      hostName: name?.split(".")[0] ?? null,
    }),
  },
  accounts: {
    type: "user",
    properties: ({ name = null, ntDomain = null, sid = null, aadUserId = null, upn = null }) => ({
      stream: null,
      userAccount: {
        accountName: name,
        domainName: ntDomain,
        userSid: sid,
        azureAdUserId: aadUserId,
        userPrincipalName: upn,
        displayName: null,
      },
    }),
  },
  files: {
    type: "file",
    properties: ({ sha1 = null, sha256 = null, name = null }) => ({
      detectionStatus: "detected",
      mdeDeviceId: null,
      fileDetails: {
        sha1,
        sha256,
        md5: null,
        fileName: name,
        filePath: null,
        fileSize: null,
        filePublisher: null,
        signer: null,
        issuer: null,
      },
    }),
  },
  ips: {
    type: "ip",
    properties: ({ address = null }) => ({ ipAddress: address, countryLetterCode: null, location: null, stream: null }),
  },
  urls: { type: "url", properties: ({ address = null }) => ({ url: address }) },
  mailboxes: {
    type: "mailbox",
    properties: ({ primaryAddress = null }) => ({ primaryAddress, displayName: null, upn: null, userAccount: null }),
  },
};
