/**
 * How a resource of each kind of access is an object of the report. A kind without a row is one by its key
 * and its display name, and has words of its own. A kind without a resource is not in the report.
 */
import {
  shownAzureRole,
  directoryRoleName,
  lastSegment,
  microsoftGraph,
  ruleActionNames,
  sentinelRoleName,
  windowsDefenderAtp,
} from "@defender-mssp/microsoft";
import {
  isNotApplicable,
  notApplicable,
  type AccessKind,
  type KindCell,
  type NotApplicable,
} from "../../../domain/kinds/accessKind";
import { kinds, type KindKey, type KindsWith } from "../../../domain/kinds/kinds";
import { plannedId } from "../../planned/plannedId";
import type { ReportResource } from "../state/readState";
import { activationText, eligibleMembers, groupEligibility, isOn, text, texts } from "../state/resourceWithId";

export interface ObjectDescription {
  readonly name: string;
  /** Such as an e-mail address, or the actions of a role. */
  readonly detail: string;
  /** Default: the last part of the provider's ID. */
  readonly objectId?: string;
  /** Client ID, where a portal's address needs it. */
  readonly appId?: string;
  /** What a portal's address needs in place of the object ID. */
  readonly linkId?: string;
}

type Describe = (resource: ReportResource, resources: readonly ReportResource[]) => ObjectDescription;

export interface KindInReport {
  /** The object's `kind` in the JSON of a report: none changes. */
  readonly word: string;
  readonly describe: Describe;
}

