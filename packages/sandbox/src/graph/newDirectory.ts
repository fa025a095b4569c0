/**
 * The directory of a new tenant: that of a small real tenant with Defender. The same tenant ID and
 * description give the same tenant, byte for byte: IDs are derived from names, times are constants.
 */
import {
  directoryRoleTemplates,
  microsoftGraph,
  microsoftServicesTenantId,
  windowsDefenderAtp,
  type PublishedApplication,
} from "@defender-mssp/microsoft";
import {
  automationApplicationId,
  derivedId,
  derivedLinkId,
  msspTenantId,
  sandboxCustomerTenantId,
} from "../cloud/identity";
import type { Json, StoredObject, Tenant } from "../cloud/model";
import type { PermissionsByResource, TenantDescription } from "../cloud/tenantMaker";
import type { JsonObject } from "./json";
import { lockedByDefault } from "./appInstanceLock";
import { entitySets, type EntitySetName } from "./entities";
import { emulatedApplications } from "./graphPermissions";

/** Creation time of all seeded objects. */
export const seededAt = "2024-01-15T09:00:00Z";

/** Names of the sandbox's own two tenants, unless a stack's settings name them. */
const wellKnownTenants: Readonly<Record<string, { displayName: string; domain: string }>> = {
  [msspTenantId]: { displayName: "Fabrikam Security", domain: "fabrikam-security.example" },
  [sandboxCustomerTenantId]: { displayName: "Contoso", domain: "contoso.com" },
};

/**
 * The automation's default permissions in a tenant: more than the onboarding needs, for programs
 * that use emulated azuread resources without a component (directory roles, other applications).
 */
export const automationPermissions: PermissionsByResource = {
  [microsoftGraph.appId]: [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "CustomDetection.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Domain.Read.All",
    "EntitlementManagement.ReadWrite.All",
    "Group.ReadWrite.All",
    "Organization.Read.All",
    "Policy.Read.All",
    "Policy.Read.ConditionalAccess",
    "Policy.ReadWrite.ConditionalAccess",
    "Policy.ReadWrite.CrossTenantAccess",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
    "RoleManagement.ReadWrite.Defender",
    "RoleManagement.ReadWrite.Directory",
    "RoleManagementPolicy.ReadWrite.AzureADGroup",
    "User.Invite.All",
    "User.ReadWrite.All",
  ],
  [windowsDefenderAtp.appId]: ["IntegrationConfiguration.ReadWrite"],
};

/** Names of Microsoft's applications in token requests, besides the application ID. */
const servicePrincipalNames: Readonly<Record<string, readonly string[]>> = {
  "Microsoft Graph": ["https://graph.microsoft.com", "https://graph.microsoft.com/"],
  WindowsDefenderATP: [
    "https://api.securitycenter.microsoft.com",
    "https://api.securitycenter.windows.com",
    "https://securitycenter.onmicrosoft.com/windowsatpservice",
  ],
  "Microsoft Threat Protection": ["https://api.security.microsoft.com"],
  "Windows Azure Active Directory": ["https://graph.windows.net", "https://graph.windows.net/"],
  "Windows Azure Service Management API": [
    "https://management.azure.com/",
    "https://management.core.windows.net/",
    "https://management.usgovcloudapi.net/",
  ],
  "Azure Key Vault": ["https://vault.azure.net", "https://vault.usgovcloudapi.net"],
};

export function fillDirectory(tenant: Tenant, description: TenantDescription): void {
  const named = wellKnownTenants[tenant.id];
  const displayName = description.displayName ?? named?.displayName ?? `Tenant ${tenant.id.slice(0, 8)}`;
  const domain = (description.domain ?? named?.domain ?? placeholderDomain(tenant.id)).toLowerCase();
  const initialDomain = `${initialDomainLabel(displayName, tenant.id)}.onmicrosoft.com`;
  addOrganization(tenant, displayName, [initialDomain, domain]);
  addDirectoryRoleTemplates(tenant);
  const administrators = [
    addAdministrator(tenant, displayName, `admin@${initialDomain}`, "Tenant Administrator"),
    addAdministrator(tenant, displayName, `security.admin@${domain}`, "Security Administrator"),
  ];
  addGlobalAdministrators(tenant, administrators);
  for (const application of emulatedApplications) addPublishedServicePrincipal(tenant, application);
  addAutomation(tenant, description.permissions ?? automationPermissions);
}

/** An application and its audience, for `addApplication`. */
export interface ApplicationDescription {
  readonly applicationId: string;
  readonly displayName: string;
  readonly signInAudience: "AzureADMyOrg" | "AzureADMultipleOrgs";
  /** App Instance Lock. Default: none, as an application of before June 2026. */
  readonly servicePrincipalLockConfiguration?: JsonObject;
}

/** Registers an application in `home` without a service principal. */
export function addApplication(home: Tenant, description: ApplicationDescription): StoredObject {
  return add(home, "applications", {
    id: derivedId(home.id, `applications/${description.applicationId}`),
    appId: description.applicationId,
    createdDateTime: seededAt,
    displayName: description.displayName,
    publisherDomain: publisherDomain(home),
    signInAudience: description.signInAudience,
    servicePrincipalLockConfiguration: description.servicePrincipalLockConfiguration ?? null,
  });
}

