/** The tenant's organization and domains. */
import { entity, list } from "../answers";
import { get } from "../directory";
import { permissions } from "../permissions";
import { bothVersions, parameter, type Route } from "../route";

const versions = bothVersions;

export const tenantRoutes: readonly Route[] = (["organization", "domains"] as const).flatMap((entitySet): Route[] => {
  const needed = entitySet === "organization" ? permissions.readOrganization : permissions.readDomains;
  return [
    {
      method: "GET",
      path: `/${entitySet}`,
      versions,
      permissions: needed,
      handle: (call) => list(call, entitySet, call.tenant.objects(entitySet).values()),
    },
    {
      method: "GET",
      path: `/${entitySet}/{id}`,
      versions,
      permissions: needed,
      handle: (call) => entity(call, entitySet, get(call.tenant, entitySet, parameter(call, "id"))),
    },
  ];
});