const kindsInReport = {
  guest: {
    word: "guest",
    describe: (guest) => ({ name: text(guest, "displayName"), detail: text(guest, "email") }),
  },
  group: {
    word: "group",
    describe: (group, resources) => ({ name: text(group, "displayName"), detail: membersText(group, resources) }),
  },
  eligibility: {
    word: "eligibility",
    describe: (eligibility, resources) => ({
      name: displayName(text(eligibility, "groupId"), resources),
      detail: activationText(eligibility),
      objectId: "",
    }),
  },
  directoryRoleAssignment: {
    word: "directoryRole",
    describe: (assignment) => ({ name: directoryRoleName(text(assignment, "roleId")), detail: "", objectId: "" }),
  },
  defenderRole: {
    word: "defenderRole",
    describe: (role) => ({ name: text(role, "displayName"), detail: texts(role, "permissions").join(", ") }),
  },
  defenderRoleAssignment: {
    word: "defenderRoleAssignment",
    describe: (assignment, resources) => ({
      name: text(assignment, "displayName"),
      detail: texts(assignment, "principalIds")
        .map((id) => displayName(id, resources))
        .join(", "),
    }),
  },
  catalogResource: {
    word: "catalogResource",
    describe: (association, resources) => ({
      name: displayName(text(association, "resourceOriginId"), resources),
      detail: displayName(text(association, "catalogId"), resources),
      objectId: "",
    }),
  },
  accessPackage: {
    word: "accessPackage",
    describe: (accessPackage, resources) => ({
      name: text(accessPackage, "displayName"),
      detail: packageTerms(accessPackage, resources),
    }),
  },
  accessPackageResource: {
    word: "accessPackageResource",
    describe: (association, resources) => ({
      name: displayName(text(association, "catalogResourceAssociationId"), resources),
      detail: text(association, "accessType"),
      objectId: "",
    }),
  },
  assignmentPolicy: {
    word: "assignmentPolicy",
    describe: (policy) => ({ name: text(policy, "displayName"), detail: policyTerms(policy) }),
  },
  application: {
    word: "application",
    describe: (application) => {
      const clientId = text(application, "clientId");
      return { name: text(application, "displayName"), detail: clientId, appId: clientId };
    },
  },
  clientSecret: { word: "clientSecret", describe: describeCredential },
  certificate: { word: "certificate", describe: describeCredential },
  federatedCredential: {
    word: "federatedCredential",
    describe: (credential, resources) => ({
      ...describeCredential(credential, resources),
      detail: `${text(credential, "issuer")}, ${text(credential, "subject")}`,
    }),
  },
  redirectUri: {
    word: "redirectUri",
    describe: (platform) => ({
      name: texts(platform, "redirectUris").join(", "),
      detail: text(platform, "type"),
      objectId: "",
    }),
  },
  requestedPermission: {
    word: "requestedPermission",
    describe: (request) => {
      const names = [...texts(request, "roleIds"), ...texts(request, "scopeIds")].map(permissionName);
      return { name: names.join(", "), detail: apiName(names), objectId: "" };
    },
  },
  servicePrincipal: { word: "servicePrincipal", describe: describeServicePrincipal },
  msspServicePrincipal: { word: "servicePrincipal", describe: describeServicePrincipal },
  applicationPermission: {
    word: "permission",
    describe: (grant, resources) =>
      describePermission(grant, resources, [text(grant, "appRole") || permissionName(text(grant, "appRoleId"))]),
  },
  delegatedConsent: {
    word: "permission",
    describe: (grant, resources) => describePermission(grant, resources, texts(grant, "claimValues")),
  },
  notificationRule: {
    word: "notificationRule",
    describe: (rule) => ({
      name: text(rule, "name"),
      detail: `${texts(rule, "severities").join(", ")} → ${texts(rule, "recipients").join(", ")}`,
      objectId: "",
    }),
  },
  detectionRule: {
    word: "detectionRule",
    describe: (rule) => ({ name: text(rule, "displayName"), detail: ruleText(rule) }),
  },
  siemAuthorization: {
    word: "siemAuthorization",
    describe: (authorization, resources) => ({
      name: withoutPlanned(text(authorization, "applicationId")) || registrationName(resources),
      detail: text(authorization, "status"),
      objectId: "",
    }),
  },
  partnerEntry: {
    word: "tenantTrust",
    describe: (entry) => ({
      name: text(entry, "partnerTenantId"),
      detail: entry.type.endsWith("PartnerEntry") ? "the entry itself" : trustText(entry),
    }),
  },
  conditionalAccessPolicy: {
    word: "conditionalAccessPolicy",
    describe: (policy) => ({ name: text(policy, "displayName"), detail: text(policy, "state") }),
  },
  keyVault: {
    word: "keyVault",
    describe: (vault) => ({ name: text(vault, "vaultName"), detail: text(vault, "location"), objectId: "" }),
  },
  keyVaultSecret: {
    word: "vaultSecret",
    describe: (secret) => ({ name: text(secret, "secretName"), detail: text(secret, "vaultName"), objectId: "" }),
  },
  vaultReader: {
    word: "vaultReader",
    describe: (assignment) => ({
      name: text(assignment, "principalId"),
      detail: lastSegment(text(assignment, "scope")),
      objectId: "",
    }),
  },
  resourceGroup: {
    word: "resourceGroup",
    describe: (group) => ({ name: text(group, "resourceGroupName"), detail: text(group, "location"), objectId: "" }),
  },
  lighthouseDefinition: { word: "delegation", describe: describeDelegation },
  lighthouseAssignment: {
    word: "lighthouseAssignment",
    describe: (assignment) => ({ name: text(assignment, "scope"), detail: "", objectId: "" }),
  },
  sentinelAssignment: {
    word: "sentinelRole",
    describe: (assignment, resources) => ({
      name: sentinelRoleName(text(assignment, "roleDefinitionId")) ?? lastSegment(text(assignment, "roleDefinitionId")),
      detail: `${groupOfAssignment(assignment, resources)}resource group ${lastSegment(text(assignment, "scope"))}`,
      objectId: "",
    }),
  },
} as const satisfies Readonly<Partial<Record<KindKey, KindInReport>>>;

type Row = keyof typeof kindsInReport;

/** Kinds that no resource of a state is of, or nothing in a tenant. */
type UndeclaredKind = KindsWith<"types", NotApplicable> | KindsWith<"removal", { readonly by: "state" }>;

export const unknownKind = "unknown";

/** Kinds of objects that no resource of a known type declares. */
const furtherWords = {
  governanceGroup: "governanceRelationship",
  governanceRole: "governanceRelationship",
  [unknownKind]: "extensionResource",
} as const satisfies Readonly<Record<string, KindKey>>;

/** What an object of a report is. */
export type ObjectKind =
  (typeof kindsInReport)[Row]["word"] | Exclude<KindKey, Row | UndeclaredKind> | keyof typeof furtherWords;

type DescribedKind = KindInReport & { readonly word: ObjectKind };

/** Undefined for a kind that is no object of a report. */
export function kindInReport(key: KindKey | undefined): DescribedKind | undefined {
  if (key === undefined) return { word: unknownKind, describe: describeUnknown };
  if (isRow(key)) return kindsInReport[key];
  return isUndeclared(key) ? undefined : { word: key, describe: describeNamed };
}

