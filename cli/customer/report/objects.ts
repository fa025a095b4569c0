/** The objects and paths of a report, from the resources of a stack's state or preview. */
import {
  directoryRoleTemplates,
  lastSegment,
  microsoftGraph,
  unknownValue,
  windowsDefenderAtp,
} from "@defender-mssp/microsoft";
import { linkTo, type LinkPlace } from "./links";
import { objectKinds, type ObjectKind, type ReportObject, type ReportPath } from "./model";
import type { ReportResource } from "./readState";
import { azuread, azureNative } from "../../../domain/resourceTypes";

export interface ObjectsAndPaths {
  readonly objects: readonly ReportObject[];
  readonly paths: readonly ReportPath[];
}

/** @param place the customer's tenant. */
export function objectsOf(resources: readonly ReportResource[], place: LinkPlace): ObjectsAndPaths {
  const objects = resources.flatMap((resource) => {
    const describe = describers[resource.type];
    return describe === undefined ? [] : describe(resource, { resources, place });
  });
  objects.sort((a, b) => objectKinds.indexOf(a.kind) - objectKinds.indexOf(b.kind) || (a.name < b.name ? -1 : 1));
  const known = new Set(objects.map(({ key }) => key));
  const paths = resources
    .flatMap((resource) => pathsOf(resource, resources))
    .filter(({ from, to }) => known.has(from) && known.has(to));
  return { objects, paths };
}

interface Surroundings {
  readonly resources: readonly ReportResource[];
  readonly place: LinkPlace;
}

type Describe = (resource: ReportResource, surroundings: Surroundings) => ReportObject[];

const describers: Readonly<Partial<Record<string, Describe>>> = {
  Guest: (one, { place }) => [
    made("guest", one, place, { name: text(one, "displayName"), detail: text(one, "email") }),
  ],
  [azuread("Group")]: (one, { place, resources }) => [
    made("group", one, place, { name: text(one, "displayName"), detail: membersText(one, resources) }),
  ],
  [azuread("DirectoryRoleAssignment")]: (one, { place }) => [
    made("directoryRole", one, place, { name: directoryRoleName(text(one, "roleId")), detail: "", objectId: "" }),
  ],
  DefenderRoleDefinition: (one, { place }) => [
    made("defenderRole", one, place, { name: text(one, "displayName"), detail: list(one, "permissions").join(", ") }),
  ],
  ConnectedOrganization: (one, { place }) => [
    made("connectedOrganization", one, place, { name: text(one, "displayName"), detail: "" }),
  ],
  CrossTenantPartner: (one, { place }) => [
    made("tenantTrust", one, place, { name: text(one, "partnerTenantId"), detail: trustText(one) }),
  ],
  [azuread("ConditionalAccessPolicy")]: (one, { place }) => [
    made("conditionalAccessPolicy", one, place, { name: text(one, "displayName"), detail: text(one, "state") }),
  ],
  [azuread("AccessPackage")]: (one, { place, resources }) => [
    made("accessPackage", one, place, { name: text(one, "displayName"), detail: termsText(one, resources) }),
  ],
  [azuread("ApplicationRegistration")]: (one, { place }) => [
    made("application", one, place, {
      name: text(one, "displayName"),
      detail: text(one, "clientId"),
      appId: text(one, "clientId"),
    }),
  ],
  [azuread("ServicePrincipal")]: servicePrincipal,
  MsspServicePrincipal: servicePrincipal,
  [azuread("ApplicationPassword")]: credential("clientSecret"),
  [azuread("ApplicationCertificate")]: credential("certificate"),
  [azuread("ApplicationFederatedIdentityCredential")]: (one, all) =>
    credential("federatedCredential")(one, all).map((object) => ({
      ...object,
      detail: `${text(one, "issuer")}, ${text(one, "subject")}`,
    })),
  [azuread("AppRoleAssignment")]: (one, all) => [
    permission(one, all, roleName(text(one, "appRoleId")), "as the application itself"),
  ],
  AppRoleGrant: (one, all) => [permission(one, all, text(one, "appRole"), "as the application itself")],
  [azuread("ServicePrincipalDelegatedPermissionGrant")]: (one, all) => [
    permission(one, all, list(one, "claimValues").join(", "), "for a signed-in user"),
  ],
  AlertNotificationRule: (one, { place }) => [
    made("notificationRule", one, place, {
      name: text(one, "name"),
      detail: `${list(one, "severities").join(", ")} → ${list(one, "recipients").join(", ")}`,
      objectId: "",
    }),
  ],
  DefenderSiemAuthorization: (one, { place, resources }) => [
    made("siemAuthorization", one, place, {
      name: text(one, "applicationId") || nameOfRegistration(resources),
      detail: text(one, "status"),
      objectId: "",
    }),
  ],
  [azureNative("managedservices:RegistrationDefinition")]: delegation,
  [azureNative("keyvault:Secret")]: (one, { place }) => [
    made("vaultSecret", one, place, {
      name: text(one, "secretName"),
      detail: text(one, "vaultName"),
      objectId: "",
    }),
  ],
};

