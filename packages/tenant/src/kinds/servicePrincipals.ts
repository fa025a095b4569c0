/** Service principals in the customer's tenant, read once for every kind that looks at them, and what they have. */
import {
  type AppRoleAssignment,
  appRoleAssignmentsPath,
  appRolePermissions,
  graphPermissionGrants,
  graphPrincipals,
  graphServicePrincipals,
  listClientGrants,
  publishedRoleName,
} from "@defender-mssp/microsoft";
import { foundWithPrincipal, isPrincipal, type KindRow } from "../kind";
import type { KindKey } from "../kindKey";
import { notApplicable } from "../kindCell";
import {
  msspAddress,
  msspEntries,
  msspIssuers,
  registrations,
  type ServicePrincipalEntry,
  servicePrincipalsPath,
} from "../registrations";
import { deletion, deletionStep, inCollection, partPresence, restorablePresence } from "../presence";
import type { Principal, Edge, TenantReader, OwnedNode, Ownership } from "../reader";
import { isMsspTenant, owner, ownerByMark } from "../owner";

/** What every service principal shares. */
const applicationPrincipal = {
  principal: "servicePrincipal",
  read: graphServicePrincipals.read,
  held: notApplicable(isPrincipal),
} as const;

export const servicePrincipals = {
  /** The service principal of the SIEM connector's app registration. */
  servicePrincipal: {
    ...applicationPrincipal,
    singular: "service principal",
    address: graphServicePrincipals.path,
    presence: restorablePresence(graphServicePrincipals.path),
    search: connectorPrincipals,
  },
  /** The service principal of the MSSP's own application in the customer's tenant. */
  msspServicePrincipal: {
    ...applicationPrincipal,
    singular: "service principal of the MSSP's application",
    plural: "service principals of the MSSP's application",
    address: graphServicePrincipals.path,
    presence: restorablePresence(graphServicePrincipals.path),
    search: (tenant) =>
      msspPrincipals(tenant, "msspServicePrincipal", ({ appId }) => appId !== tenant.owner.automation),
  },
  /** An application permission that a service principal of the MSSP has: an app role assignment. */
  applicationPermission: {
    singular: "application permission",
    address: notApplicable("it is a part of another object"),
    read: appRolePermissions.read,
    search: notApplicable(foundWithPrincipal),
    presence: partPresence(appRoleAssignmentsPath, ({ id }) => id),
    held: permissions,
  },
  /** A consent to delegated permissions of the SIEM connector. */
  delegatedConsent: {
    singular: "delegated permission",
    ...inCollection(graphPermissionGrants),
    search: notApplicable(foundWithPrincipal),
    held: consents,
  },
  /** The customer's consent to the application that runs `up`. */
  automationConsent: {
    ...applicationPrincipal,
    singular: "consent to the MSSP's automation",
    plural: "consents to the MSSP's automation",
    address: notApplicable("the search finds it, not its ID"),
    presence: notApplicable("the stack's state does not have it: it is searched"),
    search: (tenant) => msspPrincipals(tenant, "automationConsent", ({ appId }) => appId === tenant.owner.automation),
  },
  /** The customer's consent to the application that only previews, in pull requests. */
  previewConsent: {
    ...applicationPrincipal,
    singular: "consent to the MSSP's preview application",
    plural: "consents to the MSSP's preview application",
    address: notApplicable("the search finds it, not its ID"),
    presence: notApplicable("the stack's state does not have it: it is searched"),
    search: notApplicable("found as a service principal of the MSSP's tenant"),
  },
} as const satisfies Partial<Record<KindKey, KindRow>>;

/** Those of one kind, as nodes. */
async function msspPrincipals(
  tenant: TenantReader,
  kind: KindKey,
  isOfKind: (entry: ServicePrincipalEntry) => boolean,
): Promise<OwnedNode[]> {
  return (await msspEntries(tenant)).filter(isOfKind).flatMap(({ id, displayName, notes, appOwnerOrganizationId }) => {
    const evidence = "its application is of the MSSP's tenant";
    const ownership = owner(tenant.owner, { marks: [notes], tenant: { id: appOwnerOrganizationId, evidence } });
    if (ownership === undefined) return [];
    return [principalNode(tenant, { kind, id, name: displayName, ...ownership })];
  });
}

function principalNode(
  tenant: TenantReader,
  node: Pick<OwnedNode, "kind" | "id" | "name" | keyof Ownership>,
): OwnedNode {
  const { id } = node;
  const principal = { type: "servicePrincipal", id } as const;
  return { ...node, gives: [], principal, ...deletion(tenant, graphServicePrincipals.item(id)) };
}

/**
 * Service principals of app registrations in this tenant that carry a mark or take tokens of the MSSP, and those of
 * other tenants' applications that send their sign-ins to the MSSP.
 */
async function connectorPrincipals(tenant: TenantReader): Promise<OwnedNode[]> {
  const all = await registrations(tenant);
  return (await tenant.list<ServicePrincipalEntry>(servicePrincipalsPath)).flatMap((entry) => {
    const { id, appId, displayName } = entry;
    const node = { kind: "servicePrincipal", id, name: displayName } as const;
    const registration = all.find((application) => application.appId === appId);
    const ownership = ownerByMark(tenant.owner, registration?.description);
    if (ownership !== undefined) return [principalNode(tenant, { ...node, ...ownership })];
    if (registration !== undefined)
      // The registration is the customer's: the step ends the claim, and deletes nothing else.
      return msspIssuers(tenant, registration)
        .slice(0, 1)
        .map(({ evidence, step, whose }) => ({
          ...node,
          whose,
          evidence: `its app registration has a credential: ${evidence}`,
          gives: [],
          principal: { type: "servicePrincipal", id },
          step,
        }));
    const uri = isMsspTenant(tenant.owner, entry.appOwnerOrganizationId)
      ? undefined
      : msspAddress(tenant.owner, entry.replyUrls ?? []);
    if (uri === undefined) return [];
    const evidence = `its redirect URI ${uri} names the MSSP`;
    return [principalNode(tenant, { ...node, whose: "claimed", evidence })];
  });
}

async function permissions(tenant: TenantReader, { type, id }: Principal): Promise<Edge[]> {
  const path = `${graphPrincipals[type].item(id)}/appRoleAssignments`;
  // Graph lists those of a user's groups, too.
  const own = (await tenant.list<AppRoleAssignment>(path)).filter(
    ({ principalId }) => principalId.toLowerCase() === id.toLowerCase(),
  );
  const name = type === "servicePrincipal" ? "application permission" : "app role";
  return own.map((assignment) => {
    const role = publishedRoleName(assignment.appRoleId);
    return {
      kind: "applicationPermission",
      name,
      id: assignment.id,
      what: `the ${name} ${role} of ${assignment.resourceDisplayName ?? assignment.resourceId}`,
      ...(/\.Read(Basic)?(\.|$)/.test(role) && { readsOnly: true }),
      step: deletionStep(tenant, `${path}/${assignment.id}`),
    };
  });
}

async function consents(tenant: TenantReader, { type, id }: Principal): Promise<Edge[]> {
  if (type !== "servicePrincipal") return [];
  return (await listClientGrants(tenant.graph, id)).map((grant) => ({
    kind: "delegatedConsent",
    name: "delegated permissions",
    id: grant.id,
    what: `the delegated permissions ${(grant.scope ?? "").trim()} of ${grant.resourceId}`,
    step: deletionStep(tenant, graphPermissionGrants.item(grant.id)),
  }));
}
