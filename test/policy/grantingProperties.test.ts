/**
 * The table of granting properties: each argument of a judged type is in it, and each rule refuses
 * what its property gives to anybody whom the settings do not name.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
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
  component,
  componentTypes,
  dynamic,
  dynamicTypes,
  isProgramType,
  judgedType,
  keyVault,
  keyVaultSecret,
  programTypes,
  providerType,
  registrationAssignment,
  registrationDefinition,
} from "../../domain/resourceTypes";
import { applicable } from "../../domain/kinds/accessKind";
import { kinds } from "../../domain/kinds/kinds";
import { declarableTypes } from "../../dev/policyTypes/tokens";
import { grantingProperties, otherProperties } from "../../policy/grantingProperties";
import { rules } from "../../policy/rules";
import type { PackageSchema } from "../../plugin/schema";
import schema from "../../plugin/schema.json";
import type { PolicySettings } from "../../policy/policySettings";
import type { Rule } from "../../policy/rule";
import { contoso, inDays, judge, judgeStack, type Sample } from "./support";

const root = path.resolve(__dirname, "..", "..");
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
const everything: PolicySettings = {
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
  { type: dynamic("DefenderRoleDefinition"), name: "role", properties: { displayName: "Tier 1 Analyst" } },
  { type: azuread("AccessPackageCatalog"), name: "catalog", properties: { id: idFor("catalog") } },
  { type: azuread("AccessPackage"), name: "package", properties: { id: idFor("package") } },
  {
    type: azuread("AccessPackageResourceCatalogAssociation"),
    name: "catalog-resource",
    properties: { id: `${idFor("catalog")}/${idFor("tier1")}` },
  },
  { type: registrationDefinition, name: "definition", properties: {} },
  { type: dynamic("CrossTenantPartnerEntry"), name: "entry", properties: { found: "{}" } },
];

interface Grant {
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
const vault = {
  tenantId: msspTenantId,
  enablePurgeProtection: true,
  enableRbacAuthorization: true,
};
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

const grants: Readonly<Record<string, Grant>> = {
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
    },
  },
  [azuread("AccessPackageCatalog")]: {
    properties: { externallyVisible: false },
    wrong: { externallyVisible: fc.constant(true) },
  },
  [azuread("AccessPackageResourceCatalogAssociation")]: {
    properties: {
      catalogId: idFor("catalog"),
      resourceOriginId: idFor("tier1"),
      resourceOriginSystem: "AadGroup",
    },
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
      properties: { registrationDefinitionId: idFor("definition") },
    },
    sources: { properties: ["definition"] },
    wrong: { "properties.registrationDefinitionId": id, scope: id.map((one) => `/subscriptions/${one}`) },
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
    wrong: { adoptMember: fc.constant(true), copyRecipient: address, email: address, redirectUrl: url, tenantId: id },
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

/** Rules that refuse a type for other reasons than its properties. */
const alsoRefusing: Readonly<Record<string, string>> = {
  // Its guest is in no group of this stack.
  [dynamic("EligibleMembers")]: "guests-in-their-groups",
};

describe("policy/grantingProperties: each property that grants", () => {
  for (const { type, property, rule: name } of grantingProperties) {
    const rule = rules.find((one) => one.name === name);
    const grant = grants[type];

    it(`${name} refuses any other value of ${type.split(":").at(-1) ?? type}.${property}`, () => {
      assert.ok(rule !== undefined, `there is no rule ${name}`);
      assert.equal(rule.level, "mandatory");
      assert.ok(
        rule.types === undefined || rule.types === "all" || rule.types.includes(type),
        "the rule names no such type",
      );
      const wrong = grant?.wrong[property];
      assert.ok(grant !== undefined && wrong !== undefined, "the test has no wrong value of it");
      assert.deepEqual(said(rule, type, grant, grant.properties), []);
      fc.assert(
        fc.property(wrong, (value) => {
          const properties = replaced(grant.properties, property.split("."), value);
          assert.notDeepEqual(said(rule, type, grant, properties, property), [], JSON.stringify(value));
        }),
        { numRuns: 30 },
      );
    });
  }

  for (const [type, grant] of Object.entries(grants)) {
    it(`no mandatory rule refuses ${type.split(":").at(-1) ?? type} as the settings ask for it`, () => {
      const mandatory = rules.filter(({ level }) => level === "mandatory");
      const refusing = mandatory.filter((rule) => said(rule, type, grant, grant.properties).length > 0);
      const expected = programTypes.includes(type) || type.startsWith("pulumi:") ? [] : ["known-resource-types"];
      assert.deepEqual(
        refusing.map(({ name }) => name).filter((name) => name !== alsoRefusing[type]),
        expected,
      );
    });
  }

  it("refuses each value from any mix of wrong properties, whatever the others are", () => {
    const rows = fc.constantFrom(...grantingProperties).chain((row) => {
      const grant = grants[row.type];
      assert.ok(grant !== undefined);
      const all = Object.fromEntries(
        Object.entries(grant.wrong).map(([property, wrong]) => [property, fc.option(wrong, { nil: grant })]),
      );
      const own = grant.wrong[row.property] ?? fc.constant(undefined);
      return fc.record({ row: fc.constant(row), grant: fc.constant(grant), own, others: fc.record(all) });
    });
    fc.assert(
      fc.property(rows, ({ row: { type, property }, grant, own, others }) => {
        let properties = replaced(grant.properties, property.split("."), own);
        for (const [other, value] of Object.entries(others)) {
          if (other !== property && value !== grant) properties = replaced(properties, other.split("."), value);
        }
        const refusing = rules.filter(
          (rule) => rule.level === "mandatory" && said(rule, type, grant, properties, property).length > 0,
        );
        assert.ok(refusing.length > 0, JSON.stringify(properties));
      }),
      { numRuns: 300 },
    );
  });
});

