/**
 * Conditional Access: policies, and the What If evaluation of a sign-in.
 * https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy
 */
import type { EntityProperties } from "./property";
import { boolean, complex, complexes, computed, dateTime, int32, readOnly, string, strings, each } from "./property";
import { plainSet } from "./entitySet";

const conditionalAccessPolicy: EntityProperties = {
  id: string({ ...computed }),
  templateId: string(readOnly),
  displayName: string({ nullable: false, required: true, default: undefined }),
  description: string(),
  ...each(dateTime(readOnly), "createdDateTime", "modifiedDateTime", "deletedDateTime"),
  state: string({
    nullable: false,
    required: true,
    default: undefined,
    values: ["enabled", "disabled", "enabledForReportingButNotEnforced"],
  }),
  conditions: complex("conditionalAccessConditionSet", { nullable: false, required: true, default: undefined }),
  grantControls: complex("conditionalAccessGrantControls"),
  sessionControls: complex("conditionalAccessSessionControls"),
};

/** A policy with the evaluation of one sign-in. */
const whatIfAnalysisResult: EntityProperties = {
  ...conditionalAccessPolicy,
  policyApplies: boolean({ ...readOnly, nullable: false, default: false }),
  analysisReasons: string({ ...readOnly, nullable: false, default: "notSet" }),
};

/** What every named location has. https://learn.microsoft.com/graph/api/resources/namedlocation */
const namedLocation: EntityProperties = {
  id: string({ ...computed }),
  displayName: string({ nullable: false, required: true, default: undefined }),
  ...each(dateTime(readOnly), "modifiedDateTime", "createdDateTime"),
};

/** https://learn.microsoft.com/graph/api/resources/ipnamedlocation */
const ipNamedLocation: EntityProperties = {
  ...namedLocation,
  isTrusted: boolean({ nullable: false, default: false }),
  ipRanges: complexes("ipRange", { required: true }),
};

/** https://learn.microsoft.com/graph/api/resources/countrynamedlocation */
const countryNamedLocation: EntityProperties = {
  ...namedLocation,
  countriesAndRegions: strings({ required: true }),
  countryLookupMethod: string({
    default: "clientIpAddress",
    values: ["clientIpAddress", "authenticatorAppGps"],
  }),
  includeUnknownCountriesAndRegions: boolean({ nullable: false, default: false }),
};

const filter = complex("conditionalAccessFilter");
const isEnabled = boolean();

