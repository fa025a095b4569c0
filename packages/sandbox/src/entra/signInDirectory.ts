/** Look-ups of Entra for a request: the tenant, the client, the resource, the user. */
import { isRecord, listOf as listIn, textOf as propertyText } from "@defender-mssp/errors/json";
import { isUuid } from "@defender-mssp/microsoft";
import type { EmulatedCloud } from "../cloud/cloud";
import { msspTenantId } from "../cloud/identity";
import type { Json, StoredObject, Tenant } from "../cloud/model";
import type { Client } from "./client";
import { entraErrors } from "./entraErrors";
import { isPublicClientOfMicrosoft, publicClientOfMicrosoft } from "./publicClients";

/** An application as the API that a token is for. */
export interface Resource {
  readonly servicePrincipal: StoredObject;
  readonly appId: string;
  /** The token's `aud`: the name that the client requested. */
  readonly audience: string;
  /** Version of the access token; 1 for Microsoft's APIs and by default. */
  readonly tokenVersion: 1 | 2;
}

const nilUuid = "00000000-0000-0000-0000-000000000000";
const tenantless: ReadonlySet<string> = new Set(["common", "organizations"]);

/** Whether the path names no particular tenant. */
export function isTenantless(name: string): boolean {
  return tenantless.has(name.toLowerCase());
}

/**
 * The tenant that a request's path names, by ID or domain. Any UUID is a tenant's, made on first
 * use. `common` and `organizations` mean the client's home tenant; for Microsoft's own clients the
 * MSSP's tenant.
 */
export function tenantOf(cloud: EmulatedCloud, name: string, clientId?: string): Tenant {
  if (isTenantless(name)) return tenantOfClient(cloud, clientId);
  if (isUuid(name)) return cloud.tenant(name);
  const tenant = cloud.tenantOfDomain(name);
  if (tenant !== undefined) return tenant;
  throw /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name) ? entraErrors.unknownTenant(name) : entraErrors.invalidTenant(name);
}

function tenantOfClient(cloud: EmulatedCloud, clientId: string | undefined): Tenant {
  if (clientId === undefined || clientId === "") throw entraErrors.missingParameter("client_id");
  if (clientId === nilUuid) throw entraErrors.invalidApplicationId(clientId);
  if (isPublicClientOfMicrosoft(clientId)) return cloud.tenant(msspTenantId);
  const home = cloud.homeTenantOf(clientId.toLowerCase());
  if (home === undefined) throw entraErrors.unknownClient(clientId, "Microsoft");
  if (registrationIn(home, clientId)?.["signInAudience"] === "AzureADMyOrg") throw entraErrors.notMultitenant(clientId);
  return home;
}

/** The client in the tenant. Throws Entra's error if it is missing or disabled. */
export function clientIn(cloud: EmulatedCloud, tenant: Tenant, id: string): Client {
  if (id === nilUuid) throw entraErrors.invalidApplicationId(id);
  const clientId = id.toLowerCase();
  const ofMicrosoft = publicClientOfMicrosoft(tenant, clientId);
  if (ofMicrosoft !== undefined) return ofMicrosoft;
  const homeTenant = cloud.homeTenantOf(clientId);
  const application = homeTenant === undefined ? undefined : registrationIn(homeTenant, clientId);
  const servicePrincipal = servicePrincipalOf(tenant, clientId);
  if (servicePrincipal === undefined) {
    const mayCome = homeTenant === tenant || application?.["signInAudience"] !== "AzureADMyOrg";
    throw application !== undefined && mayCome
      ? entraErrors.missingServicePrincipal(clientId, tenant.id)
      : entraErrors.unknownClient(id, tenantName(tenant));
  }
  if (servicePrincipal["accountEnabled"] === false) {
    throw entraErrors.disabledClient(clientId, propertyText(servicePrincipal["displayName"]));
  }
  // A service principal without its registration cannot sign in.
  if (application === undefined) throw entraErrors.unknownClient(id, tenantName(tenant));
  return { tenant, clientId, servicePrincipal, application, homeTenant };
}

/**
 * The resource that a client asks for by application ID, application ID URI, or the sandbox's own
 * origin (Graph).
 */
