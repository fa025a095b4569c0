/** Finds the SIEM's application: a registration in the customer's tenant, or the MSSP's own application. */
import {
  federatedCredentialsPath,
  findServicePrincipal,
  graphApplications,
  graphList,
  graphServicePrincipals,
  listAppRoleAssignments,
  listClientGrants,
  type Application,
  type GraphCall,
  type PasswordCredential,
  type ServicePrincipal,
} from "@defender-mssp/microsoft";
import { siemConnectorName, siemRedirectUri } from "../../../domain/naming";
import { markIn } from "./markIn";
import type { Look, SearchedTenant } from "./searchedTenant";
import type { FoundApplication, FoundSecret, FoundServicePrincipal } from "./found";

/** Registrations by the name or the redirect URI of the document of 2018. */
export async function findApplications({ call }: SearchedTenant, look: Look): Promise<FoundApplication[]> {
  const all = await graphList<Pick<Application, "id" | "displayName" | "web">>(
    call,
    `${graphApplications.path}?$select=id,displayName,web`,
  );
  const found: FoundApplication[] = [];
  for (const { id } of all.filter(isSiemConnector)) {
    const { status, body } = await call(graphApplications.item(id), { accept: [404] });
    if (status !== 404) found.push(await described(call, body as Application, look));
  }
  return found;
}

function isSiemConnector({ displayName, web }: Pick<Application, "displayName" | "web">): boolean {
  const isNamed = displayName.toLowerCase().endsWith(siemConnectorName("").toLowerCase());
  // The document's script sends the second one.
  return isNamed || web.redirectUris.some((uri) => isSiemRedirectUri(uri));
}

function isSiemRedirectUri(uri: string): boolean {
  const path = new URL(siemRedirectUri("x")).pathname;
  return uri.toLowerCase().endsWith(path.toLowerCase()) || /^https:\/\/siemmsspconnector\/?$/i.test(uri);
}

async function described(call: GraphCall, application: Application, look: Look): Promise<FoundApplication> {
  const { id, appId, displayName, signInAudience, web, requiredResourceAccess } = application;
  const { description, notes } = application;
  const servicePrincipal = await findServicePrincipal<NotedPrincipal>(call, appId);
  return {
    id,
    appId,
    displayName,
    ...markIn(notes),
    ...markIn(description),
    signInAudience,
    redirectUris: web.redirectUris,
    requested: requiredResourceAccess.map(({ resourceAppId, resourceAccess }) => ({
      apiAppId: resourceAppId,
      ids: resourceAccess.map((one) => one.id),
    })),
    secrets: application.passwordCredentials.map(secret),
    certificates: application.keyCredentials.map(secret),
    federatedCredentials: await graphList(call, federatedCredentialsPath(id)),
    ...(servicePrincipal && { servicePrincipal: await withGrants(call, servicePrincipal, look) }),
  };
}

function secret({ keyId, displayName, startDateTime, endDateTime }: Omit<PasswordCredential, "hint" | "secretText">) {
  return { keyId, displayName, startsOn: startDateTime, endsOn: endDateTime } satisfies FoundSecret;
}

/** Service principals of applications that are registered in the MSSP's tenant. */
export async function findServicePrincipals(
  { call, msspTenantId }: SearchedTenant,
  look: Look,
): Promise<FoundServicePrincipal[]> {
  // `$filter` on appOwnerOrganizationId is an advanced query; the list itself is not.
  const query = "$select=id,appId,displayName,appOwnerOrganizationId,notes";
  const all = await graphList<NotedPrincipal>(call, `${graphServicePrincipals.path}?${query}`);
  const ofMssp = all.filter(({ appOwnerOrganizationId }) => appOwnerOrganizationId?.toLowerCase() === msspTenantId);
  return Promise.all(ofMssp.map((one) => withGrants(call, one, look)));
}

/** With the property that has the mark of this program. */
type NotedPrincipal = ServicePrincipal & { readonly notes?: string | null };

async function withGrants(
  call: GraphCall,
  { id, appId, displayName, notes }: NotedPrincipal,
  look: Look,
): Promise<FoundServicePrincipal> {
  const roles = await listAppRoleAssignments(call, id);
  const consents = await look(`consents of ${displayName}`, "DelegatedPermissionGrant.Read.All", [], () =>
    listClientGrants(call, id),
  );
  return {
    id,
    appId,
    displayName,
    ...markIn(notes),
    appRoles: roles.map((role) => ({
      id: role.id,
      resourceId: role.resourceId,
      appRoleId: role.appRoleId,
      api: role.resourceDisplayName ?? role.resourceId,
    })),
    consents: consents.map((consent) => ({
      id: consent.id,
      resourceId: consent.resourceId,
      scopes: (consent.scope ?? "").split(" ").filter((scope) => scope !== ""),
      isForAll: consent.consentType === "AllPrincipals",
    })),
  };
}
