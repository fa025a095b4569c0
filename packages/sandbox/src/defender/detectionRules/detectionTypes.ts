/**
 * The types of custom detection rules in Graph, from Microsoft's metadata of the beta (2026-08-03) and, for
 * `incidentConfiguration`, `lookback` and `eventGroupingKind`, from the pages of the beta.
 * https://learn.microsoft.com/graph/api/resources/security-detectionrule?view=graph-rest-beta
 */

/** Type of each property by its name; `?` at the end: nullable. */
export type DetectionType = Readonly<Record<string, string>>;

/** Properties of one type, in their order. */
const each = (type: string, ...names: readonly string[]): DetectionType =>
  Object.fromEntries(names.map((name) => [name, type]));

/** The properties that clients write, and those of columns, by the type's name without `microsoft.graph.security.`. */
export const detectionTypes: Readonly<Record<string, DetectionType>> = {
  detectionRule: {
    displayName: "Edm.String",
    description: "Edm.String?",
    status: "detectionRuleStatus",
    queryCondition: "queryCondition",
    schedule: "ruleSchedule",
    detectionAction: "detectionAction",
  },
  queryCondition: { queryText: "Edm.String" },
  ruleSchedule: { frequency: "Edm.Duration", lookback: "Edm.Duration?" },
  detectionAction: {
    alertTemplate: "alertTemplate",
    automatedActions: "automatedActionSet?",
    organizationalScope: "organizationalScope?",
    incidentConfiguration: "incidentConfiguration?",
  },
  alertTemplate: {
    title: "Edm.String",
    description: "Edm.String",
    severity: "alertSeverity",
    recommendedActions: "Edm.String?",
    tactics: "Collection(mitreTactic)",
    customDetails: "alertCustomDetails?",
    entityMappings: "entityMappingConfiguration",
    eventGroupingKind: "eventGroupingKind?",
  },
  organizationalScope: { deviceGroups: "Collection(Edm.String)?", scopeType: "scopeType" },
  incidentConfiguration: { isExcludedFromIncidentCorrelation: "Edm.Boolean?" },
  mitreTactic: { tactic: "Edm.String", techniques: "Collection(mitreTechnique)" },
  mitreTechnique: { technique: "Edm.String", subTechniques: "Collection(Edm.String)?" },
  entityMappingConfiguration: {
    accounts: "Collection(accountEntityMapping)",
    amazonResources: "Collection(amazonResourceEntityMapping)",
    azureResources: "Collection(azureResourceEntityMapping)",
    cloudApplications: "Collection(cloudApplicationEntityMapping)",
    dns: "Collection(dnsEntityMapping)",
    files: "Collection(fileEntityMapping)",
    googleCloudResources: "Collection(googleCloudResourceEntityMapping)",
    hosts: "Collection(hostEntityMapping)",
    ips: "Collection(ipEntityMapping)",
    mailboxes: "Collection(mailboxEntityMapping)",
    mailClusters: "Collection(mailClusterEntityMapping)",
    mailMessages: "Collection(mailMessageEntityMapping)",
    oAuthApplications: "Collection(oAuthApplicationEntityMapping)",
    processes: "Collection(processEntityMapping)",
    registryValues: "Collection(registryValueEntityMapping)",
    securityGroups: "Collection(securityGroupEntityMapping)",
    urls: "Collection(urlEntityMapping)",
  },
  accountEntityMapping: {
    aadUserIdColumn: "Edm.String?",
    dnsDomainColumn: "Edm.String?",
    nameColumn: "Edm.String?",
    ntDomainColumn: "Edm.String?",
    sidColumn: "Edm.String?",
    upnColumn: "Edm.String?",
    upnSuffixColumn: "Edm.String?",
  },
  amazonResourceEntityMapping: { amazonResourceIdColumn: "Edm.String" },
  azureResourceEntityMapping: { resourceIdColumn: "Edm.String" },
  cloudApplicationEntityMapping: { appIdColumn: "Edm.String?", nameColumn: "Edm.String?" },
  dnsEntityMapping: { domainNameColumn: "Edm.String", hostIpAddressColumn: "Edm.String", serverIpColumn: "Edm.String" },
  fileEntityMapping: { nameColumn: "Edm.String?", sha1Column: "Edm.String?", sha256Column: "Edm.String?" },
  googleCloudResourceEntityMapping: { fullResourceNameColumn: "Edm.String" },
  hostEntityMapping: {
    ...each("Edm.String?", "deviceIdColumn", "dnsDomainColumn", "nameColumn", "netBiosNameColumn", "ntDomainColumn"),
  },
  ipEntityMapping: { addressColumn: "Edm.String?", scopeColumn: "Edm.String?" },
  mailboxEntityMapping: { primaryAddressColumn: "Edm.String" },
  mailClusterEntityMapping: { queryColumn: "Edm.String", sourceColumn: "Edm.String" },
  mailMessageEntityMapping: {
    ...each("Edm.String", "networkMessageIdColumn", "recipientColumn", "senderColumn", "subjectColumn"),
  },
  oAuthApplicationEntityMapping: { oAuthAppIdColumn: "Edm.String" },
  processEntityMapping: { sha1Column: "Edm.String?", sha256Column: "Edm.String?" },
  registryValueEntityMapping: { keyColumn: "Edm.String", valueNameColumn: "Edm.String" },
  securityGroupEntityMapping: {
    ...each("Edm.String?", "distinguishedNameColumn", "objectIdColumn", "sidColumn"),
  },
  urlEntityMapping: { addressColumn: "Edm.String" },
  automatedActionSet: {
    allowFiles: "Collection(fileAction)?",
    blockFiles: "Collection(fileAction)?",
    collectInvestigationPackages: "Collection(deviceAction)?",
    disableUsers: "Collection(accountSidAction)?",
    forceUserPasswordResets: "Collection(accountSidAction)?",
    hardDeleteEmails: "Collection(emailAction)?",
    initiateInvestigations: "Collection(deviceAction)?",
    isolateDevices: "Collection(isolateDeviceAction)?",
    markUsersAsCompromised: "Collection(accountObjectIdAction)?",
    ...each("Collection(emailAction)?", "moveEmailsToDeletedItems", "moveEmailsToInbox", "moveEmailsToJunk"),
    restrictAppExecutions: "Collection(deviceAction)?",
    runAntivirusScans: "Collection(deviceAction)?",
    softDeleteEmails: "Collection(emailAction)?",
    stopAndQuarantineFiles: "Collection(stopAndQuarantineFileAction)?",
  },
  accountObjectIdAction: { accountObjectIdColumn: "Edm.String" },
  accountSidAction: { accountSidColumn: "Edm.String" },
  deviceAction: { deviceIdColumn: "Edm.String" },
  emailAction: { networkMessageIdColumn: "Edm.String", recipientColumn: "Edm.String" },
  fileAction: { deviceGroupNames: "Collection(Edm.String)?", sha1Column: "Edm.String?", sha256Column: "Edm.String?" },
  isolateDeviceAction: { deviceIdColumn: "Edm.String", isolationType: "isolationType" },
  stopAndQuarantineFileAction: { deviceIdColumn: "Edm.String", sha1Column: "Edm.String" },
};

