/** For each judged type what the settings ask for, and values that they do not name of each property that grants. */
import * as fc from "fast-check";
import {
  authenticationStrengths,
  azureAccessRoles,
  directoryRoleTemplates,
  tierPermissions,
} from "@defender-mssp/microsoft";
import {
  azuread,
  azureRoleAssignment,
  dynamic,
  keyVault,
  keyVaultSecret,
  providerType,
  registrationAssignment,
  registrationDefinition,
} from "../../domain/resourceTypes";
import type { PolicySettings } from "../../policy/policySettings";
import { contoso, inDays, type Sample } from "./support";

const { tenantId, msspTenantId } = contoso;
const subscriptionId = "5ec0de00-5ab5-4000-8000-000000000001";
const customerSubscription = "c0570500-5ab5-4000-8000-000000000001";
const reader = "5ec0de00-0000-4000-8000-00000000000a";
const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const vaultId = `/subscriptions/${subscriptionId}/resourceGroups/siem/providers/Microsoft.KeyVault/vaults/siem-handover-0123abcd`;
const idFor = (name: string) =>
  `00000000-0000-4000-8000-${Buffer.from(name).toString("hex").padStart(12, "0").slice(-12)}`;

const ana = { email: "ana@fabrikam.example", displayName: "Ana", tier: "tier1", accessEndsOn: "2999-01-31" } as const;
const tiersOfContoso = {
  tier1: { name: "Tier 1 Analyst" },
  tier2: { name: "Tier 2 Analyst" },
  approvers: { name: "Approvers" },
};

/** Settings that ask for everything that does not exclude another thing. */
export const everything: PolicySettings = {
  ...contoso,
  analysts: [ana],
  portalAccess: {
    model: "rbac",
    tiers: tiersOfContoso,
    activation: { hours: 4, tier2Approval: "customer", approvers: ["admin@contoso.com"] },
  },
  crossTenantTrust: { limitToGroup: "77777777-8888-4999-8000-111111111111", limitToDefenderPortal: true },
  conditionalAccess: { mode: "enforce", strength: "multifactor", compliantDevice: false, signInFrequencyHours: 8 },
  notificationRules: [
    {
      name: "High",
      severities: ["High"],
      deviceGroups: ["Servers"],
      recipients: ["soc@fabrikam.example"],
      includeOrganizationName: true,
      includeTenantPortalLink: true,
      includeDeviceInformation: false,
    },
  ],
  connector: {
    kind: "customerApp",
    alertApis: ["legacySiem", "graph"],
    credential: { type: "secret", days: 180, rotateBeforeDays: 30, overlapDays: 7 },
  },
  handover: { subscriptionId, location: "westeurope", readerObjectId: reader },
  azureDelegation: {
    subscriptionId: customerSubscription,
    groupObjectId: reader,
    groupName: "Sentinel",
    roles: ["Microsoft Sentinel Reader"],
  },
};
const entitlement: PolicySettings = {
  ...everything,
  portalAccess: {
    model: "entitlement",
    tiers: tiersOfContoso,
    approvers: ["admin@contoso.com"],
    expiresAfterDays: 365,
    reviewEvery: "year",
    identitySource: { tenantId: msspTenantId },
  },
};
const withCredential = (credential: object): PolicySettings =>
  ({ ...everything, connector: { ...everything.connector, credential } }) as PolicySettings;
const withCertificate = withCredential({ type: "certificate", certificate });
const federated = { issuer: "https://idp.fabrikam.example", subject: "siem", audience: "api://AzureADTokenExchange" };
const withFederated = withCredential({ type: "federated", ...federated });
const withDetections = {
  ...everything,
  detections: { sets: ["base"], actions: ["isolateDevices"], approvedBy: "Dana Reyes", until: "2999-12-31" },
} as unknown as PolicySettings;
const msspApp = {
  ...everything,
  connector: {
    kind: "msspApp",
    applicationId: idFor("mssp-app"),
    alertApis: ["graph"],
    credential: { type: "certificate" },
  },
} as PolicySettings;