export function resourceIn(cloud: EmulatedCloud, tenant: Tenant, identifier: string, graphAppId: string): Resource {
  const wanted = withoutSlash(identifier);
  const isOrigin = [...Object.values(cloud.origins), cloud.services.graph].includes(wanted);
  const servicePrincipal = isOrigin
    ? servicePrincipalOf(tenant, graphAppId)
    : servicePrincipalNamed(cloud, tenant, wanted);
  if (servicePrincipal === undefined) throw entraErrors.unknownResource(identifier, tenant.id);
  const appId = propertyText(servicePrincipal["appId"]);
  const home = cloud.homeTenantOf(appId);
  const api = home === undefined ? undefined : registrationIn(home, appId)?.["api"];
  const tokenVersion = propertyOf(api, "requestedAccessTokenVersion") === 2 ? 2 : 1;
  return { servicePrincipal, appId, audience: identifier, tokenVersion };
}

export function servicePrincipalOf(tenant: Tenant, appId: string): StoredObject | undefined {
  return find(tenant, "servicePrincipals", (object) => object["appId"] === appId.toLowerCase());
}

/** Values of the application permissions that `principal` has of `resource`. */
export function assignedRoles(tenant: Tenant, principal: StoredObject, resource: StoredObject): string[] {
  const values = new Map(
    listOf(resource["appRoles"])
      .filter((role) => propertyOf(role, "isEnabled") !== false)
      .map((role) => [propertyText(propertyOf(role, "id")), propertyText(propertyOf(role, "value"))]),
  );
  return [...tenant.objects("appRoleAssignments").values()]
    .filter((assignment) => assignment["principalId"] === principal.id && assignment["resourceId"] === resource.id)
    .map((assignment) => values.get(propertyText(assignment["appRoleId"])) ?? "")
    .filter((value) => value !== "");
}

/** Values of the delegated permissions that `client` has of `resource` for `user`. */
export function grantedScopes(
  tenant: Tenant,
  client: StoredObject,
  resource: StoredObject,
  user: StoredObject,
): string[] {
  const scopes = [...tenant.objects("oauth2PermissionGrants").values()]
    .filter((grant) => grant["clientId"] === client.id && grant["resourceId"] === resource.id)
    .filter((grant) => grant["consentType"] === "AllPrincipals" || grant["principalId"] === user.id)
    .flatMap((grant) => propertyText(grant["scope"]).split(" "));
  return [...new Set(scopes.filter((scope) => scope !== ""))].sort();
}

/** The user who signs in: that of `login_hint`, else the tenant's first administrator. */
export function signedInUser(tenant: Tenant, loginHint: string | undefined): StoredObject {
  const hint = loginHint?.toLowerCase();
  const hinted = find(
    tenant,
    "users",
    (user) => hint !== undefined && propertyText(user["userPrincipalName"]).toLowerCase() === hint,
  );
  const administrators = find(tenant, "directoryRoles", (role) => role["displayName"] === "Global Administrator");
  const [first] =
    administrators === undefined ? [] : (tenant.links("directoryRoles.members").get(administrators.id) ?? []);
  const user = hinted ?? (first === undefined ? undefined : tenant.objects("users").get(first));
  const anybody = user ?? [...tenant.objects("users").values()][0];
  if (anybody === undefined) throw entraErrors.malformed();
  return anybody;
}

export function tenantName(tenant: Tenant): string {
  return propertyText(tenant.objects("organization").get(tenant.id)?.["displayName"]) || tenant.id;
}

export { propertyText };
export const listOf = listIn as (value: Json | undefined) => readonly Json[];

export function propertyOf(value: Json | undefined, name: string): Json | undefined {
  return isRecord(value) ? value[name] : undefined;
}

export function withoutSlash(identifier: string): string {
  return identifier.endsWith("/") ? identifier.slice(0, -1) : identifier;
}

function registrationIn(tenant: Tenant, appId: string): StoredObject | undefined {
  return find(tenant, "applications", (object) => object["appId"] === appId.toLowerCase());
}

function servicePrincipalNamed(cloud: EmulatedCloud, tenant: Tenant, name: string): StoredObject | undefined {
  const wanted = name.toLowerCase();
  return find(tenant, "servicePrincipals", (servicePrincipal) => {
    const appId = propertyText(servicePrincipal["appId"]);
    if (appId === wanted) return true;
    const names = listOf(servicePrincipal["servicePrincipalNames"]).map(propertyText);
    const home = names.includes(name) ? undefined : cloud.homeTenantOf(appId);
    const uris = home === undefined ? [] : listOf(registrationIn(home, appId)?.["identifierUris"]).map(propertyText);
    return [...names, ...uris].some((candidate) => withoutSlash(candidate).toLowerCase() === wanted);
  });
}

function find(
  tenant: Tenant,
  collection: string,
  matches: (object: StoredObject) => boolean,
): StoredObject | undefined {
  for (const object of tenant.objects(collection).values()) {
    if (matches(object)) return object;
  }
  return undefined;
}
