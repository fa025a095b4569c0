/** The objects of a new tenant, in all of its services. */
import { fillSubscriptions } from "../azure/subscriptions";
import type { TenantMaker } from "../cloud/tenantMaker";
import { fillDirectory, verifyDescribedDomain } from "../graph/newDirectory";

export const newTenant: TenantMaker = {
  fill: (tenant, description) => {
    fillDirectory(tenant, description);
    fillSubscriptions(tenant);
  },
  verifyDomain: verifyDescribedDomain,
};