function servicePrincipal(one: ReportResource, { place, resources }: Surroundings): ReportObject[] {
  const appId = text(one, "clientId") || text(one, "applicationId");
  const registration = registrationOf(appId, resources);
  const name = text(one, "displayName") || (registration && text(registration, "displayName")) || appId;
  return [made("servicePrincipal", one, place, { name, detail: appId, appId })];
}

/** Before `up` no client ID is known: then it is the stack's only registration. */
function registrationOf(appId: string, resources: readonly ReportResource[]): ReportResource | undefined {
  return resources.find(
    (one) => /ApplicationRegistration$/.test(one.type) && (appId === "" || text(one, "clientId") === appId),
  );
}

function nameOfRegistration(resources: readonly ReportResource[]): string {
  const registration = registrationOf("", resources);
  return registration === undefined ? "" : text(registration, "displayName");
}

function credential(kind: "clientSecret" | "certificate" | "federatedCredential"): Describe {
  return (one, { place, resources }) => {
    const application = lastSegment(text(one, "applicationId"));
    const registration = resources.find(
      ({ type, id }) => /ApplicationRegistration$/.test(type) && lastSegment(id) === application,
    );
    const appId = registration === undefined ? "" : text(registration, "clientId");
    const end = text(one, "endDate");
    return [
      {
        ...made(kind, one, place, { name: text(one, "displayName") || lastSegment(one.id), detail: "", appId }),
        ...(end === "" ? {} : { until: new Date(end).toISOString() }),
      },
    ];
  };
}

function permission(one: ReportResource, { place, resources }: Surroundings, name: string, how: string): ReportObject {
  const principal = text(one, "principalObjectId") || text(one, "servicePrincipalObjectId");
  const holder = resources.find(({ type, id }) => /ServicePrincipal$/.test(type) && lastSegment(id) === principal);
  const appId = holder === undefined ? "" : text(holder, "clientId") || text(holder, "applicationId");
  const object = made("permission", one, place, { name, detail: `${apiOf(name)}, ${how}`, objectId: principal, appId });
  return { ...object, objectId: "" };
}

function delegation(one: ReportResource, { place, resources }: Surroundings): ReportObject[] {
  const { authorizations } = (one.inputs["properties"] ?? {}) as {
    readonly authorizations?: readonly { readonly principalIdDisplayName?: string }[];
  };
  const assignment = resources.find(({ type }) => type === azureNative("managedservices:RegistrationAssignment"));
  const groups = (authorizations ?? []).map(({ principalIdDisplayName = "" }) => principalIdDisplayName);
  const scope = text(assignment ?? one, "scope");
  return [made("delegation", one, place, { name: [...new Set(groups)].join(", "), detail: scope, objectId: "" })];
}

interface Description {
  readonly name: string;
  readonly detail: string;
  /** Default: the last part of the provider's ID. */
  readonly objectId?: string;
  readonly appId?: string;
}

