/** What the search of a kind finds in the tenant, without what the state has. */
import { nodeChains, searchKind, type KindKey, type OwnedNode } from "@defender-mssp/tenant";
import { lastSegment } from "@defender-mssp/microsoft";
import type { FoundAddition } from "./addition";
import { kindTenant, type AdditionsTenant } from "./tenant";

interface NodeLook {
  readonly kind: KindKey;
  /** As reports name it, such as `connected organization`. */
  readonly name: string;
  /** @default every one */
  readonly isAddition?: (node: OwnedNode) => boolean;
}

async function undeclared(tenant: AdditionsTenant, kind: KindKey): Promise<readonly OwnedNode[]> {
  return (await searchKind(kindTenant(tenant), kind)).filter(({ id }) => !tenant.deployed.has(lastSegment(id)));
}

function nodeAddition(tenant: AdditionsTenant, { name }: NodeLook, node: OwnedNode): FoundAddition {
  const gives = node.gives.length === 0 ? "" : `: ${node.gives.map(({ what }) => what).join("; ")}`;
  return {
    kind: name,
    to: `tenant ${tenant.settings.tenantId}`,
    what: `${name} "${node.name}", as ${node.evidence}${gives}`,
    id: node.id,
    chains: nodeChains(node, tenant.settings),
    targets: [node.id],
    step: node.step,
  };
}

export async function sightingAdditions(tenant: AdditionsTenant, look: NodeLook): Promise<FoundAddition[]> {
  const { kind, isAddition = () => true } = look;
  return (await undeclared(tenant, kind)).filter(isAddition).map((node) => nodeAddition(tenant, look, node));
}

/** Connected organizations with the MSSP's tenant or domains. */
export function connectedOrganizationAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  return sightingAdditions(tenant, { kind: "connectedOrganization", name: "connected organization" });
}

/** Conditional Access policies that name the MSSP's tenant: an exclusion lets its people sign in with less. */
export async function conditionalAccessAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const look = { kind: "conditionalAccessPolicy", name: "Conditional Access policy" } as const;
  return (await sightingAdditions(tenant, look)).map((addition) => ({
    ...addition,
    step:
      `take tenant ${tenant.settings.msspTenantId} out of the policy in the Entra admin center (Protection > Conditional Access), ` +
      `or delete the policy: ${addition.step}`,
  }));
}

/** Delegations of the customer's subscriptions to the MSSP's tenant. */
export function delegationAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  return sightingAdditions(tenant, { kind: "lighthouseAssignment", name: "Azure Lighthouse delegation" });
}

/** A relationship that the settings do not ask for. */
export function governanceAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  return sightingAdditions(tenant, { kind: "governanceRelationship", name: "governance relationship" });
}