/** What the program declares of the settings, with known IDs. */
const program: readonly Sample[] = [
  { type: dynamic("Guest"), name: "ana", properties: { email: ana.email, objectId: idFor("ana") } },
  ...(["tier1", "tier2"] as const).map((tier) => ({
    type: azuread("Group"),
    name: tier,
    properties: { displayName: tiersOfContoso[tier].name, objectId: idFor(tier) },
  })),
  {
    type: azuread("ApplicationRegistration"),
    name: "app",
    properties: { displayName: "Contoso SIEM MSSP Connector", clientId: idFor("client"), objectId: idFor("app") },
  },
  {
    type: azuread("ServicePrincipal"),
    name: "sp",
    properties: { clientId: idFor("client"), objectId: idFor("sp") },
    sources: { clientId: ["app"] },
  },
  {
    type: dynamic("DefenderRoleDefinition"),
    name: "role",
    properties: { displayName: "Tier 1 Analyst", id: idFor("role") },
  },
  { type: dynamic("ConnectedOrganization"), name: "organization", properties: { id: idFor("organization") } },
  { type: azuread("AccessPackageCatalog"), name: "catalog", properties: { id: idFor("catalog") } },
  { type: azuread("AccessPackage"), name: "package", properties: { id: idFor("package") } },
  {
    type: azuread("AccessPackageResourceCatalogAssociation"),
    name: "catalog-resource",
    properties: { id: `${idFor("catalog")}/${idFor("tier1")}` },
  },
  { type: registrationDefinition, name: "definition", properties: { name: idFor("definition") } },
  { type: dynamic("CrossTenantPartnerEntry"), name: "entry", properties: { found: "{}" } },
];

export interface Grant {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly sources?: Readonly<Record<string, readonly string[]>>;
  readonly settings?: PolicySettings;
  /** Values of each granting property that the settings do not name. */
  readonly wrong: Readonly<Record<string, fc.Arbitrary<unknown>>>;
}

const id = fc.uuid();
const registration = id.map((one) => `/applications/${one}`);
const address = fc.emailAddress().filter((one) => !one.endsWith("fabrikam.example"));
const url = fc.webUrl({ validSchemes: ["https"] });
const text = fc.string({ minLength: 1, maxLength: 30 }).filter((one) => one.trim() !== "");
const late = fc.integer({ min: 400, max: 9000 }).map(inDays);
const ofApplication = { applicationId: `/applications/${idFor("app")}` };
const passes = { endDate: inDays(100) };
const certificateGrant = {
  properties: { value: certificate, ...passes },
  settings: withCertificate,
  wrong: {
    encoding: fc.constantFrom("hex", "base64"),
    endDate: late,
    endDateRelative: fc.constantFrom("87600h", "8760h"),
    type: fc.constantFrom("Symmetric", "X509CertAndPassword"),
    value: text,
  },
};
const passwordWrong = { endDate: late, endDateRelative: fc.constantFrom("87600h", "8760h") };
const call = { tenantId, mode: "endpoint" };
const vault = { tenantId: msspTenantId, enablePurgeProtection: true, enableRbacAuthorization: true };
const conditions = (users: object, others: object = {}) => ({
  applications: { includedApplications: ["All"] },
  clientAppTypes: ["all"],
  users,
  ...others,
});
const guestsFrom = (...members: string[]) => ({
  includedGuestsOrExternalUsers: [
    {
      guestOrExternalUserTypes: ["b2bCollaborationGuest", "b2bCollaborationMember"],
      externalTenants: [{ membershipKind: "enumerated", members }],
    },
  ],
});
const grantControls = {
  operator: "AND",
  authenticationStrengthPolicyId: `/policies/authenticationStrengthPolicies/${authenticationStrengths.multifactor}`,
};
const authorization = { principalId: reader, roleDefinitionId: "8d289c81-5878-46d4-8554-54e1e3d8b5cb" };
const otherAuthorization = id.map((principalId) => [{ ...authorization, principalId }]);
const approval = { approvalRequired: true };
const requestors = { scopeType: "SpecificConnectedOrganizationSubjects" };
const definitions = `/subscriptions/${customerSubscription}/providers/Microsoft.ManagedServices/registrationDefinitions`;

