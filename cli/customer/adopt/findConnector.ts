/** Finds the SIEM's application: a registration in the customer's tenant, or the MSSP's own application. */
import {
  federatedCredentialsPath,
  graphApplications,
  listAppRoleAssignments,
  listClientGrants,
  type Application,
  type PasswordCredential,
} from "@defender-mssp/microsoft";
import {
  msspEntries,
  servicePrincipalsPath,
  type ServicePrincipalEntry,
  type TenantReader,
} from "@defender-mssp/tenant";
import { siemConnectorName, siemRedirectUri } from "../../../domain/naming";
import { markIn, type Candidate } from "./candidate";

/** Runs one part of the search; without its permission the part is empty and named. */
export type Look = <T>(what: string, permission: string, empty: T, look: () => Promise<T>) => Promise<T>;

/** Registrations by the name or the redirect URI of the document of 2018, with their parts. */
export async function findApplications(tenant: TenantReader, look: Look): Promise<Candidate[]> {
  const all = await tenant.list<Pick<Application, "id" | "displayName" | "web">>(
    `${graphApplications.path}?$select=id,displayName,web`,
  );
  const candidates: Candidate[] = [];
  for (const { id } of all.filter(isSiemConnector)) {
    const { status, body } = await tenant.graph(graphApplications.item(id), { accept: [404] });
    if (status !== 404) candidates.push(...(await registration(tenant, body as Application, look)));
  }
  return candidates;
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

async function registration(tenant: TenantReader, application: Application, look: Look): Promise<Candidate[]> {
  const { id, appId, displayName: name, notes, description } = application;
  const of = [id];
  const principals = await tenant.list<ServicePrincipalEntry>(servicePrincipalsPath);
  const principal = principals.find((entry) => entry.appId === appId);
  const federated = await tenant.list<{ readonly id: string; readonly name: string }>(federatedCredentialsPath(id));
  return [
    { key: "application", ...application, name, ...markIn(notes, description) },
    ...application.passwordCredentials.map((secret) => ({
      key: "clientSecret" as const,
      ...secret,
      ...keyed(secret),
      of,
    })),
    ...application.keyCredentials.map((certificate) => ({ key: "certificate" as const, ...keyed(certificate), of })),
    ...federated.map((credential) => ({ key: "federatedCredential" as const, ...credential, of })),
    ...(principal === undefined
      ? []
      : [
          { key: "servicePrincipal" as const, id: principal.id, name: principal.displayName, appId, of },
          ...(await grants(tenant, principal, [id, principal.id], look)),
        ]),
  ];
}

function keyed({ keyId: id, displayName, endDateTime }: Omit<PasswordCredential, "hint" | "secretText">) {
  return { id, name: `${displayName ?? "without a name"}, until ${endDateTime.slice(0, 10)}` };
}

/** Service principals of applications that are registered in the MSSP's tenant, with what they have. */
export async function findServicePrincipals(tenant: TenantReader, look: Look): Promise<Candidate[]> {
  const candidates = (await msspEntries(tenant)).map(async (entry): Promise<Candidate[]> => {
    const { id, appId, displayName: name, notes } = entry;
    const principal = { key: "msspServicePrincipal", id, name, appId, ...markIn(notes) } as const;
    return [principal, ...(await grants(tenant, entry, [id], look))];
  });
  return (await Promise.all(candidates)).flat();
}

/** What a service principal has. */
async function grants(
  { graph }: TenantReader,
  { id: principal, displayName }: ServicePrincipalEntry,
  of: readonly string[],
  look: Look,
): Promise<Candidate[]> {
  const roles = await listAppRoleAssignments(graph, principal);
  const consents = await look(`consents of ${displayName}`, "DelegatedPermissionGrant.Read.All", [], () =>
    listClientGrants(graph, principal),
  );
  return [
    ...roles.map(({ id, resourceId, appRoleId, resourceDisplayName: api }) => {
      const name = `${appRoleId} of ${api ?? resourceId}`;
      return { key: "applicationPermission" as const, id, name, resourceId, appRoleId, of };
    }),
    ...consents.map(({ id, resourceId, scope, consentType }) => {
      const scopes = (scope ?? "").split(" ").filter((each) => each !== "");
      const isForAll = consentType === "AllPrincipals";
      const name = `${scopes.join(", ")}${isForAll ? "" : " for one user"}`;
      return { key: "delegatedConsent" as const, id, name, resourceId, scopes, isForAll, of };
    }),
  ];
}