describe("policy/grantingProperties: what the table covers", () => {
  const listed = new Map<string, string[]>();
  for (const { type, property } of grantingProperties) listed.set(type, [...(listed.get(type) ?? []), property]);
  for (const [type, properties] of Object.entries(otherProperties)) {
    listed.set(type, [...(listed.get(type) ?? []), ...properties.split(" ")]);
  }

  for (const [type, properties] of listed) {
    if (type.startsWith("pulumi:")) continue;
    it(`decides about each argument of ${type.split(":").at(-1) ?? type}`, () => {
      assert.deepEqual([...properties].sort(), argumentsFor(type).sort());
    });
  }

  it("names no property twice", () => {
    for (const [type, properties] of listed) assert.equal(new Set(properties).size, properties.length, type);
  });

  it("has the properties that the table of kinds names, each with a rule that exists", () => {
    const names = rules.map(({ name }) => name);
    for (const kind of kinds) {
      const types = applicable(kind.types) ?? [];
      // Memberships and activation policies are properties of other kinds' resources.
      if (types.length === 0) continue;
      const properties = types.flatMap((type) => listed.get(judgedType(type)) ?? []);
      for (const [property, rule] of Object.entries(applicable(kind.judged) ?? {})) {
        assert.ok(
          properties.some((one) => one === property || one.startsWith(`${property}.`)),
          `${kind.key}.${property}`,
        );
        assert.ok(names.includes(rule), `${kind.key}.${property}: ${rule}`);
      }
    }
  });

  it("has every dynamic resource, and every type of the program that gives access", () => {
    assert.deepEqual(
      dynamicTypes.filter((type) => !listed.has(type)),
      [],
    );
    const harmless = [
      "azure-native:resources:ResourceGroup",
      "random:index/randomId:RandomId",
      "random:index/randomUuid:RandomUuid",
    ];
    assert.deepEqual(
      programTypes.filter((type) => !listed.has(type)),
      harmless,
    );
  });
});

describe("policy/grantingProperties: types outside of the table", () => {
  const found = declarableTypes(path.join(root, "node_modules"));
  const tokens = Object.entries(found).flatMap(([group, names]) =>
    names.map((name) => (group.startsWith("azure-native") ? `${group}:${name}` : tokenIn(group, name))),
  );
  const known = rules.find(({ name }) => name === "known-resource-types") as Rule;
  const dynamicRule = rules.find(({ name }) => name === "typed-dynamic-resources") as Rule;

  it("refuses every other type that the SDKs can declare, unless the parameter names it", () => {
    const others = tokens.filter((type) => !programTypes.includes(type));
    assert.ok(others.length > 2000);
    const refused = judgeStack(
      known,
      others.map((type) => ({ type })),
    );
    assert.equal(refused.length, others.length);
  });

  it("takes only named components of the plugin for the program's own", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]\w{0,20}$/), (name) => {
        const type = `defender-mssp:index:${name}`;
        const isOwn =
          componentTypes.includes(type) || dynamicTypes.includes(`pulumi-nodejs:dynamic/defender-mssp:${name}`);
        assert.equal(isProgramType(type), isOwn);
      }),
    );
    for (const type of componentTypes) assert.ok(isProgramType(type), type);
  });

  it("judges a resource of the plugin as its dynamic twin", () => {
    for (const { type, property, rule: name } of grantingProperties) {
      if (!dynamicTypes.includes(type)) continue;
      const grant = grants[type];
      const rule = rules.find((one) => one.name === name);
      assert.ok(grant !== undefined && rule !== undefined);
      const twin = type.replace("pulumi-nodejs:dynamic/defender-mssp:", "defender-mssp:index:");
      const [wrong] = fc.sample(grant.wrong[property] ?? fc.constant(undefined), 1);
      const properties = replaced(grant.properties, property.split("."), wrong);
      assert.notDeepEqual(said(rule, twin, grant, properties, property), [], `${twin}.${property}`);
    }
  });

  it("judges each resource of the plugin's schema, with each of its arguments, as a twin in the table", () => {
    const resources = Object.entries((schema as unknown as PackageSchema).resources);
    const own = resources.filter(([, { isComponent }]) => isComponent !== true);
    assert.ok(own.length > 8, `${own.length} resources`);
    for (const [token, { inputProperties }] of own) {
      const twin = judgedType(token);
      assert.notEqual(twin, token, `${token} has no twin: no rule judges it`);
      const properties = grantingProperties.filter(({ type }) => type === twin).map(({ property }) => property);
      const decided = [...properties, ...(otherProperties[twin] ?? "").split(" ")];
      const undecided = Object.keys(inputProperties).filter((name) => !decided.includes(name));
      assert.deepEqual(undecided, [], token);
    }
    for (const [token, { isComponent }] of resources) {
      assert.equal(componentTypes.includes(token), isComponent === true, token);
    }
  });

  it("refuses a resource that a dynamic provider makes under the token of another type", () => {
    const provider = providerType("pulumi-nodejs");
    for (const type of [...componentTypes, azuread("Group"), "random:index/randomId:RandomId", "anything:index:Else"]) {
      assert.equal(judge(dynamicRule, type, {}, { provider }).length, 1, type);
    }
    assert.equal(judge(dynamicRule, component("GuestUser"), {}, { provider: providerType("azuread") }).length, 1);
    assert.deepEqual(judge(dynamicRule, component("GuestUser"), {}), []);
    assert.deepEqual(judge(dynamicRule, dynamic("Guest"), {}, { provider }), []);
    assert.deepEqual(judge(dynamicRule, component("Guest"), {}, { provider }), []);
  });
});