export const conditionalAccessTypes: Readonly<Record<string, EntityProperties>> = {
  applicationContext: { includeApplications: strings() },
  applicationEnforcedRestrictionsSessionControl: { isEnabled },
  authenticationStrengthPolicy: {
    id: string({ nullable: false, required: true, default: undefined }),
    ...each(dateTime({ ...computed }), "createdDateTime", "modifiedDateTime"),
    displayName: string({ ...computed }),
    description: string(readOnly),
    ...each(string({ ...computed }), "policyType", "requirementsSatisfied"),
    allowedCombinations: strings(readOnly),
  },
  cloudAppSecuritySessionControl: { cloudAppSecurityType: string(), isEnabled },
  conditionalAccessAllExternalTenants: { membershipKind: string({ values: ["all"] }) },
  conditionalAccessApplications: {
    ...each(strings(), "includeApplications", "excludeApplications", "includeUserActions"),
    includeAuthenticationContextClassReferences: strings(),
    applicationFilter: filter,
  },
  conditionalAccessAuthenticationFlows: { transferMethods: string({ nullable: false, default: "none" }) },
  conditionalAccessClientApplications: {
    ...each(strings(), "includeServicePrincipals", "excludeServicePrincipals"),
    servicePrincipalFilter: filter,
  },
  conditionalAccessConditionSet: {
    ...each(strings(), "userRiskLevels", "signInRiskLevels", "clientAppTypes", "servicePrincipalRiskLevels"),
    insiderRiskLevels: string(),
    platforms: complex("conditionalAccessPlatforms"),
    locations: complex("conditionalAccessLocations"),
    devices: complex("conditionalAccessDevices"),
    clientApplications: complex("conditionalAccessClientApplications"),
    authenticationFlows: complex("conditionalAccessAuthenticationFlows"),
    applications: complex("conditionalAccessApplications", { required: true }),
    users: complex("conditionalAccessUsers"),
  },
  conditionalAccessDevices: { deviceFilter: filter },
  conditionalAccessEnumeratedExternalTenants: {
    membershipKind: string({ values: ["enumerated"] }),
    members: strings(),
  },
  conditionalAccessFilter: {
    mode: string({ nullable: false, default: "include", values: ["include", "exclude"] }),
    rule: string({ nullable: false, default: "" }),
  },
  conditionalAccessGrantControls: {
    operator: string({ values: ["AND", "OR"] }),
    ...each(strings(), "builtInControls", "customAuthenticationFactors", "termsOfUse"),
    authenticationStrength: complex("authenticationStrengthPolicy"),
  },
  conditionalAccessGuestsOrExternalUsers: {
    guestOrExternalUserTypes: string({ nullable: false, required: true, default: undefined }),
    externalTenants: complex("conditionalAccessExternalTenants"),
  },
  conditionalAccessLocations: { includeLocations: strings(), excludeLocations: strings() },
  conditionalAccessPlatforms: { includePlatforms: strings(), excludePlatforms: strings() },
  conditionalAccessSessionControls: {
    disableResilienceDefaults: boolean(),
    applicationEnforcedRestrictions: complex("applicationEnforcedRestrictionsSessionControl"),
    cloudAppSecurity: complex("cloudAppSecuritySessionControl"),
    persistentBrowser: complex("persistentBrowserSessionControl"),
    secureSignInSession: complex("secureSignInSessionControl"),
    signInFrequency: complex("signInFrequencySessionControl"),
  },
  conditionalAccessUsers: {
    ...each(strings(), "includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles"),
    excludeRoles: strings(),
    includeGuestsOrExternalUsers: complex("conditionalAccessGuestsOrExternalUsers"),
    excludeGuestsOrExternalUsers: complex("conditionalAccessGuestsOrExternalUsers"),
  },
  iPv4CidrRange: { cidrAddress: string({ nullable: false, required: true, default: undefined }) },
  iPv6CidrRange: { cidrAddress: string({ nullable: false, required: true, default: undefined }) },
  persistentBrowserSessionControl: { mode: string(), isEnabled },
  secureSignInSessionControl: { isEnabled },
  servicePrincipalSignIn: { servicePrincipalId: string() },
  signInConditions: {
    authenticationFlow: complex("conditionalAccessAuthenticationFlows"),
    ...each(string(), "clientAppType", "country", "devicePlatform", "insiderRiskLevel", "ipAddress"),
    ...each(string(), "servicePrincipalRiskLevel", "signInRiskLevel", "userRiskLevel"),
  },
  signInFrequencySessionControl: {
    authenticationType: string({ values: ["primaryAndSecondaryAuthentication", "secondaryAuthentication"] }),
    frequencyInterval: string({ values: ["timeBased", "everyTime"] }),
    isEnabled,
    type: string({ values: ["days", "hours"] }),
    value: int32(),
  },
  userActionContext: { userAction: string() },
  userSignIn: {
    externalTenantId: string(),
    externalUserType: string({ nullable: false, default: "none" }),
    userId: string(),
  },
};

/** Types of the values of abstract types. */
export const conditionalAccessSubtypes: Readonly<Record<string, readonly string[]>> = {
  conditionalAccessExternalTenants: [
    "conditionalAccessEnumeratedExternalTenants",
    "conditionalAccessAllExternalTenants",
  ],
  ipRange: ["iPv4CidrRange", "iPv6CidrRange"],
  signInContext: ["applicationContext", "userActionContext"],
  signInIdentity: ["userSignIn", "servicePrincipalSignIn"],
};

export const conditionalAccessSets = {
  conditionalAccessPolicies: plainSet(
    "conditionalAccessPolicy",
    conditionalAccessPolicy,
    "identity/conditionalAccess/policies",
  ),
  /** Answers of `identity/conditionalAccess/evaluate`; none is stored. */
  whatIfAnalysisResults: plainSet("whatIfAnalysisResult", whatIfAnalysisResult),
  /** Named locations of both types: what a list selects and filters by. */
  namedLocations: plainSet("namedLocation", namedLocation, "identity/conditionalAccess/namedLocations"),
  ipNamedLocations: plainSet("ipNamedLocation", ipNamedLocation, "identity/conditionalAccess/namedLocations"),
  countryNamedLocations: plainSet(
    "countryNamedLocation",
    countryNamedLocation,
    "identity/conditionalAccess/namedLocations",
  ),
};
