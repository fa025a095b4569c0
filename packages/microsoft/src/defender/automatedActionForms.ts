/**
 * What a custom detection rule may hold: automated actions and entity mappings of Microsoft Graph beta,
 * with the columns that each takes, and the limits that the service enforces.
 * https://learn.microsoft.com/graph/api/resources/security-detectionrule?view=graph-rest-beta
 *
 * The limits and the sufficient sets of columns were observed by others on live tenants in 2026. No
 * document of Microsoft states them.
 */

export interface AutomatedActionForm {
  /** Each is required. */
  readonly columns: readonly string[];
  /** Of these the action takes one. */
  readonly oneOfColumns?: readonly string[];
  /** Keys that hold a value, not a column. */
  readonly values?: readonly ("isolationType" | "deviceGroupNames")[];
  /** What the action does, for people: "isolates devices". */
  readonly effect: string;
}

const device = ["deviceIdColumn"];
const file = { columns: [], oneOfColumns: ["sha1Column", "sha256Column"], values: ["deviceGroupNames"] } as const;
const email = ["networkMessageIdColumn", "recipientColumn"];
const accountSid = ["accountSidColumn"];

/** By the name of Graph's collection in `automatedActions`. */
export const automatedActionForms = {
  isolateDevices: { columns: device, values: ["isolationType"], effect: "isolates devices" },
  collectInvestigationPackages: { columns: device, effect: "collects investigation packages" },
  runAntivirusScans: { columns: device, effect: "runs antivirus scans" },
  initiateInvestigations: { columns: device, effect: "starts automated investigations" },
  restrictAppExecutions: { columns: device, effect: "restricts app execution on devices" },
  stopAndQuarantineFiles: { columns: ["deviceIdColumn", "sha1Column"], effect: "stops and quarantines files" },
  allowFiles: { ...file, effect: "allows files" },
  blockFiles: { ...file, effect: "blocks files" },
  disableUsers: { columns: accountSid, effect: "disables users" },
  forceUserPasswordResets: { columns: accountSid, effect: "forces password resets" },
  markUsersAsCompromised: { columns: ["accountObjectIdColumn"], effect: "marks users as compromised" },
  softDeleteEmails: { columns: email, effect: "deletes e-mails (recoverable)" },
  hardDeleteEmails: { columns: email, effect: "deletes e-mails for good" },
  moveEmailsToJunk: { columns: email, effect: "moves e-mails to Junk Email" },
  moveEmailsToInbox: { columns: email, effect: "moves e-mails to the inbox" },
  moveEmailsToDeletedItems: { columns: email, effect: "moves e-mails to Deleted Items" },
} as const satisfies Readonly<Record<string, AutomatedActionForm>>;

export type AutomatedActionName = keyof typeof automatedActionForms;

export const automatedActionNames = Object.keys(automatedActionForms) as readonly AutomatedActionName[];

export const isolationTypes = ["full", "selective"] as const;

export interface EntityMappingForm {
  readonly columns: readonly string[];
  /** Combinations of which one must be complete. */
  readonly sufficient: readonly (readonly string[])[];
  /** Whether the service counts it as an asset or an IP address, of which each rule maps at least one. */
  readonly isAsset?: true;
}

/** By the name of Graph's collection in `entityMappings`. */
export const entityMappingForms: Readonly<Record<string, EntityMappingForm>> = {
  accounts: {
    columns: [
      ...["aadUserIdColumn", "sidColumn", "upnColumn", "upnSuffixColumn"],
      ...["nameColumn", "ntDomainColumn", "dnsDomainColumn"],
    ],
    sufficient: [
      ["aadUserIdColumn"],
      ["sidColumn"],
      ["upnColumn"],
      ["nameColumn", "ntDomainColumn"],
      ["nameColumn", "dnsDomainColumn"],
      ["nameColumn", "upnSuffixColumn"],
    ],
    isAsset: true,
  },
  hosts: {
    columns: ["deviceIdColumn", "nameColumn", "netBiosNameColumn", "ntDomainColumn", "dnsDomainColumn"],
    sufficient: [
      ["deviceIdColumn"],
      ["nameColumn"],
      ["netBiosNameColumn", "ntDomainColumn"],
      ["netBiosNameColumn", "dnsDomainColumn"],
    ],
    isAsset: true,
  },
  mailboxes: { ...all("primaryAddressColumn"), isAsset: true },
  ips: { columns: ["addressColumn", "scopeColumn"], sufficient: [["addressColumn"]], isAsset: true },
  files: { columns: ["nameColumn", "sha1Column", "sha256Column"], sufficient: [["sha1Column"], ["sha256Column"]] },
  mailMessages: all("networkMessageIdColumn", "recipientColumn", "senderColumn", "subjectColumn"),
  registryValues: all("keyColumn", "valueNameColumn"),
  urls: all("addressColumn"),
  processes: any("sha1Column", "sha256Column"),
  cloudApplications: any("appIdColumn", "nameColumn"),
  azureResources: all("resourceIdColumn"),
  amazonResources: all("amazonResourceIdColumn"),
  googleCloudResources: all("fullResourceNameColumn"),
  dns: all("domainNameColumn", "hostIpAddressColumn", "serverIpColumn"),
  mailClusters: all("queryColumn", "sourceColumn"),
  oAuthApplications: all("oAuthAppIdColumn"),
  securityGroups: any("objectIdColumn", "sidColumn", "distinguishedNameColumn"),
};

function all(...columns: readonly string[]): EntityMappingForm {
  return { columns, sufficient: [columns] };
}

function any(...columns: readonly string[]): EntityMappingForm {
  return { columns, sufficient: columns.map((column) => [column]) };
}

/** Severities of the alerts of a rule, least first. */
export const ruleSeverities = ["informational", "low", "medium", "high"] as const;

export const eventGroupingKinds = ["alertPerEvent", "singleAlert"] as const;

/** Versions of Graph in which rules are. Only the metadata of `beta` has them (2026-10). */
export const detectionApiVersions = ["beta", "v1.0"] as const;

export type DetectionApiVersion = (typeof detectionApiVersions)[number];

/** A rule's ID as the service accepts it. */
export const ruleIdForm = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;

/**
 * Name of a rule's file without its ending, or of its folder: lower-case, and short enough to be part of a rule's ID.
 */
export const ruleFileNameForm = /^[a-z0-9][a-z0-9_-]{0,59}$/;

export const customDetailLimit = 20;

/** Most different columns in `{{…}}` of an alert's title and description together. */
export const dynamicFieldLimit = 3;

/**
 * Tactics of MITRE ATT&CK for Enterprise as Defender spells them. The service also accepts categories of
 * its own, such as `SuspiciousActivity`.
 */
export const attackTactics = [
  ...["Reconnaissance", "ResourceDevelopment", "InitialAccess", "Execution", "Persistence"],
  ...["PrivilegeEscalation", "DefenseEvasion", "CredentialAccess", "Discovery", "LateralMovement"],
  ...["Collection", "CommandAndControl", "Exfiltration", "Impact"],
] as const;
