/** The oracle's ways and the catalogue's rows: each knows nothing of the other. */
import type { Chain, ChainWay } from "@defender-mssp/testkit";

/** The rows of the catalogue that a way of the oracle is one of, by their IDs. */
export const rowsOfWay: Readonly<Record<ChainWay, readonly string[]>> = {
  person: ["guest", "externalMember", "unnamedTenant"],
  application: ["msspServicePrincipal", "servicePrincipal"],
  restorable: ["restorable", "restorableOther"],
  membership: ["groupMember"],
  groupOwnership: ["groupOwner"],
  eligibility: ["eligibleMember"],
  activation: ["activatedMember"],
  directoryRole: ["directoryRole"],
  eligibleDirectoryRole: ["eligibleDirectoryRole"],
  applicationPermission: ["applicationPermission"],
  appRole: ["applicationPermission"],
  delegatedConsent: ["delegatedConsent"],
  applicationOwnership: ["applicationOwner"],
  servicePrincipalOwnership: ["applicationOwner"],
  credential: ["clientSecret", "certificate"],
  federatedCredential: ["federatedCredential"],
  defenderRole: ["defenderRoleAssignment"],
  accessPackage: ["accessPackageAssignment"],
  packageRequest: ["assignmentPolicy"],
  packageApproval: ["assignmentPolicy"],
  connectedOrganization: ["connectedOrganization"],
  conditionalAccessExclusion: ["conditionalAccessPolicy", "namedLocation"],
  partnerSynchronization: ["identitySynchronization"],
  partnerDirectConnect: ["directConnect"],
  partnerCollaboration: ["collaboration"],
  partnerTrust: ["inboundTrust"],
  partnerConsent: ["automaticRedemption"],
  governance: ["governanceRelationship"],
  gdap: ["gdapRelationship"],
  azureRole: ["azureRole"],
  eligibleAzureRole: ["eligibleAzureRole"],
  lighthouse: ["lighthouseDelegation"],
  siemAuthorization: ["siemAuthorization"],
  detectionAction: ["detectionRule", "unmarkedRule"],
  changeNotification: ["changeNotification"],
  notification: ["notificationRule"],
};

/** The row "not looked at" that stands for a step of a chain; undefined where something looks. */
export function notLookedRow({ allows }: Chain, way: ChainWay): string | undefined {
  // A policy that names the MSSP's tenant is looked at, and one that lets anybody ask is not.
  if (way === "conditionalAccessExclusion") return allows.endsWith("of its tenant") ? undefined : "namedLocation";
  if (way === "packageRequest") return allows.endsWith("as anybody") ? "openPolicy" : undefined;
  return unlooked[way];
}

/** The row "not looked at" of members who could have activated their membership. */
export const standingMember = "standingMember";

const unlooked: Readonly<Partial<Record<ChainWay, string>>> = {
  restorable: "restorableOther",
  activation: standingMember,
  notification: "unlistedSetting",
  siemAuthorization: "unlistedSetting",
  detectionAction: "unmarkedRule",
  changeNotification: "changeNotification",
  // Of the report alone: the certificate looks in the MSSP's tenant.
  gdap: "gdapRelationship",
};

/** The row "not looked at" of people and organizations by a domain that the settings do not name. */
export const unnamedDomains = "unnamedTenant";