function isUndeclared(key: KindKey): key is UndeclaredKind {
  const kind = kinds.find((candidate) => candidate.key === key);
  return isNotApplicable(kind?.types) || kind?.removal.by === "state";
}

function isRow(key: KindKey): key is Row {
  return key in kindsInReport;
}

function describeNamed(resource: ReportResource): ObjectDescription {
  return { name: text(resource, "displayName"), detail: "" };
}

/** Every kind of object, in the order in which people read of them. */
export const objectKinds: readonly ObjectKind[] = [...new Set(kinds.flatMap(({ key }) => words(key)))];

function words(key: KindKey): ObjectKind[] {
  const further = Object.entries(furtherWords).filter(([, kind]) => kind === key);
  const own = kindInReport(key)?.word ?? [];
  return [own, ...further.map(([word]) => word as ObjectKind)].flat();
}

/** The kinds of objects that a report has for a kind of access, or why it has none. */
export function reportedAs({ key, types }: AccessKind): KindCell<readonly ObjectKind[]> {
  const objects = words(key);
  if (objects.length > 0) return objects;
  return isNotApplicable(types) ? types : notApplicable("nothing of it is in a tenant");
}

/** The kinds of access that an object of this kind stands for. */
export function accessKinds(word: ObjectKind): readonly AccessKind[] {
  return kinds.filter(({ key }) => words(key).includes(word));
}

/** The kind of the objects with which such an object ends; undefined where it ends by itself. */
export function ownerWord(word: ObjectKind): ObjectKind | undefined {
  const owners = accessKinds(word).map(({ removal }) => (removal.by === "owner" ? removal.owner : undefined));
  return owners[0] === undefined ? undefined : kindInReport(owners[0] as KindKey)?.word;
}

/** Whether such an object is in the customer's tenant or subscription. */
export function isWithCustomer(word: ObjectKind): boolean {
  return accessKinds(word).some(({ place }) => place.startsWith("customer's"));
}

/** In Graph's terms, which need no translation: `enabled, PT1H, isolateDevices`. */
function ruleText(rule: ReportResource): string {
  const { frequency = "" } = (rule.inputs["schedule"] ?? {}) as { readonly frequency?: string };
  return [text(rule, "status"), frequency, ...ruleActionNames(rule.inputs)].join(", ");
}

function describeUnknown(resource: ReportResource): ObjectDescription {
  return { name: text(resource, "displayName") || text(resource, "name"), detail: resource.type };
}

function describeServicePrincipal(principal: ReportResource, resources: readonly ReportResource[]): ObjectDescription {
  const appId = text(principal, "clientId") || text(principal, "applicationId");
  const application = registration(appId, resources);
  const name = text(principal, "displayName") || (application && text(application, "displayName")) || appId;
  return { name, detail: appId, appId };
}

/** Before `up` no client ID is known: then it is the stack's only registration. */
function registration(appId: string, resources: readonly ReportResource[]): ReportResource | undefined {
  return resources.find(
    (resource) => resource.kind === "application" && (appId === "" || text(resource, "clientId") === appId),
  );
}

function withoutPlanned(id: string): string {
  return id.startsWith(plannedId) ? "" : id;
}

function registrationName(resources: readonly ReportResource[]): string {
  const application = registration("", resources);
  return application === undefined ? "" : text(application, "displayName");
}

function describeCredential(credential: ReportResource, resources: readonly ReportResource[]): ObjectDescription {
  const owner = lastSegment(text(credential, "applicationId"));
  const application = resources.find(({ kind, id }) => kind === "application" && lastSegment(id) === owner);
  const appId = application === undefined ? "" : text(application, "clientId");
  const name = text(credential, "displayName") || withoutPlanned(lastSegment(credential.id));
  return { name: name || registrationName(resources), detail: "", appId };
}

function describePermission(
  grant: ReportResource,
  resources: readonly ReportResource[],
  names: readonly string[],
): ObjectDescription {
  const principal = text(grant, "principalObjectId") || text(grant, "servicePrincipalObjectId");
  const holder = resources.find(
    ({ kind, id }) => (kind === "servicePrincipal" || kind === "msspServicePrincipal") && lastSegment(id) === principal,
  );
  const appId = holder === undefined ? "" : text(holder, "clientId") || text(holder, "applicationId");
  const how = grant.kind === "delegatedConsent" ? "for a signed-in user" : "as the application itself";
  return { name: names.join(", "), detail: `${apiName(names)}, ${how}`, objectId: "", linkId: principal, appId };
}

