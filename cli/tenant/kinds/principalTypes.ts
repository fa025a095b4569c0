/** Which kinds can hold roles, groups and permissions: one without an answer does not compile. */
import { notApplicable, type KindCell } from "../../../domain/kinds/accessKind";
import type { KindKey } from "../../../domain/kinds/kinds";
import type { AccessPrincipal } from "./kindCalls";

const holdsNothing = notApplicable("it holds no roles, groups and permissions");

/** What an object of the kind is in the tenant's directory. */
export const principalTypes: Readonly<Record<KindKey, KindCell<AccessPrincipal["type"]>>> = {
  accessPackage: holdsNothing,
  accessPackageAssignment: holdsNothing,
  accessPackageCatalog: holdsNothing,
  accessPackageResource: holdsNothing,
  activationPolicy: holdsNothing,
  application: notApplicable("its service principal holds them"),
  applicationPermission: holdsNothing,
  assignmentPolicy: holdsNothing,
  automationConsent: "servicePrincipal",
  catalogResource: holdsNothing,
  certificate: holdsNothing,
  clientSecret: holdsNothing,
  conditionalAccessPolicy: holdsNothing,
  connectedOrganization: holdsNothing,
  defenderRole: holdsNothing,
  defenderRoleAssignment: holdsNothing,
  delegatedConsent: holdsNothing,
  directoryRoleAssignment: holdsNothing,
  directoryRoleEligibility: holdsNothing,
  eligibility: holdsNothing,
  extensionResource: notApplicable("only the extension knows what it is"),
  federatedCredential: holdsNothing,
  gdapRelationship: holdsNothing,
  governanceRelationship: holdsNothing,
  group: "group",
  guest: "user",
  keyVault: holdsNothing,
  keyVaultSecret: holdsNothing,
  lighthouseAssignment: holdsNothing,
  lighthouseDefinition: holdsNothing,
  membership: holdsNothing,
  msspServicePrincipal: "servicePrincipal",
  notificationRule: holdsNothing,
  partnerEntry: holdsNothing,
  previewConsent: "servicePrincipal",
  redirectUri: holdsNothing,
  refreshToken: holdsNothing,
  requestedPermission: holdsNothing,
  resourceGroup: holdsNothing,
  sentinelAssignment: holdsNothing,
  servicePrincipal: "servicePrincipal",
  siemAuthorization: holdsNothing,
  stackIdentity: holdsNothing,
  vaultReader: holdsNothing,
};
