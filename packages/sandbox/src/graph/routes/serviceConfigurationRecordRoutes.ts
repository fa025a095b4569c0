/**
 * The DNS records that a domain needs for Microsoft's services.
 * https://learn.microsoft.com/graph/api/domain-list-serviceconfigurationrecords
 */
import type { StoredObject } from "../../cloud/model";
import { derivedId } from "../../cloud/identity";
import { listDerived } from "../answers";
import { get } from "../directory";
import { odataType } from "../entities";
import { textsIn } from "../json";
import { complete } from "../objects";
import { permissions } from "../permissions";
import { parameter, route, type Call, type Route, type RouteAnswer } from "../route";

export const serviceConfigurationRecordRoutes: readonly Route[] = [
  route("GET", "/domains/{id}/serviceConfigurationRecords", permissions.readDomainRecords, records, {
    versions: ["v1.0"],
  }),
];

function records(call: Call): RouteAnswer {
  const domain = get(call.tenant, "domains", parameter(call, "id"));
  return listDerived(call, {
    base: "domainDnsRecords",
    derived: ["domainDnsMxRecords", "domainDnsTxtRecords"],
    objects: textsIn(domain["supportedServices"]).includes("Email") ? mailRecords(call.tenant.id, domain.id) : [],
    name: `domains('${domain.id}')/serviceConfigurationRecords`,
  });
}

/**
 * The two records of the page's example, the text as
 * https://learn.microsoft.com/defender-office-365/email-authentication-spf-configure has it. Those of other services are
 * not emulated.
 */
function mailRecords(tenantId: string, domain: string): StoredObject[] {
  const record = (recordType: string) => ({
    id: derivedId(tenantId, `serviceConfigurationRecords/${domain}/${recordType}`),
    isOptional: false,
    label: domain,
    recordType,
    supportedService: "Email",
    ttl: 3600,
  });
  return [
    {
      "@odata.type": odataType("domainDnsMxRecords"),
      ...complete("domainDnsMxRecords", {
        ...record("Mx"),
        mailExchange: `${domain.replaceAll(".", "-")}.mail.protection.outlook.com`,
        preference: 0,
      }),
    },
    {
      "@odata.type": odataType("domainDnsTxtRecords"),
      ...complete("domainDnsTxtRecords", {
        ...record("Txt"),
        text: "v=spf1 include:spf.protection.outlook.com -all",
      }),
    },
  ];
}
