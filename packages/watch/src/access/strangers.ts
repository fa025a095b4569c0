/** Everybody of another tenant who has a way in, and is not of the named MSSP: a question to the customer. */
import { optionalText, textOf } from "@defender-mssp/errors/json";
import {
  graphAccessPartners,
  listConnectedOrganizations,
  listGovernance,
  microsoftServicesTenantId,
  usersPath,
} from "@defender-mssp/microsoft";
import {
  guestAddresses,
  isMsspTenant,
  looked,
  registrations,
  servicePrincipalsPath,
  tenantKinds,
  type KindKey,
  type ServicePrincipalEntry,
  type TenantReader,
  addressedUserProperties,
  type TenantUser,
  type UnreadKind,
} from "@defender-mssp/tenant";
import type { DomainTenants } from "./domainTenants";

/** A way in of somebody else. */
export interface StrangerWay {
  /** Row of the catalogue of ways. */
  readonly way: string;
  readonly kind: KindKey;
  readonly id: string;
  readonly name: string;
  /** Application (client) ID, of a service principal. */
  readonly appId?: string;
}

/** A foreign tenant, or who can't be told to be of one. */
export interface Stranger {
  /** Tenant ID; else a domain, an issuer, or `unknown`. The customer answers with it. */
  readonly key: string;
  readonly isTenant: boolean;
  readonly domains: readonly string[];
  readonly ways: readonly StrangerWay[];
}

/** Tenants of Microsoft's own services and staff. */
const microsoftTenants = new Set([microsoftServicesTenantId, "72f988bf-86f1-41af-91ab-2d7cd011db47"]);

const userProperties = [...addressedUserProperties, "userType"] as const;

interface Sighting extends StrangerWay {
  readonly key: string;
  readonly isTenant: boolean;
  readonly domain?: string;
}

type Look = (tenant: TenantReader, domains: DomainTenants) => Promise<readonly Sighting[]>;

const looks: Partial<Record<KindKey, Look>> = {
  guest: foreignPeople,
  servicePrincipal: foreignApplications,
  federatedCredential: foreignIssuers,
  partnerEntry: foreignPartners,
  governanceRelationship: foreignGovernance,
  lighthouseAssignment: foreignDelegations,
  connectedOrganization: foreignOrganizations,
};

/** @param known object IDs of the MSSP's, in lower case: they are in the list above */
export async function readStrangers(
  tenant: TenantReader,
  domains: DomainTenants,
  known: ReadonlySet<string>,
): Promise<{ readonly strangers: readonly Stranger[]; readonly unread: readonly UnreadKind[] }> {
  const sightings: Sighting[] = [];
  const unread: UnreadKind[] = [];
  for (const [kind, look] of Object.entries(looks)) {
    const answer = await looked(tenantKinds[kind as KindKey], () => look(tenant, domains));
    if ("reason" in answer) unread.push(answer);
    else sightings.push(...answer.value);
  }
  const isOwn = ({ key }: Sighting) => key === tenant.owner.tenantId || microsoftTenants.has(key);
  const strangers = new Map<string, Stranger>();
  for (const sighting of sightings) {
    if (isOwn(sighting) || isMsspTenant(tenant.owner, sighting.key) || known.has(sighting.id.toLowerCase())) continue;
    const { key, isTenant, domain, ...way } = sighting;
    const before = strangers.get(key) ?? { key, isTenant, domains: [], ways: [] };
    const names = domain === undefined ? before.domains : [...new Set([...before.domains, domain])];
    strangers.set(key, { ...before, domains: names, ways: [...before.ways, way] });
  }
  return { strangers: [...strangers.values()].sort((a, b) => b.ways.length - a.ways.length), unread };
}

/** Guests, and members with an address of elsewhere. */
async function foreignPeople(tenant: TenantReader, domains: DomainTenants): Promise<Sighting[]> {
  const users = await tenant.list<TenantUser>(usersPath(userProperties));
  const own = new Set(
    users.filter((user) => !isExternal(user)).map(({ userPrincipalName }) => domainIn(userPrincipalName)),
  );
  const sightings: Sighting[] = [];
  for (const user of users) {
    const foreign = foreignDomains(user, own);
    if (!isExternal(user) && foreign.length === 0) continue;
    const { id, mail, displayName, userPrincipalName, userType } = user;
    const way = {
      kind: "guest" as const,
      way: userType === "Guest" ? "guest" : "externalMember",
      id,
      name: mail ?? displayName ?? userPrincipalName,
    };
    if (foreign.length === 0) sightings.push({ ...way, key: "unknown", isTenant: false });
    for (const domain of foreign) {
      const owner = await domains(domain);
      const tenantId = "tenantId" in owner ? owner.tenantId : undefined;
      if (tenantId !== tenant.owner.tenantId)
        sightings.push({ ...way, key: tenantId ?? domain, isTenant: tenantId !== undefined, domain });
    }
  }
  return sightings;
}