function made(
  kind: ObjectKind,
  one: ReportResource,
  place: LinkPlace,
  { name, detail, ...ids }: Description,
): ReportObject {
  const { objectId = lastSegment(one.id), appId } = ids;
  const link = one.id === "" ? undefined : linkTo(kind, place, objectId || lastSegment(one.id), appId);
  return {
    key: keyOf(one),
    kind,
    name,
    detail,
    objectId,
    ...(link === undefined ? {} : { link }),
    ...(one.created === undefined ? {} : { since: one.created }),
    adopted: one.outputs["adopted"] === true,
  };
}

/** Names of a program's resources are unique by type. */
function keyOf({ type, name }: ReportResource): string {
  const short = type.split(":").at(-1) ?? type;
  return `${short}-${name}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

/** Who reaches what by this resource. */
function pathsOf(one: ReportResource, all: readonly ReportResource[]): ReportPath[] {
  const byId = (id: string) =>
    all.find((other) => id !== "" && lastSegment(other.id) === lastSegment(id) && describers[other.type]);
  const path = (from: string, to: ReportResource | undefined, by: string): ReportPath[] => {
    const source = byId(from);
    return source === undefined || to === undefined ? [] : [{ from: keyOf(source), to: keyOf(to), by }];
  };
  switch (one.type) {
    case azuread("Group"):
      // Who has activated the membership is a member for some hours; the state may be older.
      if (eligibilityOf(one, all) !== undefined) return [];
      return list(one, "members").flatMap((member) => path(member, one, "member of"));
    case "EligibleMembers": {
      const group = byId(text(one, "groupId"));
      return eligibleMembers(one).flatMap(({ objectId, accessEndsOn }) =>
        path(objectId, group, eligibilityText(one, accessEndsOn)),
      );
    }
    case azuread("DirectoryRoleAssignment"):
      return path(text(one, "principalObjectId"), one, "has the role");
    case "DefenderRoleAssignment": {
      const role = byId(text(one, "roleDefinitionId"));
      return list(one, "principalIds").flatMap((group) => path(group, role, "has the role"));
    }
    case azuread("AccessPackageResourcePackageAssociation"): {
      const group = byId(text(one, "catalogResourceAssociationId"));
      return path(text(one, "accessPackageId"), group, "makes a member of");
    }
    case azuread("AccessPackage"): {
      const organization = all.find(({ type }) => type === "ConnectedOrganization");
      return organization === undefined ? [] : path(organization.id, one, "may request");
    }
    default:
      return connectorPaths(one, all, path);
  }
}

function connectorPaths(
  one: ReportResource,
  all: readonly ReportResource[],
  path: (from: string, to: ReportResource | undefined, by: string) => ReportPath[],
): ReportPath[] {
  switch (one.type) {
    case azuread("ApplicationPassword"):
    case azuread("ApplicationCertificate"):
    case azuread("ApplicationFederatedIdentityCredential"):
      // From left to right: the credential opens the application.
      return path(text(one, "applicationId"), one, "signs in with").map(({ from, to, by }) => ({
        from: to,
        to: from,
        by,
      }));
    case azuread("AppRoleAssignment"):
    case "AppRoleGrant":
      return path(text(one, "principalObjectId"), one, "may");
    case azuread("ServicePrincipalDelegatedPermissionGrant"):
      return path(text(one, "servicePrincipalObjectId"), one, "may");
    case azuread("ServicePrincipal"): {
      const registration = all.find(
        ({ type, outputs }) => /ApplicationRegistration$/.test(type) && outputs["clientId"] === text(one, "clientId"),
      );
      return registration === undefined ? [] : path(registration.id, one, "signs in as");
    }
    default:
      return [];
  }
}

/** A text of a resource: as its provider answered, else as it was asked for. */
function text({ inputs, outputs }: ReportResource, name: string): string {
  const value = outputs[name] ?? inputs[name];
  return typeof value === "string" && value !== unknownValue ? value : "";
}

function list({ inputs, outputs }: ReportResource, name: string): string[] {
  const value = outputs[name] ?? inputs[name];
  return (Array.isArray(value) ? (value as unknown[]) : []).filter(
    (one) => typeof one === "string" && one !== unknownValue,
  ) as string[];
}

function membersText(one: ReportResource, resources: readonly ReportResource[]): string {
  const eligibility = eligibilityOf(one, resources);
  const members = eligibility === undefined ? list(one, "members").length : eligibleMembers(eligibility).length;
  if (members === 0) return "";
  return `${members} ${eligibility === undefined ? "" : "eligible "}${members === 1 ? "member" : "members"}`;
}

/** The eligible members of a group. */
function eligibilityOf(group: ReportResource, resources: readonly ReportResource[]): ReportResource | undefined {
  return resources.find(
    ({ type, inputs }) => type === "EligibleMembers" && group.id !== "" && inputs["groupId"] === lastSegment(group.id),
  );
}

interface Eligible {
  readonly objectId: string;
  readonly accessEndsOn?: string;
}

function eligibleMembers({ inputs, outputs }: ReportResource): Eligible[] {
  const members = outputs["members"] ?? inputs["members"];
  return (Array.isArray(members) ? (members as unknown[]) : []).filter(
    (one): one is Eligible => typeof (one as Eligible | null)?.objectId === "string",
  );
}

/** Such as "eligible until 2027-03-31, active for up to 4 hours after an approval". */
function eligibilityText(one: ReportResource, accessEndsOn: string | undefined): string {
  const hours = /^PT(\d+)H$/.exec(text(one, "maximumActivation"))?.[1];
  const isApproved = [...list(one, "approvers"), ...list(one, "approverGroups")].length > 0;
  const end = accessEndsOn === undefined ? "" : ` until ${accessEndsOn}`;
  const duration = hours === undefined ? text(one, "maximumActivation") : `${hours} hours`;
  return `eligible${end}, active for up to ${duration}${isApproved ? " after an approval" : ""}`;
}

function directoryRoleName(id: string): string {
  return Object.entries(directoryRoleTemplates).find(([, template]) => template === id)?.[0] ?? id;
}

/** National clouds have other IDs: then the ID is shown. */
function roleName(id: string): string {
  const all = { ...windowsDefenderAtp.appRoles, ...microsoftGraph.appRoles };
  return Object.entries(all).find(([, role]) => role === id)?.[0] ?? id;
}

function apiOf(permissions: string): string {
  const known = { ...windowsDefenderAtp.appRoles, ...windowsDefenderAtp.scopes };
  return permissions.split(", ").every((one) => one in known)
    ? windowsDefenderAtp.displayName
    : microsoftGraph.displayName;
}

/** What the entry of the MSSP's tenant says, in the terms of Entra's page. */
function trustText(one: ReportResource): string {
  const isOn = (name: string) => (one.outputs[name] ?? one.inputs[name]) === true;
  const group = text(one, "limitToGroup");
  const application = text(one, "limitToApplication");
  return [
    ...(isOn("isMfaAccepted") ? ["trusts multifactor authentication"] : []),
    ...(isOn("isCompliantDeviceAccepted") ? ["trusts compliant devices"] : []),
    ...(isOn("isHybridAzureADJoinedDeviceAccepted") ? ["trusts hybrid joined devices"] : []),
    ...(isOn("inboundConsentAllowed") ? ["redeems invitations automatically"] : []),
    ...(group === "" ? [] : [`only its group ${group}`]),
    ...(application === "" ? [] : [`only the application ${application}`]),
  ].join(", ");
}

/** Such as "180 days, reviewed quarterly". */
function termsText(one: ReportResource, resources: readonly ReportResource[]): string {
  const policy = resources.find(
    ({ type, inputs }) =>
      /AccessPackageAssignmentPolicy$/.test(type) && one.id !== "" && inputs["accessPackageId"] === one.id,
  );
  const days = policy?.inputs["durationInDays"];
  const { reviewFrequency } = (policy?.inputs["assignmentReviewSettings"] ?? {}) as {
    readonly reviewFrequency?: string;
  };
  return [
    ...(typeof days === "number" ? [`${days} days`] : []),
    ...(reviewFrequency === undefined ? [] : [`reviewed ${reviewFrequency}`]),
  ].join(", ");
}
