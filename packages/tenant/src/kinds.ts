/** Every kind of access that a tenant knows. One without a call says why. */
import type { TenantKind } from "./kind";
import type { KindKey } from "./kindKey";
import { accessPackages } from "./kinds/accessPackages";
import { applications } from "./kinds/applications";
import { azureResources } from "./kinds/azureResources";
import { defenderRoles } from "./kinds/defenderRoles";
import { defenderSettings } from "./kinds/defenderSettings";
import { directoryRoles } from "./kinds/directoryRoles";
import { people } from "./kinds/people";
import { servicePrincipals } from "./kinds/servicePrincipals";
import { stackState } from "./kinds/stackState";
import { trusts } from "./kinds/trusts";

/** In the order in which people read of them. */
export const tenantKinds = {
  ...people,
  ...directoryRoles,
  ...defenderRoles,
  ...accessPackages,
  ...applications,
  ...servicePrincipals,
  ...defenderSettings,
  ...trusts,
  ...azureResources,
  ...stackState,
} as const satisfies { readonly [Key in KindKey]: TenantKind & { readonly key: Key } };
