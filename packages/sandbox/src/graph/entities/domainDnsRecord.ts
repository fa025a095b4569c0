/**
 * `domainDnsRecord` and the types that derive from it. Read only.
 * https://learn.microsoft.com/graph/api/resources/domaindnsrecord
 */
import { boolean, computed, int32, readOnly, string, type EntityProperties } from "./property";
import { plainSet } from "./entitySet";

/** What every record has. */
const domainDnsRecord: EntityProperties = {
  id: string({ ...computed }),
  isOptional: boolean({ ...readOnly, nullable: false, default: false }),
  label: string({ ...computed }),
  recordType: string(readOnly),
  supportedService: string({ ...computed }),
  ttl: int32({ ...readOnly, nullable: false, default: 3600 }),
};

const domainDnsMxRecord: EntityProperties = {
  ...domainDnsRecord,
  mailExchange: string({ ...computed }),
  preference: int32(readOnly),
};

const domainDnsTxtRecord: EntityProperties = { ...domainDnsRecord, text: string({ ...computed }) };

export const domainDnsRecordSets = {
  /** Answers from the domains; none is stored. */
  domainDnsRecords: plainSet("domainDnsRecord", domainDnsRecord),
  domainDnsMxRecords: plainSet("domainDnsMxRecord", domainDnsMxRecord),
  domainDnsTxtRecords: plainSet("domainDnsTxtRecord", domainDnsTxtRecord),
};