function isExternal({ userPrincipalName, userType }: TenantUser): boolean {
  return userPrincipalName.includes("#EXT#") || userType === "Guest";
}

/** Of every address and issuer: which of them the person signs in with, no property tells. */
export function foreignDomains(user: TenantUser, own: ReadonlySet<string>): readonly string[] {
  const issuers = (user.identities ?? []).flatMap(({ issuer }) => issuer?.toLowerCase() ?? []);
  const named = [...guestAddresses(user).map(domainIn), ...issuers].filter((domain) => domain.includes("."));
  return [...new Set(named)].filter((domain) => !own.has(domain));
}

function domainIn(address: string): string {
  return (address.split("@").at(-1) ?? "").toLowerCase();
}

async function foreignApplications(tenant: TenantReader): Promise<Sighting[]> {
  return (await tenant.list<ServicePrincipalEntry>(servicePrincipalsPath)).flatMap((entry): Sighting[] => {
    const home = entry.appOwnerOrganizationId?.toLowerCase();
    if (home === undefined) return [];
    const { id, appId, displayName: name } = entry;
    return [{ kind: "servicePrincipal", way: "servicePrincipal", id, appId, name, key: home, isTenant: true }];
  });
}

/** Federated credentials of the customer's own applications: whoever has such a token signs in. */
async function foreignIssuers(tenant: TenantReader): Promise<Sighting[]> {
  return (await registrations(tenant)).flatMap(({ displayName, id, federatedIdentityCredentials = [] }) =>
    federatedIdentityCredentials.map(({ id: credential, issuer }): Sighting => {
      const [issuing] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(issuer) ?? [];
      const host = URL.canParse(issuer) ? new URL(issuer).host : issuer;
      return {
        kind: "federatedCredential",
        way: "federatedCredential",
        id: credential,
        name: `${displayName ?? id}: ${issuer}`,
        key: issuing?.toLowerCase() ?? host,
        isTenant: issuing !== undefined,
      };
    }),
  );
}

async function foreignPartners({ list }: TenantReader): Promise<Sighting[]> {
  return (await list<Record<string, unknown>>(graphAccessPartners.path)).map((partner) => {
    const key = textOf(partner["tenantId"]).toLowerCase();
    const isProvider = partner["isServiceProvider"] === true;
    return {
      kind: "partnerEntry",
      way: isProvider ? "gdapRelationship" : "collaboration",
      id: key,
      name: isProvider ? "cloud service provider" : "entry of the cross-tenant access policy",
      key,
      isTenant: true,
    };
  });
}

async function foreignGovernance({ graph }: TenantReader): Promise<Sighting[]> {
  return (await listGovernance(graph))
    .filter(({ status }) => status !== "terminated")
    .map(({ id, status, governingTenantId }) => ({
      kind: "governanceRelationship",
      way: "governanceRelationship",
      id,
      name: status,
      key: governingTenantId.toLowerCase(),
      isTenant: true,
    }));
}

async function foreignDelegations({ customerAzure }: TenantReader): Promise<Sighting[]> {
  return (await customerAzure.delegations()).map(({ id, properties }) => ({
    kind: "lighthouseAssignment",
    way: "lighthouseDelegation",
    id,
    name: id,
    key: properties.registrationDefinition?.properties?.managedByTenantId?.toLowerCase() ?? "unknown",
    isTenant: true,
  }));
}

async function foreignOrganizations({ graph }: TenantReader, domains: DomainTenants): Promise<Sighting[]> {
  const sightings: Sighting[] = [];
  for (const { id, displayName, identitySources } of await listConnectedOrganizations(graph))
    for (const source of identitySources) {
      const domain = optionalText(source.domainName)?.toLowerCase();
      const owner = domain === undefined ? undefined : await domains(domain);
      const byDomain = owner !== undefined && "tenantId" in owner ? owner.tenantId : undefined;
      const tenantId = optionalText(source.tenantId)?.toLowerCase() ?? byDomain;
      const key = tenantId ?? domain ?? "unknown";
      const way = { kind: "connectedOrganization", way: "connectedOrganization", id, name: displayName } as const;
      sightings.push({ ...way, key, isTenant: tenantId !== undefined, ...(domain === undefined ? {} : { domain }) });
    }
  return sightings;
}
