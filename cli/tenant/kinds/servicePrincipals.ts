/** Service principals in the customer's tenant, read once for every kind that looks at them, and what they have. */
import {
  type AppRoleAssignment,
  appRoleAssignmentsPath,
  graphPermissionGrants,
  graphPrincipals,
  graphServicePrincipals,
  listClientGrants,
  publishedRoleName,
} from "@defender-mssp/microsoft";
import type { KindKey } from "../../../domain/kinds/kinds";
import { registrations } from "./applications";
import { deletion, deletionStep, graphPresence, partPresence, restorablePresence } from "./graphPresence";
import type { AccessPrincipal, HeldGrant, KindCalls, KindTenant, Sighting } from "./kindCalls";
import { ownership } from "./ownership";

export const servicePrincipals = {
  servicePrincipal: { presence: restorablePresence(graphServicePrincipals.path), search: connectorPrincipals },
  msspServicePrincipal: {
    presence: restorablePresence(graphServicePrincipals.path),
    search: (tenant) =>
      msspPrincipals(tenant, "msspServicePrincipal", ({ appId }) => appId !== tenant.owner.automation),
  },
  automationConsent: {
    search: (tenant) => msspPrincipals(tenant, "automationConsent", ({ appId }) => appId === tenant.owner.automation),
  },
  applicationPermission: {
    presence: partPresence(appRoleAssignmentsPath, ({ id }) => id),
    held: permissions,
  },
  delegatedConsent: { presence: graphPresence(graphPermissionGrants.path), held: consents },
} satisfies Partial<Record<KindKey, KindCalls>>;

export interface ServicePrincipalEntry {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly appOwnerOrganizationId?: string | null;
  readonly notes?: string | null;
}

export const servicePrincipalsPath = `${graphServicePrincipals.path}?$select=id,appId,displayName,appOwnerOrganizationId,notes&$top=999`;

/** Service principals of applications of the MSSP's tenant. */
export async function msspEntries({ list, owner }: KindTenant): Promise<readonly ServicePrincipalEntry[]> {
  return (await list<ServicePrincipalEntry>(servicePrincipalsPath)).filter(
    ({ appOwnerOrganizationId }) => appOwnerOrganizationId?.toLowerCase() === owner.msspTenantId.toLowerCase(),
  );
}

const ofMssp = { whose: "thisMssp", evidence: "its application is of the MSSP's tenant" } as const;

/** Those of one kind, as sightings. */
async function msspPrincipals(
  tenant: KindTenant,
  kind: KindKey,
  isOfKind: (entry: ServicePrincipalEntry) => boolean,
): Promise<Sighting[]> {
  return (await msspEntries(tenant)).filter(isOfKind).map(({ id, displayName, notes }) => ({
    kind,
    id,
    name: displayName,
    ...(ownership(tenant.owner, notes) ?? ofMssp),
    principal: { type: "servicePrincipal", id },
    gives: [],
    ...deletion(tenant, graphServicePrincipals.item(id)),
  }));
}

/** Service principals of app registrations in this tenant that carry a mark. */
async function connectorPrincipals(tenant: KindTenant): Promise<Sighting[]> {
  const marked = await registrations(tenant);
  return (await tenant.list<ServicePrincipalEntry>(servicePrincipalsPath)).flatMap(({ id, appId, displayName }) => {
    const owner = ownership(tenant.owner, marked.find((application) => application.appId === appId)?.description);
    if (owner === undefined) return [];
    return [
      {
        kind: "servicePrincipal" as const,
        id,
        name: displayName,
        ...owner,
        gives: [],
        principal: { type: "servicePrincipal" as const, id },
        ...deletion(tenant, graphServicePrincipals.item(id)),
      },
    ];
  });
}

async function permissions(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  const path = `${graphPrincipals[type].item(id)}/appRoleAssignments`;
  // Graph lists those of a user's groups, too.
  const own = (await tenant.list<AppRoleAssignment>(path)).filter(
    ({ principalId }) => principalId.toLowerCase() === id.toLowerCase(),
  );
  const name = type === "servicePrincipal" ? "application permission" : "app role";
  return own.map((assignment) => ({
    kind: "applicationPermission",
    name,
    id: assignment.id,
    what: `the ${name} ${publishedRoleName(assignment.appRoleId)} of ${assignment.resourceDisplayName ?? assignment.resourceId}`,
    step: deletionStep(tenant, `${path}/${assignment.id}`),
  }));
}

async function consents(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type !== "servicePrincipal") return [];
  return (await listClientGrants(tenant.graph, id)).map((grant) => ({
    kind: "delegatedConsent",
    name: "delegated permissions",
    id: grant.id,
    what: `the delegated permissions ${(grant.scope ?? "").trim()} of ${grant.resourceId}`,
    step: deletionStep(tenant, graphPermissionGrants.item(grant.id)),
  }));
}