/**
 * Consents to an application in a tenant: its service principal, with the application permissions
 * named, by resource's application ID.
 */
export function addConsentedServicePrincipal(
  tenant: Tenant,
  description: ApplicationDescription & { readonly homeTenantId: string },
  permissions: PermissionsByResource,
): StoredObject {
  const servicePrincipal = add(tenant, "servicePrincipals", {
    id: derivedId(tenant.id, `servicePrincipals/${description.applicationId}`),
    appDisplayName: description.displayName,
    appId: description.applicationId,
    appOwnerOrganizationId: description.homeTenantId,
    createdDateTime: seededAt,
    displayName: description.displayName,
    servicePrincipalNames: [description.applicationId],
    signInAudience: description.signInAudience,
  });
  for (const [resourceAppId, roles] of Object.entries(permissions)) {
    for (const role of roles) assignAppRole(tenant, servicePrincipal, resourceAppId, role);
  }
  return servicePrincipal;
}

/** Gives a service principal an application permission of another one in the same tenant, unless it has it. */
export function assignAppRole(tenant: Tenant, principal: StoredObject, resourceAppId: string, role: string): void {
  const resource = [...tenant.objects("servicePrincipals").values()].find(
    (object) => object["appId"] === resourceAppId,
  );
  const roles = (resource?.["appRoles"] ?? []) as unknown as readonly { id: string; value: string }[];
  const appRole = roles.find(({ value }) => value === role);
  if (resource === undefined || appRole === undefined) throw new Error(`${resourceAppId} has no app role ${role}.`);
  const isThere = [...tenant.objects("appRoleAssignments").values()].some(
    ({ principalId, resourceId, appRoleId }) =>
      principalId === principal.id && resourceId === resource.id && appRoleId === appRole.id,
  );
  if (isThere) return;
  const id = derivedLinkId(tenant.id, `appRoleAssignments/${principal.id}/${resource.id}/${appRole.id}`);
  add(tenant, "appRoleAssignments", {
    id,
    appRoleId: appRole.id,
    createdDateTime: seededAt,
    principalDisplayName: principal["displayName"] ?? null,
    principalId: principal.id,
    principalType: "ServicePrincipal",
    resourceDisplayName: resource["displayName"] ?? null,
    resourceId: resource.id,
  });
}

/**
 * The label under onmicrosoft.com: the name's letters and digits, and part of the ID, so that no
 * two tenants share one.
 */
function initialDomainLabel(displayName: string, tenantId: string): string {
  const letters = displayName
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .slice(0, 19);
  return `${letters === "" ? "tenant" : letters}${tenantId.slice(0, 8)}`;
}

function placeholderDomain(tenantId: string): string {
  return `tenant-${tenantId.slice(0, 8)}.example`;
}

/**
 * Verifies the described domain in a tenant that was made on first use, without a description.
 * @returns whether that changed the tenant.
 */
export function verifyDescribedDomain(tenant: Tenant, { domain }: TenantDescription): boolean {
  const domains = tenant.objects("domains");
  const isPlaceholder = domains.get(placeholderDomain(tenant.id))?.["isDefault"] === true && domains.size === 2;
  return isPlaceholder && domain !== undefined && verifyDomain(tenant, domain);
}

/** Adds a verified domain. @returns whether the tenant did not have it. */
export function verifyDomain(tenant: Tenant, domain: string): boolean {
  const name = domain.toLowerCase();
  const organization = tenant.objects("organization").get(tenant.id);
  if (organization === undefined || tenant.objects("domains").has(name)) return false;
  const verified = organization["verifiedDomains"];
  organization["verifiedDomains"] = [...(Array.isArray(verified) ? verified : []), verifiedDomain(name, "added")];
  addDomain(tenant, name, "added");
  return true;
}

type DomainRole = "initial" | "default" | "added";

function addOrganization(tenant: Tenant, displayName: string, [initial, main]: readonly [string, string]): void {
  add(tenant, "organization", {
    id: tenant.id,
    countryLetterCode: "US",
    createdDateTime: seededAt,
    displayName,
    preferredLanguage: "en",
    verifiedDomains: [verifiedDomain(initial, "initial"), verifiedDomain(main, "default")],
  });
  addDomain(tenant, initial, "initial");
  addDomain(tenant, main, "default");
}

function verifiedDomain(name: string, role: DomainRole): Json {
  return {
    capabilities: "Email, OfficeCommunicationsOnline",
    isDefault: role === "default",
    isInitial: role === "initial",
    name,
    type: "Managed",
  };
}

function addDomain(tenant: Tenant, name: string, role: DomainRole): void {
  add(tenant, "domains", {
    id: name,
    isDefault: role === "default",
    isInitial: role === "initial",
    supportedServices: ["Email", "OfficeCommunicationsOnline"],
  });
}

