/** The rules: who gets something, then what, then the stack as a whole. */
import { activations } from "./rules/activations";
import { accessPackages } from "./rules/accessPackages";
import { apiPermissions } from "./rules/apiPermissions";
import { azurePrincipals } from "./rules/azurePrincipals";
import { azureRoles } from "./rules/azureRoles";
import { certificatesExpire } from "./rules/certificatesExpire";
import { clientSecretsExpire } from "./rules/clientSecretsExpire";
import { defenderRoles } from "./rules/defenderRoles";
import { detectionActions } from "./rules/detectionActions";
import { directoryRoles } from "./rules/directoryRoles";
import { federatedCredentials } from "./rules/federatedCredentials";
import { federatedInsteadOfSecret } from "./rules/federatedInsteadOfSecret";
import { guestCount } from "./rules/guestCount";
import { guestDomains } from "./rules/guestDomains";
import { groupMembers } from "./rules/groupMembers";
import { guestsInTheirGroups } from "./rules/guestsInTheirGroups";
import { keyVaults } from "./rules/keyVaults";
import { knownResourceTypes } from "./rules/knownResourceTypes";
import { namedCredentials } from "./rules/namedCredentials";
import { namedGuests } from "./rules/namedGuests";
import { namedOrganizations } from "./rules/namedOrganizations";
import { namedPrincipals } from "./rules/namedPrincipals";
import { noAgentIdentities } from "./rules/noAgentIdentities";
import { noStandingTier2 } from "./rules/noStandingTier2";
import { notificationRules } from "./rules/notificationRules";
import { owners } from "./rules/owners";
import { ownReferences } from "./rules/ownReferences";
import { redirectUris } from "./rules/redirectUris";
import { retiredServices } from "./rules/retiredServices";
import { roleAssignableGroups } from "./rules/roleAssignableGroups";
import { singleTenantApplications } from "./rules/singleTenantApplications";
import { staticGroups } from "./rules/staticGroups";
import { trustOfMsspOnly } from "./rules/trustOfMsspOnly";
import { typedDynamicResources } from "./rules/typedDynamicResources";
import type { Rule } from "./rule";

export const rules: readonly Rule[] = [
  namedPrincipals,
  groupMembers,
  namedGuests,
  namedOrganizations,
  noAgentIdentities,
  namedCredentials,
  ownReferences,
  trustOfMsspOnly,
  azurePrincipals,
  guestDomains,
  guestCount,
  guestsInTheirGroups,
  staticGroups,
  activations,
  noStandingTier2,
  owners,
  defenderRoles,
  directoryRoles,
  azureRoles,
  roleAssignableGroups,
  accessPackages,
  apiPermissions,
  singleTenantApplications,
  redirectUris,
  clientSecretsExpire,
  certificatesExpire,
  federatedCredentials,
  federatedInsteadOfSecret,
  keyVaults,
  notificationRules,
  detectionActions,
  retiredServices,
  typedDynamicResources,
  knownResourceTypes,
];
