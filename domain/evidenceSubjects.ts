/** Whose actions evidence asks for, kind by kind: one without an answer does not compile. */
import { notApplicable, type KindCell } from "./kinds/accessKind";
import type { KindKey } from "./kinds/kinds";

/** Those who act in the tenant through a kind, or why nobody does, as the end of a sentence after "Not applicable:". */
export type EvidenceSubject = KindCell<LookedSubject | UnseenSubject>;

interface LookedSubject {
  /** Plural, as in "Not looked for: …". */
  readonly who: string;
  /** The state names them, the environment does, or only the tenant, with the kind's permissions to read. */
  readonly from: "state" | "environment" | "tenant";
}

interface UnseenSubject {
  readonly who: string;
  readonly from: "nowhere";
  /** Why evidence can't show what they did: a clause. Evidence of a stack with the kind has this gap. */
  readonly why: string;
}

const givesItsHolder = notApplicable("who has it is a subject already: a guest, or an application");
const ofTheApplication = notApplicable("the application that it belongs to is a subject");
const azureActivityLog =
  "what they do is in the activity log of the subscription (Azure Monitor), which this does not read";

export const evidenceSubjects = {
  guest: { who: "deleted guests", from: "tenant" },
  group: notApplicable("a group does not act: its members are subjects already"),
  membership: notApplicable("the stack's guests are subjects; npx mssp verify lists members that another party added"),
  eligibility: notApplicable("who activates it is a guest of the stack, and a subject already"),
  activationPolicy: notApplicable("it is a rule, and does not act"),
  directoryRoleAssignment: givesItsHolder,
  directoryRoleEligibility: givesItsHolder,
  defenderRole: givesItsHolder,
  defenderRoleAssignment: givesItsHolder,
  accessPackageCatalog: notApplicable("it holds packages, and does not act"),
  catalogResource: notApplicable("it names a group of the catalog, and does not act"),
  accessPackage: notApplicable("who holds it is a subject by the assignment"),
  accessPackageResource: notApplicable("who holds the package is a subject by the assignment"),
  assignmentPolicy: notApplicable("who approves is a person of the customer; who holds the package is a subject"),
  accessPackageAssignment: { who: "holders of access packages", from: "tenant" },
  connectedOrganization: notApplicable("its people act when they hold a package, and are subjects then"),
  application: { who: "deleted applications", from: "tenant" },
  clientSecret: ofTheApplication,
  certificate: ofTheApplication,
  federatedCredential: ofTheApplication,
  redirectUri: ofTheApplication,
  requestedPermission: ofTheApplication,
  servicePrincipal: { who: "the SIEM's application", from: "state" },
  msspServicePrincipal: { who: "the MSSP's application for the SIEM", from: "state" },
  applicationPermission: ofTheApplication,
  delegatedConsent: ofTheApplication,
  automationConsent: { who: "the MSSP's automation", from: "environment" },
  previewConsent: { who: "other applications of the MSSP's tenant, such as its preview application", from: "tenant" },
  notificationRule: notApplicable("it sends mail, and does not sign in"),
  detectionRule: {
    who: "detection rules that act by themselves",
    from: "nowhere",
    why: "what they do to devices, files and users is in Microsoft Defender's action center, which this does not read",
  },
  siemAuthorization: ofTheApplication,
  partnerEntry: notApplicable("it lets the stack's guests sign in, who are subjects already"),
  conditionalAccessPolicy: notApplicable("it takes access away, and does not act"),
  governanceRelationship: {
    who: "people of the governing tenant",
    from: "nowhere",
    why: "they have roles through the governance relationship without a user in this tenant, and no list of Graph names them",
  },
  gdapRelationship: notApplicable("this program establishes none: the partner's tenant lists its relationships"),
  keyVault: notApplicable("it is in the MSSP's subscription: using it is no action in the customer's tenant"),
  keyVaultSecret: notApplicable("it is in the MSSP's subscription: who uses it signs in as the application"),
  vaultReader: notApplicable("it is in the MSSP's subscription: who uses it signs in as the application"),
  resourceGroup: notApplicable("it is in the MSSP's subscription, and does not act"),
  lighthouseDefinition: notApplicable("its people act through the delegation that assigns it"),
  lighthouseAssignment: {
    who: "people of the MSSP's tenant who have roles by Azure Lighthouse",
    from: "nowhere",
    why: azureActivityLog,
  },
  sentinelAssignment: {
    who: "analysts in Microsoft Sentinel",
    from: "nowhere",
    why: azureActivityLog,
  },
  stackIdentity: notApplicable("it is a name, and does not act"),
  refreshToken: notApplicable("its sign-ins are those of the application, which is a subject"),
  extensionResource: {
    who: "those who have access by the resources of an extension",
    from: "nowhere",
    why: "only the extension knows whom they let in",
  },
} as const satisfies Readonly<Record<KindKey, EvidenceSubject>>;
