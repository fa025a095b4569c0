/**
 * `domainDnsRecord` and the types that derive from it. Read only.
 * https://learn.microsoft.com/graph/api/resources/domaindnsrecord
 */
import { boolean, computed, int32, readOnly, string, type EntityProperties } from "./property";

/** What every record has. */
export const domainDnsRecord: EntityProperties = {
  id: string({ ...computed }),
  isOptional: boolean({ ...readOnly, nullable: false, default: false }),
  label: string({ ...computed }),
  recordType: string(readOnly),
  supportedService: string({ ...computed }),
  ttl: int32({ ...readOnly, nullable: false, default: 3600 }),
};

export const domainDnsMxRecord: EntityProperties = {
  ...domainDnsRecord,
  mailExchange: string({ ...computed }),
  preference: int32(readOnly),
};

export const domainDnsTxtRecord: EntityProperties = { ...domainDnsRecord, text: string({ ...computed }) };
