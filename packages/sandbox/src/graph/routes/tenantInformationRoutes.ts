/**
 * What a tenant may know of every other tenant: its name and its default domain.
 * https://learn.microsoft.com/graph/api/tenantrelationship-findtenantinformationbytenantid,
 * …-findtenantinformationbydomainname
 */
import type { Json, Tenant } from "../../cloud/model";
import { notFound } from "../graphErrors";
import { permissions } from "../permissions";
import { bothVersions, context, ok, parameter, type Call, type Route } from "../route";

const root = "/tenantRelationships";
const common = { method: "GET", versions: bothVersions, permissions: permissions.readTenantInformation } as const;

export const tenantInformationRoutes: readonly Route[] = [
  {
    ...common,
    path: `${root}/findTenantInformationByTenantId(tenantId='{tenantId}')`,
    handle: (call) => {
      const id = parameter(call, "tenantId").toLowerCase();
      return answer(call, call.cloud.hasTenant(id) ? call.cloud.tenant(id) : undefined, id);
    },
  },
  {
    ...common,
    path: `${root}/findTenantInformationByDomainName(domainName='{domainName}')`,
    handle: (call) => {
      const name = parameter(call, "domainName");
      return answer(call, call.cloud.tenantOfDomain(name), name);
    },
  },
];

/** The text of the 404 is that of other objects: the service's own is not documented. */
function answer(call: Call, tenant: Tenant | undefined, asked: string) {
  if (tenant === undefined) throw notFound(asked);
  return ok({
    "@odata.context": context(call, "microsoft.graph.tenantInformation"),
    tenantId: tenant.id,
    federationBrandName: null,
    displayName: tenant.objects("organization").get(tenant.id)?.["displayName"] ?? null,
    defaultDomainName: defaultDomain(tenant),
  });
}

function defaultDomain(tenant: Tenant): Json {
  return [...tenant.objects("domains").values()].find(({ isDefault }) => isDefault === true)?.id ?? null;
}
