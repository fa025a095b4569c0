/** What `mssp adopt` looks for, kind by kind: one without an answer does not compile. */
import { isNotApplicable, notApplicable, type KindCell } from "./kinds/accessKind";
import type { KindKey } from "./kinds/kinds";

/** What an adoption does with a kind; not applicable where an onboarding by hand leaves none of it. */
export type KindAdoption = KindCell<ListedKind | PartKind | UnsearchedKind>;

/** Objects that `destroy` may keep, by the word with which `--mssp-owns` names them. */
export type OwnedKind = "guests" | "groups" | "application" | "accessPackages";

/** Each object of the kind has a line of its own in the plan. */
interface ListedKind {
  readonly search: "listed";
  /** Absent for roles, consents and credentials, which `destroy` deletes. */
  readonly owned?: OwnedKind;
}

/** Read with the object that has it. */
interface PartKind {
  readonly search: "part";
  /** Why nobody looks without a server for Defender's settings: a clause. */
  readonly withoutDefenderEndpoint?: string;
}

/** Nobody looks: the plan names the kind and the reason, a clause. */
interface UnsearchedKind {
  readonly search: "none";
  readonly why: string;
}

const listed = { search: "listed" } as const;
const part = { search: "part" } as const;
const ofAzure = { search: "none", why: "adopt signs in to Microsoft Graph only: look in the Azure portal" } as const;

export const adoption = {
  guest: { search: "listed", owned: "guests" },
  group: { search: "listed", owned: "groups" },
  membership: part,
  eligibility: {
    search: "none",
    why: "it is not imported: look under Privileged Identity Management > Groups, and set portalAccess.activation",
  },
  activationPolicy: {
    search: "none",
    why: "it is not imported: the next up sets it where portalAccess.activation is set",
  },
  directoryRoleAssignment: listed,
  directoryRoleEligibility: {
    search: "none",
    why: "no resource declares it: npx mssp verify finds it; look under Privileged Identity Management > Microsoft Entra roles",
  },
  defenderRole: { search: "listed", owned: "groups" },
  defenderRoleAssignment: listed,
  accessPackageCatalog: { search: "listed", owned: "accessPackages" },
  catalogResource: part,
  accessPackage: { search: "listed", owned: "accessPackages" },
  accessPackageResource: part,
  assignmentPolicy: listed,
  accessPackageAssignment: {
    search: "none",
    why: "no resource declares it: people keep what they hold; look under Identity Governance, the package, Assignments",
  },
  connectedOrganization: { search: "listed", owned: "accessPackages" },
  application: { search: "listed", owned: "application" },
  clientSecret: listed,
  certificate: listed,
  federatedCredential: listed,
  redirectUri: part,
  requestedPermission: part,
  servicePrincipal: { search: "listed", owned: "application" },
  msspServicePrincipal: { search: "listed", owned: "application" },
  applicationPermission: listed,
  delegatedConsent: listed,
  automationConsent: notApplicable("it is a service principal of the MSSP's tenant, and listed as one"),
  previewConsent: notApplicable("it is a service principal of the MSSP's tenant, and listed as one"),
  notificationRule: {
    search: "none",
    why: "no API lists them: compare the portal's page with the setting notificationRules, and add them by name",
  },
  detectionRule: listed,
  siemAuthorization: {
    search: "part",
    withoutDefenderEndpoint: "Microsoft has no public API for it: look at Settings > SIEM of the Defender portal",
  },
  partnerEntry: {
    search: "none",
    why: "it is not imported: with crossTenantTrust the next up merges its values into the entry, and destroy puts back what was before",
  },
  conditionalAccessPolicy: {
    search: "none",
    why: "it has no mark: with conditionalAccess the next up creates one of its own; compare Conditional Access > Policies",
  },
  governanceRelationship: {
    search: "none",
    why: "people establish it: npx mssp governance status shows it once portalAccess.model is governance",
  },
  gdapRelationship: {
    search: "none",
    why: "Graph shows it in the partner's tenant only: look at Microsoft 365 admin center > Settings > Partner relationships",
  },
  keyVault: notApplicable("it is in the MSSP's subscription: no onboarding of a customer by hand leaves it"),
  keyVaultSecret: notApplicable("it is in the MSSP's subscription: no onboarding of a customer by hand leaves it"),
  vaultReader: notApplicable("it is in the MSSP's subscription: no onboarding of a customer by hand leaves it"),
  resourceGroup: notApplicable("it is in the MSSP's subscription: no onboarding of a customer by hand leaves it"),
  lighthouseDefinition: ofAzure,
  lighthouseAssignment: ofAzure,
  sentinelAssignment: {
    search: "none",
    why: "the next up reads the role assignments: with sentinelAccess it imports those of adopted groups",
  },
  stackIdentity: notApplicable("the adoption creates it"),
  refreshToken: { search: "none", why: "no API shows it: npx mssp token signs in anew" },
  extensionResource: notApplicable("only this program has extensions"),
} as const satisfies Readonly<Record<KindKey, KindAdoption>>;

/** Kinds whose objects are in the plan, each with a line of its own. */
export type ListedKey = {
  [Key in KindKey]: (typeof adoption)[Key] extends ListedKind ? Key : never;
}[KindKey];

/** Why nobody looks for a kind; undefined where somebody does, or where there is nothing to look for. */
export function unsearchedReason(key: KindKey, hasDefenderEndpoint: boolean): string | undefined {
  const answer: KindAdoption = adoption[key];
  if (isNotApplicable(answer) || answer.search === "listed") return undefined;
  if (answer.search === "none") return answer.why;
  return hasDefenderEndpoint ? undefined : answer.withoutDefenderEndpoint;
}

/** Whether a kind's objects are looked for. */
export function isSearched(key: KindKey): boolean {
  const answer: KindAdoption = adoption[key];
  return !isNotApplicable(answer) && answer.search !== "none";
}