/** What the service alone writes, in both versions. */
export const auditProperties: DetectionType = {
  createdBy: "Edm.String",
  createdDateTime: "Edm.DateTimeOffset",
  lastModifiedBy: "Edm.String",
  lastModifiedDateTime: "Edm.DateTimeOffset",
};

/**
 * Properties of the beta that its pages deprecate ("will be removed from this resource on 2026-10-01"), by type.
 * The metadata of 2026-10-23 still has them; the sandbox answers with them and refuses to write them.
 */
export const deprecatedTypes: Readonly<Record<string, DetectionType>> = {
  detectionRule: { detectorId: "Edm.String?", isEnabled: "Edm.Boolean", lastRunDetails: "runDetails?" },
  queryCondition: { lastModifiedDateTime: "Edm.DateTimeOffset?" },
  ruleSchedule: { nextRunDateTime: "Edm.DateTimeOffset?", period: "Edm.String?" },
  alertTemplate: {
    category: "Edm.String?",
    impactedAssets: "Collection(impactedAsset)",
    mitreTechniques: "Collection(Edm.String)?",
  },
  detectionAction: { responseActions: "Collection(responseAction)?" },
  organizationalScope: { scopeNames: "Collection(Edm.String)?" },
  runDetails: {
    errorCode: "huntingRuleErrorCode?",
    failureReason: "Edm.String?",
    lastRunDateTime: "Edm.DateTimeOffset?",
    status: "huntingRuleRunStatus?",
  },
};

/** The members that a client may write. */
export const detectionEnums: Readonly<Record<string, readonly string[]>> = {
  detectionRuleStatus: ["enabled", "disabled"],
  alertSeverity: ["informational", "low", "medium", "high"],
  eventGroupingKind: ["alertPerEvent", "singleAlert"],
  isolationType: ["full", "selective"],
  scopeType: ["deviceGroup"],
};

/** The type of a collection's items; undefined for any other type. */
export function itemType(type: string): string | undefined {
  return /^Collection\((.+)\)\??$/.exec(type)?.[1];
}