export const grants: Readonly<Record<string, Grant>> = {
  [azuread("AccessPackage")]: {
    properties: { catalogId: idFor("catalog") },
    sources: { catalogId: ["catalog"] },
    settings: entitlement,
    wrong: { catalogId: id },
  },
  [azuread("AccessPackageAssignmentPolicy")]: {
    properties: {
      accessPackageId: idFor("package"),
      approvalSettings: approval,
      assignmentReviewSettings: { enabled: true },
      durationInDays: 365,
      requestorSettings: requestors,
    },
    sources: { accessPackageId: ["package"] },
    settings: entitlement,
    wrong: {
      accessPackageId: id,
      approvalSettings: fc.constantFrom({ approvalRequired: false }, {}, undefined),
      assignmentReviewSettings: fc.constantFrom({ enabled: false }, {}, undefined),
      durationInDays: fc.oneof(fc.integer({ min: 366, max: 3660 }), fc.constantFrom(0, undefined)),
      expirationDate: late,
      extensionEnabled: fc.constant(true),
      requestorSettings: text.map((scopeType) => ({ scopeType })),
      // A part of it that another rule judges, `named-principals`.
      "requestorSettings.requestors": id.map((objectId) => [{ subjectType: "ConnectedOrganizationMembers", objectId }]),
    },
  },
  [azuread("AccessPackageCatalog")]: {
    properties: { externallyVisible: false },
    wrong: { externallyVisible: fc.constant(true) },
  },
  [azuread("AccessPackageResourceCatalogAssociation")]: {
    properties: { catalogId: idFor("catalog"), resourceOriginId: idFor("tier1"), resourceOriginSystem: "AadGroup" },
    sources: { catalogId: ["catalog"], resourceOriginId: ["tier1"] },
    settings: entitlement,
    wrong: { catalogId: id, resourceOriginId: id, resourceOriginSystem: text },
  },
  [azuread("AccessPackageResourcePackageAssociation")]: {
    properties: {
      accessPackageId: idFor("package"),
      accessType: "Member",
      catalogResourceAssociationId: `${idFor("catalog")}/${idFor("tier1")}`,
    },
    sources: { accessPackageId: ["package"], catalogResourceAssociationId: ["catalog-resource"] },
    settings: entitlement,
    wrong: {
      accessPackageId: id,
      accessType: fc.oneof(fc.constant("Owner"), text),
      catalogResourceAssociationId: id.map((one) => `${idFor("catalog")}/${one}`),
    },
  },
  [azuread("AppRoleAssignment")]: {
    properties: { principalObjectId: idFor("sp") },
    wrong: { appRoleId: id, principalObjectId: id },
  },
  [azuread("ApplicationApiAccess")]: {
    properties: ofApplication,
    wrong: {
      applicationId: registration,
      roleIds: fc.array(id, { minLength: 1 }),
      scopeIds: fc.array(id, { minLength: 1 }),
    },
  },
  [azuread("ApplicationCertificate")]: {
    ...certificateGrant,
    properties: { ...certificateGrant.properties, ...ofApplication },
    wrong: { ...certificateGrant.wrong, applicationId: registration },
  },
  [azuread("ApplicationFederatedIdentityCredential")]: {
    properties: {
      ...ofApplication,
      issuer: federated.issuer,
      subject: federated.subject,
      audiences: [federated.audience],
    },
    settings: withFederated,
    wrong: { applicationId: registration, audiences: fc.array(text, { minLength: 1 }), issuer: url, subject: text },
  },
  [azuread("ApplicationOwner")]: {
    properties: ofApplication,
    wrong: { applicationId: registration, ownerObjectId: id },
  },
  [azuread("ApplicationPassword")]: {
    properties: { ...ofApplication, displayName: "SIEM", ...passes },
    wrong: { applicationId: registration, ...passwordWrong },
  },
  [azuread("ApplicationRedirectUris")]: {
    properties: { ...ofApplication, redirectUris: ["https://contoso.com/SiemMsspConnector"] },
    wrong: { applicationId: registration, redirectUris: fc.array(url, { minLength: 1 }) },
  },
  [azuread("ApplicationRegistration")]: {
    properties: { displayName: "Another" },
    wrong: { signInAudience: fc.constantFrom("AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount") },
  },
  [azuread("ConditionalAccessPolicy")]: {
    properties: {
      state: "enabled",
      conditions: conditions(guestsFrom(msspTenantId)),
      grantControls,
      sessionControls: { signInFrequency: 8, signInFrequencyPeriod: "hours" },
    },
    wrong: {
      state: fc.constantFrom("disabled", "enabledForReportingButNotEnforced"),
      conditions: fc.oneof(
        id.map((tenant) => conditions(guestsFrom(tenant))),
        id.map((user) => conditions({ ...guestsFrom(msspTenantId), excludedUsers: [user] })),
        id.map((group) => conditions({ ...guestsFrom(msspTenantId), excludedGroups: [group] })),
        id.map((role) => conditions({ ...guestsFrom(msspTenantId), includedRoles: [role] })),
        fc.constant(conditions({ includedUsers: ["All"] })),
        id.map((place) => conditions(guestsFrom(msspTenantId), { locations: { excludedLocations: [place] } })),
        id.map((app) => conditions(guestsFrom(msspTenantId), { applications: { includedApplications: [app] } })),
      ),
      grantControls: fc.oneof(
        fc.constantFrom(
          undefined,
          {},
          { ...grantControls, operator: "OR" },
          { ...grantControls, builtInControls: ["block"] },
        ),
        id.map((strength) => ({ ...grantControls, authenticationStrengthPolicyId: strength })),
      ),
      sessionControls: fc.oneof(
        fc.constantFrom(undefined, { signInFrequency: 8, signInFrequencyPeriod: "days" }),
        fc.integer({ min: 9, max: 23 }).map((hours) => ({ signInFrequency: hours, signInFrequencyPeriod: "hours" })),
        fc.constant({ signInFrequency: 8, signInFrequencyPeriod: "hours", disableResilienceDefaults: true }),
      ),
    },
  },
  [azuread("DirectoryRoleAssignment")]: {
    properties: { principalObjectId: idFor("tier1"), roleId: directoryRoleTemplates["Security Reader"] },
    wrong: { principalObjectId: id, roleId: id },
  },
  [azuread("DirectoryRoleEligibilityScheduleRequest")]: {
    properties: { principalId: idFor("tier1"), roleDefinitionId: directoryRoleTemplates["Security Reader"] },
    wrong: { principalId: id, roleDefinitionId: id },
  },
  [azuread("Group")]: {
    properties: { displayName: "Approvers", members: [] },
    wrong: {
      assignableToRole: fc.constant(true),
      dynamicMembership: text.map((rule) => ({ enabled: true, rule })),
      members: fc.array(id, { minLength: 1 }),
      onpremisesGroupType: fc.constantFrom("UniversalSecurityGroup", "UniversalDistributionGroup"),
      owners: fc.array(id, { minLength: 1 }),
      types: fc.subarray(["DynamicMembership", "Unified"], { minLength: 1 }),
      visibility: fc.constant("Public"),
      writebackEnabled: fc.constant(true),
    },
  },
  [azuread("GroupMember")]: {
    properties: { groupObjectId: idFor("tier1"), memberObjectId: idFor("ana") },
    wrong: { groupObjectId: id, memberObjectId: id },
  },
  [azuread("Invitation")]: {
    properties: { userEmailAddress: ana.email },
    wrong: { redirectUrl: url, userEmailAddress: address, userType: fc.constant("Member") },
  },
  [azuread("ServicePrincipal")]: {
    properties: { clientId: idFor("client") },
    wrong: { clientId: id, owners: fc.array(id, { minLength: 1 }) },
  },
  [azuread("ServicePrincipalCertificate")]: {
    ...certificateGrant,
    wrong: { ...certificateGrant.wrong, servicePrincipalId: id },
  },
  [azuread("ServicePrincipalDelegatedPermissionGrant")]: {
    properties: { claimValues: ["Alert.Read"], servicePrincipalObjectId: idFor("sp") },
    wrong: { claimValues: fc.array(text, { minLength: 1 }), servicePrincipalObjectId: id, userObjectId: id },
  },
  [azuread("ServicePrincipalPassword")]: {
    properties: { displayName: "SIEM", ...passes },
    wrong: { ...passwordWrong, servicePrincipalId: id },
  },
  [azureRoleAssignment]: {
    properties: {
      principalId: reader,
      roleDefinitionId: "4633458b-17de-408a-b874-0445c86b69e6",
      scope: `${vaultId}/secrets/siem-${tenantId}`,
    },
    wrong: {
      principalId: id,
      roleDefinitionId: fc.oneof(id, fc.constantFrom(...Object.values(azureAccessRoles))),
      scope: fc.oneof(
        fc.constantFrom(`/subscriptions/${subscriptionId}`, vaultId, `${vaultId}/secrets/another`),
        id.map((one) => `/subscriptions/${one}`),
        id.map((one) => `${vaultId.replace(subscriptionId, one)}/secrets/siem-${tenantId}`),
      ),
    },
  },
  [keyVault]: {
    properties: { properties: vault },
    wrong: {
      "properties.accessPolicies": fc.array(
        id.map((objectId) => ({ objectId })),
        { minLength: 1 },
      ),
      "properties.enablePurgeProtection": fc.constantFrom(false, undefined),
      "properties.enableRbacAuthorization": fc.constantFrom(false, undefined),
      "properties.enableSoftDelete": fc.constant(false),
      "properties.enabledForDeployment": fc.constant(true),
      "properties.enabledForDiskEncryption": fc.constant(true),
      "properties.enabledForTemplateDeployment": fc.constant(true),
      "properties.tenantId": id,
    },
  },
  [keyVaultSecret]: { properties: { vaultName: "siem-handover-0123abcd" }, wrong: { vaultName: text } },
  [registrationAssignment]: {
    properties: {
      scope: `/subscriptions/${customerSubscription}`,
      properties: { registrationDefinitionId: `${definitions}/${idFor("definition")}` },
    },
    sources: { properties: ["definition"] },
    wrong: {
      "properties.registrationDefinitionId": id.map((one) => `${definitions}/${one}`),
      scope: id.map((one) => `/subscriptions/${one}`),
    },
  },
  [registrationDefinition]: {
    properties: { properties: { managedByTenantId: msspTenantId, authorizations: [authorization] } },
    wrong: {
      "properties.authorizations": otherAuthorization,
      "properties.eligibleAuthorizations": otherAuthorization,
      "properties.managedByTenantId": id,
    },
  },
  [dynamic("AlertNotificationRule")]: {
    properties: {
      ...call,
      name: "High",
      severities: ["High"],
      deviceGroups: ["Servers"],
      recipients: ["soc@fabrikam.example"],
      includeDeviceInformation: false,
    },
    wrong: {
      deviceGroups: fc.oneof(fc.constantFrom(undefined, []), fc.array(text, { minLength: 1 })),
      endpoint: url,
      includeDeviceInformation: fc.constantFrom(true, undefined),
      includeOrganizationName: fc.constant(false),
      includeTenantPortalLink: fc.constant(false),
      name: text,
      recipients: fc.array(address, { minLength: 1 }),
      severities: fc.subarray(["Informational", "Low", "Medium"], { minLength: 1 }),
      tenantId: id,
    },
  },
  [dynamic("AppRoleGrant")]: {
    properties: { tenantId, principalObjectId: idFor("sp"), appRole: "SecurityAlert.Read.All" },
    wrong: { appRole: text, principalObjectId: id, tenantId: id },
  },
  [dynamic("ConnectedOrganization")]: {
    properties: { tenantId, identitySource: { tenantId: msspTenantId } },
    settings: entitlement,
    wrong: {
      identitySource: fc.oneof(
        id.map((tenant) => ({ tenantId: tenant })),
        fc.domain().map((domainName) => ({ domainName })),
      ),
      tenantId: id,
    },
  },
  [dynamic("CrossTenantPartner")]: {
    properties: {
      tenantId,
      partnerTenantId: msspTenantId,
      limitToGroup: "77777777-8888-4999-8000-111111111111",
      limitToApplication: "80ccca67-54bd-44ab-8625-4b79c4dc7775",
      found: "{}",
    },
    sources: { found: ["entry"] },
    wrong: {
      found: fc.constant('{"inboundTrust":{"isMfaAccepted":true}}'),
      inboundConsentAllowed: fc.constant(true),
      isCompliantDeviceAccepted: fc.constant(true),
      isHybridAzureADJoinedDeviceAccepted: fc.constant(true),
      isMfaAccepted: fc.constant(true),
      limitToApplication: fc.oneof(id, fc.constant(undefined)),
      limitToGroup: fc.oneof(id, fc.constant(undefined)),
      partnerTenantId: id,
      tenantId: id,
    },
  },
  [dynamic("CrossTenantPartnerEntry")]: {
    properties: { tenantId, partnerTenantId: msspTenantId },
    wrong: { partnerTenantId: id, tenantId: id },
  },
  [dynamic("DefenderRoleAssignment")]: {
    properties: { tenantId, principalIds: [idFor("tier1")], roleDefinitionId: idFor("role") },
    sources: { roleDefinitionId: ["role"] },
    wrong: { principalIds: fc.array(id, { minLength: 1 }), roleDefinitionId: id, tenantId: id },
  },
  [dynamic("DefenderRoleDefinition")]: {
    properties: { tenantId, displayName: "Tier 1 Analyst", permissions: [...tierPermissions.tier1] },
    wrong: {
      displayName: text,
      permissions: fc.array(
        fc.constantFrom(
          "microsoft.xdr/configuration/authorization/manage",
          "microsoft.xdr/*/manage",
          "microsoft.xdr/*",
        ),
        { minLength: 1 },
      ),
      tenantId: id,
    },
  },
  [dynamic("DefenderSiemAuthorization")]: {
    properties: { ...call, applicationId: idFor("client"), msspTenantId },
    wrong: { applicationId: id, endpoint: url, msspTenantId: id, tenantId: id },
  },
  [dynamic("DetectionRule")]: {
    properties: {
      tenantId,
      detectionAction: { automatedActions: { isolateDevices: [{ deviceIdColumn: "DeviceId" }] } },
    },
    settings: withDetections,
    wrong: {
      detectionAction: fc
        .constantFrom("disableUsers", "hardDeleteEmails", "blockFiles", "newAction")
        .map((name) => ({ automatedActions: { [name]: [{ deviceIdColumn: "DeviceId" }] } })),
      tenantId: id,
    },
  },
  [dynamic("EligibleMembers")]: {
    properties: {
      tenantId,
      groupId: idFor("tier2"),
      members: [{ objectId: idFor("ana"), accessEndsOn: ana.accessEndsOn }],
      maximumActivation: "PT4H",
      approvers: [idFor("admin")],
    },
    wrong: {
      activationRequires: fc.constantFrom([], ["Justification"], ["MultiFactorAuthentication", "Ticketing"]),
      approverGroups: fc.array(id, { minLength: 1 }),
      approvers: fc.uniqueArray(id, { minLength: 2 }),
      groupId: id,
      maximumActivation: fc.oneof(
        fc.integer({ min: 5, max: 900 }).map((hours) => `PT${hours}H`),
        fc.integer({ min: 241, max: 9000 }).map((minutes) => `PT${minutes}M`),
        fc.constantFrom("P1D", "P1Y"),
      ),
      members: fc.array(
        id.map((objectId) => ({ objectId, accessEndsOn: ana.accessEndsOn })),
        { minLength: 1 },
      ),
      tenantId: id,
    },
  },
  [dynamic("Guest")]: {
    properties: { tenantId, email: ana.email, redirectUrl: `https://security.microsoft.com?tid=${tenantId}` },
    wrong: {
      ...{ adoptMember: fc.constant(true), copyRecipient: address, email: address, existingObjectId: id },
      ...{ redirectUrl: url, tenantId: id },
    },
  },
  [dynamic("MsspServicePrincipal")]: {
    properties: { tenantId, applicationId: idFor("mssp-app") },
    settings: msspApp,
    wrong: { applicationId: id, tenantId: id },
  },
  [providerType("azuread")]: { properties: { tenantId }, wrong: { tenantId: id } },
  [providerType("azure-native")]: {
    properties: { tenantId: msspTenantId, subscriptionId },
    wrong: { subscriptionId: id, tenantId: id },
  },
};

/** The program's resources of the settings. */
export function programOf({ connector }: PolicySettings): readonly Sample[] {
  return connector.kind === "msspApp" ? program.filter(({ name }) => !["app", "sp"].includes(name ?? "")) : program;
}

export function replaced(
  properties: Readonly<Record<string, unknown>>,
  [first = "", ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const inner = properties[first];
  const changed = rest.length === 0 ? value : replaced((inner ?? {}) as Record<string, unknown>, rest, value);
  return { ...properties, [first]: changed };
}
