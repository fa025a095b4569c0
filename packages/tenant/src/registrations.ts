/** App registrations and service principals of the customer's tenant, and what of one names the MSSP without a mark. */
import {
  federatedCredentialsPath,
  graphApplications,
  graphServicePrincipals,
  type Application,
} from "@defender-mssp/microsoft";
import { isMsspDomain, isMsspTenant, ownerByMark } from "./owner";
import { deletionStep } from "./presence";
import type { OwnedNode, TenantReader, Whose } from "./reader";

type Registration = Pick<Application, "id" | "appId"> &
  Partial<Pick<Application, "description" | "createdDateTime" | "web" | "spa" | "publicClient" | "api">> & {
    readonly displayName: string | null;
    /** Entra takes at most twenty of an application, as many as `$expand` returns. */
    readonly federatedIdentityCredentials?: readonly { readonly id: string; readonly issuer: string }[];
  };

/** Every app registration with its federated credentials: Graph can't filter by a part of the description. */
export function registrations({ list }: Pick<TenantReader, "list">): Promise<readonly Registration[]> {
  const properties = "id,appId,displayName,description,createdDateTime,web,spa,publicClient,api";
  return list(`${graphApplications.path}?$select=${properties}&$expand=federatedIdentityCredentials&$top=999`);
}

export interface ServicePrincipalEntry {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly appOwnerOrganizationId?: string | null;
  readonly notes?: string | null;
  readonly replyUrls?: readonly string[];
}

export const servicePrincipalsPath = `${graphServicePrincipals.path}?$select=id,appId,displayName,appOwnerOrganizationId,notes,replyUrls&$top=999`;

/** Service principals of applications of the MSSP's tenant. */
export async function msspEntries({ list, owner: whose }: TenantReader): Promise<readonly ServicePrincipalEntry[]> {
  return (await list<ServicePrincipalEntry>(servicePrincipalsPath)).filter(({ appOwnerOrganizationId }) =>
    isMsspTenant(whose, appOwnerOrganizationId),
  );
}

/** The federated credentials that take tokens of the MSSP's: the issuer has its tenant ID in every cloud, or its domain. */
export function msspIssuers(
  tenant: TenantReader,
  { id, displayName, description, federatedIdentityCredentials = [] }: Registration,
): OwnedNode[] {
  if (ownerByMark(tenant.owner, description) !== undefined) return [];
  return federatedIdentityCredentials
    .filter(({ issuer }) => namesMssp(tenant.owner, issuer))
    .map((credential) => ({
      kind: "federatedCredential",
      id: credential.id,
      ownerId: id,
      name: displayName ?? id,
      whose: "claimed",
      evidence: `it takes tokens of ${credential.issuer}, which is the MSSP's`,
      gives: [{ what: "who has such a token signs in as the application", way: "federatedCredential" }],
      step: deletionStep(tenant, `${federatedCredentialsPath(id)}/${credential.id}`),
    }));
}

/** By redirect URIs, and by applications of the MSSP that need no consent of a person. */
export async function claimedRegistrations(tenant: TenantReader): Promise<OwnedNode[]> {
  const own = new Map((await msspEntries(tenant)).map(({ appId, displayName }) => [appId.toLowerCase(), displayName]));
  return (await registrations(tenant)).flatMap((registration): OwnedNode[] => {
    const { id, displayName, description, web, spa, publicClient, api } = registration;
    if (ownerByMark(tenant.owner, description) !== undefined) return [];
    const uri = msspAddress(
      tenant.owner,
      [web, spa, publicClient].flatMap((platform) => platform?.redirectUris ?? []),
    );
    const clients = (api?.preAuthorizedApplications ?? []).flatMap(({ appId }) => own.get(appId.toLowerCase()) ?? []);
    const unsure = [
      ...(uri === undefined ? [] : [`codes and tokens of who signs in to it go to ${uri}`]),
      ...clients.map((name) => `the MSSP's application "${name}" may call it without a person's consent`),
    ];
    if (unsure.length === 0) return [];
    const [name, evidence] = [displayName ?? id, "it names the MSSP"];
    const step = `Microsoft Entra admin center > App registrations > ${name} > Authentication, and Expose an API: remove what is not yours.`;
    return [{ kind: "application", id, name, whose: "claimed", evidence, gives: [], unsure, step }];
  });
}

/** The first address of the MSSP's domains or tenants. */
export function msspAddress(whose: Whose, addresses: readonly string[]): string | undefined {
  return addresses.find((address) => namesMssp(whose, address));
}

function namesMssp(whose: Whose, address: string): boolean {
  return address.split(/[/:?#@]/).some((part) => isMsspTenant(whose, part) || isMsspDomain(whose, part));
}