function describeDelegation(definition: ReportResource, resources: readonly ReportResource[]): ObjectDescription {
  const { authorizations = [], eligibleAuthorizations = [] } = (definition.inputs["properties"] ?? {}) as {
    readonly authorizations?: readonly Authorization[];
    readonly eligibleAuthorizations?: readonly Authorization[];
  };
  const roles = [
    ...authorizations.map(({ roleDefinitionId }) => shownAzureRole(roleDefinitionId)),
    ...eligibleAuthorizations.map(({ roleDefinitionId }) => `eligible ${shownAzureRole(roleDefinitionId)}`),
  ];
  const assignment = resources.find(({ kind }) => kind === "lighthouseAssignment");
  const groups = [...authorizations, ...eligibleAuthorizations].map(
    ({ principalIdDisplayName = "" }) => principalIdDisplayName,
  );
  const scope = text(assignment ?? definition, "scope");
  const detail = [...new Set(roles), scope].filter((part) => part !== "").join(", ");
  return { name: [...new Set(groups)].join(", "), detail, objectId: "" };
}

interface Authorization {
  readonly principalIdDisplayName?: string;
  readonly roleDefinitionId?: string;
}

/** Such as "Tier 1 Analyst, "; empty before `up`, when no group has an ID. */
function groupOfAssignment(assignment: ReportResource, resources: readonly ReportResource[]): string {
  const principal = text(assignment, "principalId");
  return principal === "" ? "" : `${displayName(principal, resources)}, `;
}

/** An object that the stack does not have is named by its ID. */
function displayName(id: string, resources: readonly ReportResource[]): string {
  const resource = resources.find(
    (candidate) => id !== "" && lastSegment(candidate.id) === lastSegment(id) && text(candidate, "displayName") !== "",
  );
  return (resource === undefined ? "" : text(resource, "displayName")) || lastSegment(id);
}

function membersText(group: ReportResource, resources: readonly ReportResource[]): string {
  const eligibility = groupEligibility(group, resources);
  const members = eligibility === undefined ? texts(group, "members").length : eligibleMembers(eligibility).length;
  if (members === 0) return "";
  return `${members} ${eligibility === undefined ? "" : "eligible "}${members === 1 ? "member" : "members"}`;
}

/** National clouds have other IDs: then the ID is shown. */
export function permissionName(id: string): string {
  const known = [windowsDefenderAtp, microsoftGraph].flatMap(({ appRoles, scopes }) => [
    ...Object.entries(appRoles),
    ...Object.entries(scopes),
  ]);
  return known.find(([, permission]) => permission === id)?.[0] ?? id;
}

export function apiName(permissions: readonly string[]): string {
  const known = { ...windowsDefenderAtp.appRoles, ...windowsDefenderAtp.scopes };
  return permissions.every((permission) => permission in known)
    ? windowsDefenderAtp.displayName
    : microsoftGraph.displayName;
}

/** What the entry of the MSSP's tenant says, in the terms of Entra's page. */
function trustText(entry: ReportResource): string {
  const group = text(entry, "limitToGroup");
  const application = text(entry, "limitToApplication");
  return [
    ...(isOn(entry, "isMfaAccepted") ? ["trusts multifactor authentication"] : []),
    ...(isOn(entry, "isCompliantDeviceAccepted") ? ["trusts compliant devices"] : []),
    ...(isOn(entry, "isHybridAzureADJoinedDeviceAccepted") ? ["trusts hybrid joined devices"] : []),
    ...(isOn(entry, "inboundConsentAllowed") ? ["redeems invitations automatically"] : []),
    ...(group === "" ? [] : [`only its group ${group}`]),
    ...(application === "" ? [] : [`only the application ${application}`]),
  ].join(", ");
}

function packageTerms(accessPackage: ReportResource, resources: readonly ReportResource[]): string {
  const policy = resources.find(
    ({ kind, inputs }) =>
      kind === "assignmentPolicy" && accessPackage.id !== "" && inputs["accessPackageId"] === accessPackage.id,
  );
  return policy === undefined ? "" : policyTerms(policy);
}

/** Such as "180 days, reviewed quarterly". */
function policyTerms({ inputs }: ReportResource): string {
  const days = inputs["durationInDays"];
  const { reviewFrequency } = (inputs["assignmentReviewSettings"] ?? {}) as { readonly reviewFrequency?: string };
  return [
    ...(typeof days === "number" ? [`${days} days`] : []),
    ...(reviewFrequency === undefined ? [] : [`reviewed ${reviewFrequency}`]),
  ].join(", ");
}
