/** Trusts and relationships between the MSSP's tenant and the customer's, and policies that name the MSSP's. */
import {
  type DelegatedAdminRelationship,
  getAccessPartner,
  grantSentences,
  governancePermissions,
  graphAccessPartners,
  graphAccessPolicies,
  graphAdminRelationships,
  graphList,
  listAccessPolicies,
  TenantGovernance,
} from "@defender-mssp/microsoft";
import { type KindRow } from "../kind";
import type { KindKey } from "../kindKey";
import { notApplicable } from "../kindCell";
import { readEntry } from "./entryGrants";
import { msspTenants } from "../owner";
import { deletionStep, inCollection } from "../presence";
import type { TenantReader, Presence, OwnedNode } from "../reader";

export const trusts = {
  /** The entry of the MSSP's tenant in the cross-tenant access policy. */
  partnerEntry: {
    singular: "partner of the cross-tenant access policy",
    plural: "partners of the cross-tenant access policy",
    address: graphAccessPartners.path,
    read: graphAccessPartners.read,
    presence: entryPresence,
    search: entry,
  },
  /** The Conditional Access policy for people of the MSSP's tenant. */
  conditionalAccessPolicy: {
    singular: "Conditional Access policy",
    plural: "Conditional Access policies",
    ...inCollection(graphAccessPolicies),
    search: policies,
  },
  /** A governance relationship of the two tenants (Microsoft Entra Tenant Governance). */
  governanceRelationship: {
    singular: "governance relationship",
    address: notApplicable("the search finds it, not its ID"),
    read: governancePermissions,
    presence: notApplicable("the stack's state does not have it: it is searched"),
    search: relationships,
  },
  /** A relationship of granular delegated admin privileges (Partner Center). */
  gdapRelationship: {
    singular: "GDAP relationship",
    address: notApplicable("the search finds it, not its ID"),
    read: graphAdminRelationships.read,
    presence: notApplicable("the stack's state does not have it: it is searched"),
    search: delegatedAdminNodes,
  },
} as const satisfies Partial<Record<KindKey, KindRow>>;

async function entryPresence({ graph, owner }: TenantReader): Promise<Presence> {
  for (const id of msspTenants(owner)) if ((await getAccessPartner(graph, id)) !== undefined) return { state: "found" };
  return { state: "notFound" };
}

/** The entries of the MSSP's tenants, whoever made them: each has at most one. */
async function entry(tenant: TenantReader): Promise<OwnedNode[]> {
  return (await Promise.all(msspTenants(tenant.owner).map((id) => tenantEntry(tenant, id)))).flat();
}

async function tenantEntry(tenant: TenantReader, msspTenantId: string): Promise<OwnedNode[]> {
  const partner = await getAccessPartner(tenant.graph, msspTenantId);
  if (partner === undefined) return [];
  const { grants, unsure } = await readEntry(tenant.graph, msspTenantId, partner);
  return [
    {
      kind: "partnerEntry",
      id: msspTenantId,
      name: msspTenantId,
      whose: "mssp",
      evidence: "it is the entry of the MSSP's tenant",
      gives: grants.map(({ what, way, property, name }) => ({
        what,
        way,
        principal: msspTenantId,
        object: name ?? property,
      })),
      ...(unsure.length === 0 ? {} : { unsure }),
      step: deletionStep(tenant, graphAccessPartners.item(msspTenantId)),
    },
  ];
}

/** Policies whose conditions name the MSSP's tenant: they take access away, but for one that leaves it out. */
async function policies(tenant: TenantReader): Promise<OwnedNode[]> {
  const isNamedIn = (part: unknown) => {
    const conditions = JSON.stringify(part ?? {}).toLowerCase();
    return msspTenants(tenant.owner).some((id) => conditions.includes(id.toLowerCase()));
  };
  return (await listAccessPolicies(tenant.graph))
    .filter(({ conditions }) => isNamedIn(conditions))
    .map(({ id, displayName, state, conditions }) => ({
      kind: "conditionalAccessPolicy",
      id,
      name: displayName ?? id,
      whose: "mssp",
      evidence: "its conditions name the MSSP's tenant",
      gives:
        state === "enabled" && isNamedIn(conditions?.users?.excludeGuestsOrExternalUsers)
          ? [{ what: "its guests sign in without what the policy asks of others" }]
          : [],
      step: deletionStep(tenant, graphAccessPolicies.item(id)),
    }));
}

/** What grants something, also where the MSSP has asked to end it. */
async function relationships(tenant: TenantReader): Promise<OwnedNode[]> {
  return (await Promise.all(msspTenants(tenant.owner).map((id) => tenantRelationship(tenant, id)))).flat();
}

async function tenantRelationship({ graph, owner }: TenantReader, governingTenantId: string): Promise<OwnedNode[]> {
  const relationship = await new TenantGovernance(graph, {
    governingTenantId,
    governedTenantId: owner.tenantId,
  }).current();
  if (relationship === undefined) return [];
  return [
    {
      kind: "governanceRelationship",
      id: relationship.id,
      name: relationship.id,
      whose: "mssp",
      evidence: "its governing tenant is the MSSP's",
      gives: grantSentences(relationship.policy).map((what) => ({ what, principal: governingTenantId })),
      step: `npx mssp governance terminate --stack ${owner.stack} --as customer --client-id <ID>`,
    },
  ];
}

/** Those that give access, or will after an approval that was given. */
const grantingStatuses = ["activating", "active", "approved", "expiring", "terminating", "terminationRequested"];

/** How a person ends one: a sentence. */
export const gdapEnd = "Look at Microsoft 365 admin center > Settings > Partner relationships, and remove the MSSP's.";

/** Graph shows them in the partner's tenant: here, the MSSP's. */
export async function delegatedAdminNodes({
  msspGraph,
  owner,
}: Pick<TenantReader, "msspGraph" | "owner">): Promise<OwnedNode[]> {
  const relationships: DelegatedAdminRelationship[] = [];
  for (const id of msspTenants(owner))
    relationships.push(
      ...(await graphList<DelegatedAdminRelationship>(await msspGraph(id), graphAdminRelationships.path)),
    );
  return relationships
    .filter(({ customer }) => customer?.tenantId?.toLowerCase() === owner.tenantId.toLowerCase())
    .filter(({ status }) => grantingStatuses.includes(status))
    .map(({ id, displayName, status, accessDetails }) => ({
      kind: "gdapRelationship",
      id,
      name: displayName,
      whose: "mssp",
      evidence: "its partner is the MSSP's tenant",
      gives: [{ what: `it is ${status}, with ${accessDetails?.unifiedRoles?.length ?? 0} roles` }],
      step: gdapEnd,
    }));
}
