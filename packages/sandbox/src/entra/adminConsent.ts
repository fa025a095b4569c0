/**
 * The admin consent endpoint, where a customer's administrator consents to another party's
 * application. Opening the address is the consent. The application gets its service principal and
 * the permissions that its registration requests, whatever scope the address names.
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { EmulatedCloud } from "../cloud/cloud";
import type { Json, StoredObject, Tenant } from "../cloud/model";
import type { PermissionsByResource } from "../cloud/tenantMaker";
import { addConsentedServicePrincipal, assignAppRole } from "../graph/newDirectory";
import { clientIn, listOf, propertyOf, servicePrincipalOf, tenantOf, propertyText } from "./signInDirectory";
import { entraErrors } from "./entraErrors";
import { Parameters } from "./parameters";

export async function adminConsent(
  cloud: EmulatedCloud,
  request: FastifyRequest,
  reply: FastifyReply,
  required: readonly string[],
): Promise<FastifyReply> {
  const parameters = Parameters.ofQuery(request);
  for (const name of required) parameters.need(name);
  const clientId = parameters.need("client_id").toLowerCase();
  const { tenant: name } = request.params as { tenant: string };
  const tenant = tenantOf(cloud, name, clientId);
  const redirectUri = parameters.get("redirect_uri");
  const { home, application } = registrationFor(cloud, tenant, clientId);
  const registered = listOf(propertyOf(application["web"], "redirectUris")).map(propertyText);
  if (redirectUri !== undefined && !registered.includes(redirectUri)) {
    throw entraErrors.redirectMismatch(redirectUri, clientId);
  }
  consent(cloud, tenant, home, application);
  const address = redirectUri ?? registered[0];
  // The consent has taken effect. Seen by a public project, whose application has no redirect URI.
  if (address === undefined) throw entraErrors.noRedirectRegistered();
  const target = new URL(address);
  const answer = { admin_consent: "True", tenant: tenant.id, state: parameters.get("state") };
  for (const [key, value] of Object.entries(answer)) if (value !== undefined) target.searchParams.set(key, value);
  return reply.redirect(target.href, 302);
}

function registrationFor(
  cloud: EmulatedCloud,
  tenant: Tenant,
  clientId: string,
): { readonly home: Tenant; readonly application: StoredObject } {
  const home = cloud.homeTenantOf(clientId);
  const application = [...(home?.objects("applications").values() ?? [])].find((one) => one["appId"] === clientId);
  const mayCome = home === tenant || application?.["signInAudience"] !== "AzureADMyOrg";
  // Throws Entra's error for a missing client.
  if (home === undefined || application === undefined || !mayCome) throw refusal(cloud, tenant, clientId);
  return { home, application };
}

function refusal(cloud: EmulatedCloud, tenant: Tenant, clientId: string): Error {
  try {
    clientIn(cloud, tenant, clientId);
  } catch (error) {
    return error as Error;
  }
  return entraErrors.notMultitenant(clientId);
}

/** Grants what the registration requests; an application that is there keeps what it has. */
function consent(cloud: EmulatedCloud, tenant: Tenant, home: Tenant, application: StoredObject): void {
  const applicationId = propertyText(application["appId"]);
  const description = {
    applicationId,
    displayName: propertyText(application["displayName"]),
    signInAudience: "AzureADMultipleOrgs" as const,
    homeTenantId: home.id,
  };
  const wanted = listOf(application["requiredResourceAccess"]);
  const servicePrincipal =
    servicePrincipalOf(tenant, applicationId) ?? addConsentedServicePrincipal(tenant, description, {});
  for (const [resource, roles] of Object.entries(rolesIn(tenant, wanted)))
    for (const role of roles) assignAppRole(tenant, servicePrincipal, resource, role);
  for (const one of wanted) grantScopes(tenant, servicePrincipal, one);
  cloud.changed();
}

function rolesIn(tenant: Tenant, wanted: readonly Json[]): PermissionsByResource {
  return Object.fromEntries(
    wanted.map((one) => [propertyText(propertyOf(one, "resourceAppId")), namesOf(tenant, one, "Role", "appRoles")]),
  );
}

function grantScopes(tenant: Tenant, client: StoredObject, wanted: Json): void {
  const scopes = namesOf(tenant, wanted, "Scope", "oauth2PermissionScopes");
  const resource = servicePrincipalOf(tenant, propertyText(propertyOf(wanted, "resourceAppId")));
  if (resource === undefined || scopes.length === 0) return;
  const grants = tenant.objects("oauth2PermissionGrants");
  const [id, before] = [...grants].find(
    ([, grant]) =>
      grant["clientId"] === client.id && grant["resourceId"] === resource.id && grant["principalId"] === null,
  ) ?? [randomUUID(), { scope: "" }];
  const all = new Set([...propertyText(before["scope"]).split(" ").filter(Boolean), ...scopes]);
  grants.set(id, {
    id,
    clientId: client.id,
    consentType: "AllPrincipals",
    principalId: null,
    resourceId: resource.id,
    scope: [...all].join(" "),
  });
}

/** Names of the permissions of one kind that a registration requests of one API. */
function namesOf(tenant: Tenant, wanted: Json, type: string, property: string): string[] {
  const resource = servicePrincipalOf(tenant, propertyText(propertyOf(wanted, "resourceAppId")));
  const ids = listOf(propertyOf(wanted, "resourceAccess"))
    .filter((one) => propertyOf(one, "type") === type)
    .map((one) => propertyText(propertyOf(one, "id")));
  return listOf(resource?.[property])
    .filter((one) => ids.includes(propertyText(propertyOf(one, "id"))))
    .map((one) => propertyText(propertyOf(one, "value")));
}
