/** The calls of every kind: one without its calls does not compile. */
import type { KindKey } from "../../../domain/kinds/kinds";
import { accessPackage } from "./accessPackage";
import { accessPackageAssignment } from "./accessPackageAssignment";
import { accessPackageCatalog } from "./accessPackageCatalog";
import { accessPackageResource } from "./accessPackageResource";
import { activationPolicy } from "./activationPolicy";
import { application } from "./application";
import { applicationPermission } from "./applicationPermission";
import { assignmentPolicy } from "./assignmentPolicy";
import { automationConsent } from "./automationConsent";
import { catalogResource } from "./catalogResource";
import { certificate } from "./certificate";
import { clientSecret } from "./clientSecret";
import { conditionalAccessPolicy } from "./conditionalAccessPolicy";
import { connectedOrganization } from "./connectedOrganization";
import { defenderRole } from "./defenderRole";
import { defenderRoleAssignment } from "./defenderRoleAssignment";
import { delegatedConsent } from "./delegatedConsent";
import { detectionRule } from "./detectionRule";
import { directoryRoleAssignment } from "./directoryRoleAssignment";
import { directoryRoleEligibility } from "./directoryRoleEligibility";
import { eligibility } from "./eligibility";
import { extensionResource } from "./extensionResource";
import { federatedCredential } from "./federatedCredential";
import { gdapRelationship } from "./gdapRelationship";
import { governanceRelationship } from "./governanceRelationship";
import { group } from "./group";
import { guest } from "./guest";
import { keyVault } from "./keyVault";
import { keyVaultSecret } from "./keyVaultSecret";
import { lighthouseAssignment } from "./lighthouseAssignment";
import { lighthouseDefinition } from "./lighthouseDefinition";
import { membership } from "./membership";
import { msspServicePrincipal } from "./msspServicePrincipal";
import { notificationRule } from "./notificationRule";
import { partnerEntry } from "./partnerEntry";
import { previewConsent } from "./previewConsent";
import { redirectUri } from "./redirectUri";
import { refreshToken } from "./refreshToken";
import { requestedPermission } from "./requestedPermission";
import { resourceGroup } from "./resourceGroup";
import { sentinelAssignment } from "./sentinelAssignment";
import { servicePrincipal } from "./servicePrincipal";
import { siemAuthorization } from "./siemAuthorization";
import { stackIdentity } from "./stackIdentity";
import { vaultReader } from "./vaultReader";
import type { KindCalls } from "./kindCalls";

export const callsByKind: Readonly<Record<KindKey, KindCalls>> = {
  accessPackage,
  accessPackageAssignment,
  accessPackageCatalog,
  accessPackageResource,
  activationPolicy,
  application,
  applicationPermission,
  assignmentPolicy,
  automationConsent,
  catalogResource,
  certificate,
  clientSecret,
  conditionalAccessPolicy,
  connectedOrganization,
  defenderRole,
  defenderRoleAssignment,
  delegatedConsent,
  detectionRule,
  directoryRoleAssignment,
  directoryRoleEligibility,
  eligibility,
  extensionResource,
  federatedCredential,
  gdapRelationship,
  governanceRelationship,
  group,
  guest,
  keyVault,
  keyVaultSecret,
  lighthouseAssignment,
  lighthouseDefinition,
  membership,
  msspServicePrincipal,
  notificationRule,
  partnerEntry,
  previewConsent,
  redirectUri,
  refreshToken,
  requestedPermission,
  resourceGroup,
  sentinelAssignment,
  servicePrincipal,
  siemAuthorization,
  stackIdentity,
  vaultReader,
};