function addDirectoryRoleTemplates(tenant: Tenant): void {
  for (const [displayName, id] of Object.entries(directoryRoleTemplates)) {
    const description = `${displayName}, a role built into Microsoft Entra ID.`;
    add(tenant, "directoryRoleTemplates", { id, description, displayName });
    add(tenant, "roleDefinitions", { id, description, displayName, templateId: id });
  }
}

/** Assigns a role that is built into Entra ID, for the whole tenant. */
export function assignDirectoryRole(tenant: Tenant, principalId: string, roleTemplateId: string): void {
  const id = derivedLinkId(tenant.id, `roleAssignments/${roleTemplateId}/${principalId}`);
  add(tenant, "roleAssignments", { id, directoryScopeId: "/", principalId, roleDefinitionId: roleTemplateId });
}

function addAdministrator(tenant: Tenant, company: string, userPrincipalName: string, title: string): StoredObject {
  const [mailNickname = ""] = userPrincipalName.split("@");
  return add(tenant, "users", {
    id: derivedId(tenant.id, `users/${mailNickname}`),
    accountEnabled: true,
    companyName: company,
    createdDateTime: seededAt,
    displayName: `${company} ${title}`,
    jobTitle: title,
    mail: userPrincipalName,
    mailNickname,
    preferredLanguage: "en",
    usageLocation: "US",
    userPrincipalName,
    userType: "Member",
  });
}

/**
 * The only role that each new tenant has activated, and its holder. Entra shows it as a member and
 * as a role assignment.
 */
function addGlobalAdministrators(tenant: Tenant, administrators: readonly StoredObject[]): void {
  const roleTemplateId = directoryRoleTemplates["Global Administrator"];
  const roleId = derivedId(tenant.id, `directoryRoles/${roleTemplateId}`);
  add(tenant, "directoryRoles", {
    id: roleId,
    description: "Global Administrator, a role built into Microsoft Entra ID.",
    displayName: "Global Administrator",
    roleTemplateId,
  });
  tenant.links("directoryRoles.members").set(
    roleId,
    administrators.map(({ id }) => id),
  );
  for (const { id } of administrators) assignDirectoryRole(tenant, id, roleTemplateId);
}

/**
 * A service principal of Microsoft's. As observed: without creator and creation time, owned by
 * Microsoft's tenant.
 */
function addPublishedServicePrincipal(tenant: Tenant, application: PublishedApplication): void {
  const id = derivedId(tenant.id, `servicePrincipals/${application.appId}`);
  add(tenant, "servicePrincipals", {
    id,
    appDisplayName: application.displayName,
    appId: application.appId,
    appOwnerOrganizationId: microsoftServicesTenantId,
    createdDateTime: null,
    displayName: application.displayName,
    servicePrincipalNames: [application.appId, ...(servicePrincipalNames[application.displayName] ?? [])],
    signInAudience: "AzureADMultipleOrgs",
    appRoles: Object.entries(application.appRoles).map(([value, roleId]) => ({
      allowedMemberTypes: ["Application"],
      description: `Allows the app ${value}, without a signed-in user.`,
      displayName: value,
      id: roleId,
      isEnabled: true,
      origin: "Application",
      value,
    })),
    oauth2PermissionScopes: Object.entries(application.scopes).map(([value, scopeId]) => ({
      adminConsentDescription: `Allows the app ${value}, on behalf of the signed-in user.`,
      adminConsentDisplayName: value,
      id: scopeId,
      isEnabled: true,
      type: "Admin",
      userConsentDescription: `Allows the app ${value}, on your behalf.`,
      userConsentDisplayName: value,
      value,
    })),
  });
}

function addAutomation(tenant: Tenant, permissions: PermissionsByResource): void {
  const automation = {
    applicationId: automationApplicationId,
    displayName: "MSSP Onboarding Automation",
    signInAudience: "AzureADMultipleOrgs",
  } as const;
  if (tenant.id === msspTenantId)
    addApplication(tenant, { ...automation, servicePrincipalLockConfiguration: lockedByDefault });
  addConsentedServicePrincipal(tenant, { ...automation, homeTenantId: msspTenantId }, permissions);
}

function publisherDomain(tenant: Tenant): Json {
  const domains = [...tenant.objects("domains").values()];
  return domains.find((domain) => domain["isDefault"] === true)?.id ?? null;
}

/** An object of an entity set; properties that are not given have the service's defaults. */
function made(entitySet: EntitySetName, named: StoredObject): StoredObject {
  const { properties } = entitySets[entitySet];
  const unknown = Object.keys(named).filter((name) => !Object.hasOwn(properties, name));
  if (unknown.length > 0) throw new Error(`Graph's ${entitySet} have no ${unknown.join(", ")}.`);
  const object: StoredObject = { id: named.id };
  for (const [name, property] of Object.entries(properties)) {
    if (property.only === "beta" || property.writeOnly) continue;
    object[name] = structuredClone(named[name] ?? property.default ?? null);
  }
  return object;
}

function add(tenant: Tenant, entitySet: EntitySetName, named: StoredObject): StoredObject {
  const object = made(entitySet, named);
  tenant.objects(entitySet).set(object.id, object);
  return object;
}
