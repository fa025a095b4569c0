/** What the tenant is: its organization, domains, settings and partners' relationships. */
import { complete } from "../objects";
import { refuseOptions } from "../odata/query";
import { permissions } from "../permissions";
import type { Route } from "../route";
import { asSent, entityRoutes } from "./entityRoutes";

const versions = ["v1.0"] as const;

export const tenantRoutes: readonly Route[] = [
  ...entityRoutes({
    entitySet: "organization",
    read: permissions.readOrganization,
    write: permissions.writeOrganization,
    change: asSent,
  }),
  ...entityRoutes({
    entitySet: "domains",
    read: permissions.readDomains,
    write: permissions.writeDomains,
    change: ({ tenant }, values) => {
      if (values["isDefault"] === true)
        for (const domain of tenant.objects("domains").values()) domain["isDefault"] = false;
      return values;
    },
  }),
  // Partner Center makes them, in the partner's tenant: the sandbox only shows those that a test or a person puts there.
  // https://learn.microsoft.com/graph/api/tenantrelationship-list-delegatedadminrelationships
  ...entityRoutes({
    entitySet: "delegatedAdminRelationships",
    path: "tenantRelationships/delegatedAdminRelationships",
    versions,
    read: permissions.readDelegatedAdminRelationships,
  }),
  // https://learn.microsoft.com/graph/api/sharepointsettings-get. Its example wraps the settings in `value`; Graph's
  // metadata, and what clients of other parties read, has one object.
  ...entityRoutes({
    entitySet: "sharepointSettings",
    versions,
    read: permissions.readSharePointSettings,
    single: () => complete("sharepointSettings", { id: "sharepointSettings" }),
  }),
  // One object, whose ID is the tenant's: https://learn.microsoft.com/graph/api/onpremisesdirectorysynchronization-get
  ...entityRoutes({
    entitySet: "onPremisesSynchronization",
    versions,
    read: permissions.readDirectorySynchronization,
    objects: ({ tenant, query }) => {
      // "This method supports the $select OData query parameter"
      refuseOptions(query, ["$select"]);
      return [complete("onPremisesSynchronization", { id: tenant.id })];
    },
  }),
];
