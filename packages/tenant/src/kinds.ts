/** Every kind of access that a tenant knows. One without a call says why. */
import { notHeld, type KindDefaults, type KindRow } from "./kind";
import { notApplicable } from "./kindCell";
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

const rows = {
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
} as const satisfies Readonly<Record<KindKey, KindRow>>;

type TenantKinds = {
  readonly [Key in KindKey]: Omit<KindDefaults, keyof (typeof rows)[Key]> & (typeof rows)[Key] & { readonly key: Key };
};

/** In the order in which people read of them. */
export const tenantKinds = Object.fromEntries(
  Object.entries(rows).map(([key, row]) => {
    const defaults: KindDefaults = {
      plural: `${row.singular}s`,
      place: "customer's tenant",
      held: notApplicable(notHeld),
    };
    return [key, { ...defaults, ...row, key }];
  }),
) as unknown as TenantKinds;
