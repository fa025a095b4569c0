/** What the search of a kind finds in the tenant, without what the state has. */
import { nodeChains, searchKind, type KindKey, type OwnedNode } from "@defender-mssp/tenant";
import type { FoundAddition } from "./addition";
import { kindTenant, type AdditionsTenant } from "./tenant";

interface NodeLook {
  readonly kind: KindKey;
  /** As reports name it, such as `connected organization`. */
  readonly name: string;
  /** @default every one */
  readonly isAddition?: (node: OwnedNode) => boolean;
}

export async function nodeAdditions(
  tenant: AdditionsTenant,
  { kind, name, isAddition = () => true }: NodeLook,
): Promise<FoundAddition[]> {
  const nodes = await searchKind(kindTenant(tenant), kind);
  const undeclared = nodes.filter((node) => !tenant.deployed.declares(node.id) && isAddition(node));
  return undeclared.map((node) => ({
    kind: name,
    to: `tenant ${tenant.settings.tenantId}`,
    what: [`${name} "${node.name}", as ${node.evidence}`, node.gives.map(({ what }) => what).join("; ")]
      .filter((text) => text !== "")
      .join(": "),
    id: node.id,
    chains: nodeChains(node, tenant.settings),
    targets: [node.id],
    step: node.step,
  }));
}
