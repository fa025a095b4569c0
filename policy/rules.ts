/** The rules, in the order of docs/policy.md. */
import { accessPackages } from "./rules/accessPackages";
import { apiPermissions } from "./rules/apiPermissions";
import { azureRoles } from "./rules/azureRoles";
import { clientSecretsExpire } from "./rules/clientSecretsExpire";
import { directoryRoles } from "./rules/directoryRoles";
import { federatedInsteadOfSecret } from "./rules/federatedInsteadOfSecret";
import { guestCount } from "./rules/guestCount";
import { guestDomains } from "./rules/guestDomains";
import { guestsInTheirGroups } from "./rules/guestsInTheirGroups";
import { keyVaults } from "./rules/keyVaults";
import { knownResourceTypes } from "./rules/knownResourceTypes";
import { notificationRules } from "./rules/notificationRules";
import { owners } from "./rules/owners";
import { redirectUris } from "./rules/redirectUris";
import { roleAssignableGroups } from "./rules/roleAssignableGroups";
import { singleTenantApplications } from "./rules/singleTenantApplications";
import { typedDynamicResources } from "./rules/typedDynamicResources";
import type { Rule } from "./rule";

export const rules: readonly Rule[] = [
  clientSecretsExpire,
  federatedInsteadOfSecret,
  redirectUris,
  singleTenantApplications,
  apiPermissions,
  directoryRoles,
  guestDomains,
  guestCount,
  roleAssignableGroups,
  owners,
  notificationRules,
  accessPackages,
  keyVaults,
  azureRoles,
  typedDynamicResources,
  guestsInTheirGroups,
  knownResourceTypes,
];
