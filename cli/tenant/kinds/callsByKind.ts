/** The calls of every kind: one without a call does not compile, unless its file in `domain/kinds` says why. */
import type { KindKey, LackedCalls } from "../../../domain/kinds/kinds";
import { accessPackageAssignment } from "./accessPackageAssignment";
import {
  accessPackage,
  accessPackageCatalog,
  accessPackageResource,
  assignmentPolicy,
  catalogResource,
} from "./accessPackages";
import { application } from "./application";
import { certificate, clientSecret, federatedCredential, redirectUri, requestedPermission } from "./applicationParts";
import { applicationPermission } from "./applicationPermission";
import { keyVault, keyVaultSecret, lighthouseDefinition, resourceGroup, vaultReader } from "./azureResources";
import { conditionalAccessPolicy } from "./conditionalAccessPolicy";
import { connectedOrganization } from "./connectedOrganization";
import { defenderRole, defenderRoleAssignment } from "./defenderRoles";
import { delegatedConsent } from "./delegatedConsent";
import { detectionRule } from "./detectionRule";
import { directoryRoleAssignment } from "./directoryRoleAssignment";
import { directoryRoleEligibility } from "./directoryRoleEligibility";
import { eligibility } from "./eligibility";
import { gdapRelationship } from "./gdapRelationship";
import { governanceRelationship } from "./governanceRelationship";
import { group, membership } from "./groups";
import { guest } from "./guest";
import { lighthouseAssignment } from "./lighthouseAssignment";
import { partnerEntry } from "./partnerEntry";
import { notificationRule, siemAuthorization } from "./portalSettings";
import { sentinelAssignment } from "./sentinelAssignment";
import { automationConsent, msspServicePrincipal, servicePrincipal } from "./servicePrincipals";
import type { KindCalls } from "./kindCalls";

type CallsOf<Key extends KindKey> = Required<Omit<KindCalls, LackedCalls<Key>>> & {
  readonly [Call in LackedCalls<Key>]?: never;
};

export const callsByKind: Readonly<Record<KindKey, KindCalls>> = {
  accessPackage,
  accessPackageAssignment,
  accessPackageCatalog,
  accessPackageResource,
  activationPolicy: {},
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
  extensionResource: {},
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
  previewConsent: {},
  redirectUri,
  refreshToken: {},
  requestedPermission,
  resourceGroup,
  sentinelAssignment,
  servicePrincipal,
  siemAuthorization,
  stackIdentity: {},
  vaultReader,
} satisfies { readonly [Key in KindKey]: CallsOf<Key> };
