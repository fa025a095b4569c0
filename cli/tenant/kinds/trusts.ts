/** Trusts and relationships between the MSSP's tenant and the customer's, and policies that name the MSSP's. */
import {
  type DelegatedAdminRelationship,
  getAccessPartner,
  grantSentences,
  graphAccessPartners,
  graphAccessPolicies,
  graphAdminRelationships,
  graphList,
  listAccessPolicies,
  TenantGovernance,
} from "@defender-mssp/microsoft";
import type { KindKey } from "../../../domain/kinds/kinds";
import { gdapRelationship } from "../../../domain/kinds/trusts";
import { readEntry } from "./entryGrants";
import { deletionStep, graphPresence } from "./graphPresence";
import type { KindCalls, KindTenant, Presence, Sighting } from "./kindCalls";

export const trusts = {
  partnerEntry: { presence: entryPresence, search: entry },
  conditionalAccessPolicy: { presence: graphPresence(graphAccessPolicies.path), search: policies },
  governanceRelationship: { search: relationships },
  gdapRelationship: { search: delegatedAdminSightings },
} satisfies Partial<Record<KindKey, KindCalls>>;

async function entryPresence({ graph, owner }: KindTenant): Promise<Presence> {
  return { state: (await getAccessPartner(graph, owner.msspTenantId)) === undefined ? "notFound" : "found" };
}

/** The entry of the MSSP's tenant, whoever made it: a tenant has at most one. */
async function entry(tenant: KindTenant): Promise<Sighting[]> {
  const { msspTenantId } = tenant.owner;
  const partner = await getAccessPartner(tenant.graph, msspTenantId);
  if (partner === undefined) return [];
  const { grants, unsure } = await readEntry(tenant.graph, msspTenantId, partner);
  return [
    {
      kind: "partnerEntry",
      id: msspTenantId,
      name: msspTenantId,
      whose: "thisMssp",
      evidence: "it is the entry of the MSSP's tenant",
      gives: grants.map(({ what }) => what),
      ...(unsure.length === 0 ? {} : { unsure }),
      step: deletionStep(tenant, graphAccessPartners.item(msspTenantId)),
    },
  ];
}

/** Policies whose conditions name the MSSP's tenant: they take access away, but for one that leaves it out. */
async function policies(tenant: KindTenant): Promise<Sighting[]> {
  const { msspTenantId } = tenant.owner;
  const isNamedIn = (part: unknown) =>
    JSON.stringify(part ?? {})
      .toLowerCase()
      .includes(msspTenantId.toLowerCase());
  return (await listAccessPolicies(tenant.graph))
    .filter(({ conditions }) => isNamedIn(conditions))
    .map(({ id, displayName, state, conditions }) => ({
      kind: "conditionalAccessPolicy",
      id,
      name: displayName ?? id,
      whose: "thisMssp",
      evidence: "its conditions name the MSSP's tenant",
      gives:
        state === "enabled" && isNamedIn(conditions?.users?.excludeGuestsOrExternalUsers)
          ? ["its guests sign in without what the policy asks of others"]
          : [],
      step: deletionStep(tenant, graphAccessPolicies.item(id)),
    }));
}

/** What grants something, also where the MSSP has asked to end it. */
async function relationships({ graph, owner }: KindTenant): Promise<Sighting[]> {
  const relationship = await new TenantGovernance(graph, {
    governingTenantId: owner.msspTenantId,
    governedTenantId: owner.tenantId,
  }).current();
  if (relationship === undefined) return [];
  return [
    {
      kind: "governanceRelationship",
      id: relationship.id,
      name: relationship.id,
      whose: "thisMssp",
      evidence: "its governing tenant is the MSSP's",
      gives: grantSentences(relationship.policy),
      step: `npx mssp governance terminate --stack ${owner.stack} --as customer --client-id <ID>`,
    },
  ];
}

/** Those that give access, or will after an approval that was given. */
const grantingStatuses = ["activating", "active", "approved", "expiring", "terminating", "terminationRequested"];

/** Graph shows them in the partner's tenant: here, the MSSP's. */
export async function delegatedAdminSightings({
  msspGraph,
  owner,
}: Pick<KindTenant, "msspGraph" | "owner">): Promise<Sighting[]> {
  return (await graphList<DelegatedAdminRelationship>(await msspGraph(), graphAdminRelationships.path))
    .filter(({ customer }) => customer?.tenantId?.toLowerCase() === owner.tenantId.toLowerCase())
    .filter(({ status }) => grantingStatuses.includes(status))
    .map(({ id, displayName, status, accessDetails }) => ({
      kind: "gdapRelationship",
      id,
      name: displayName,
      whose: "thisMssp",
      evidence: "its partner is the MSSP's tenant",
      gives: [`it is ${status}, with ${accessDetails?.unifiedRoles?.length ?? 0} roles`],
      step: gdapRelationship.removal.step,
    }));
}