/** What a rule says about a stack of the program with the grant. */
function said(
  rule: Rule,
  type: string,
  { settings = everything, sources = {} }: Grant,
  properties: Readonly<Record<string, unknown>>,
  wrong?: string,
): readonly string[] {
  if (!("validateStack" in rule.policy(() => undefined))) return judge(rule, type, properties, { settings });
  // A literal comes from no resource.
  const [literal] = wrong?.split(".") ?? [];
  const from = Object.fromEntries(Object.entries(sources).filter(([property]) => property !== literal));
  const declared =
    settings.connector.kind === "msspApp" ? program.filter(({ name }) => !["app", "sp"].includes(name ?? "")) : program;
  return judgeStack(rule, [...declared, { type, name: "grant", properties, sources: from }], { settings });
}

function replaced(
  properties: Readonly<Record<string, unknown>>,
  [first = "", ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const inner = properties[first];
  const changed = rest.length === 0 ? value : replaced((inner ?? {}) as Record<string, unknown>, rest, value);
  return { ...properties, [first]: changed };
}

function tokenIn(plugin: string, name: string): string {
  return `${plugin}:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
}

/** Names of a type's arguments, from the SDKs' declarations and the components' sources. */
function argumentsFor(type: string): string[] {
  const [plugin = "", module = "", name = ""] = type.split(":");
  if (plugin === "azuread") return fieldsIn(declaration(`azuread/${module.split("/")[1] ?? ""}.d.ts`), `${name}Args`);
  if (plugin === "pulumi-nodejs") return dynamicArguments(name);
  const file = declaration(`azure-native/${module}/${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`);
  const own = fieldsIn(file, `${name}Args`);
  const inputs = declaration("azure-native/types/input.d.ts");
  const namespace = inputs.slice(inputs.indexOf(`export declare namespace ${module} {`));
  const nested = own.includes("properties") && /\.(\w+PropertiesArgs)\b/.exec(file)?.[1];
  if (!nested) return own;
  const inner = fieldsIn(namespace, nested).map((property) => `properties.${property}`);
  return [...own.filter((property) => property !== "properties"), ...inner];
}

function declaration(file: string): string {
  return readFileSync(path.join(root, "node_modules", "@pulumi", file), "utf8");
}

function fieldsIn(source: string, name: string): string[] {
  const body = new RegExp(`interface ${name}(?: extends \\w+)? \\{\\n([\\s\\S]*?)\\n *\\}\\n`).exec(source)?.[1];
  assert.ok(body !== undefined, name);
  const indent = /^ */.exec(body.split("\n").find((line) => line.trim() !== "") ?? "")?.[0] ?? "";
  return [...body.matchAll(new RegExp(`^${indent}(?:readonly )?(\\w+)\\??:`, "gm"))].map(([, field = ""]) => field);
}

function dynamicArguments(name: string): string[] {
  const folder = path.join(root, "components");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const sources = files.map((file) => readFileSync(path.join(folder, file), "utf8"));
  const source = sources.find((one) => one.includes(`interface ${name}Args`)) ?? "";
  const inherited = source.includes(`interface ${name}Args extends DefenderCallArgs`);
  const calls = sources.find((one) => one.includes("interface DefenderCallArgs")) ?? "";
  return [...fieldsIn(source, `${name}Args`), ...(inherited ? fieldsIn(calls, "DefenderCallArgs") : [])];
}
