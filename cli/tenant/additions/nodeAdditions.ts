/** What the search of a kind finds in the tenant, without what the state has. */
import { heldBy, nodeChains, searchKind, type KindKey, type OwnedNode } from "@defender-mssp/tenant";
import { kinds } from "../../../domain/kinds/kinds";
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
  return Promise.all(
    undeclared.map(async (node) => {
      const { principal, unsure = [] } = node;
      const held = principal === undefined ? undefined : await heldBy(kindTenant(tenant), principal);
      const has = [...node.gives.map(({ what }) => what), ...unsure, ...(held === undefined ? [] : [heldText(held)])];
      return {
        kind: name,
        to: `tenant ${tenant.settings.tenantId}`,
        what: [`${name} "${node.name}", as ${node.evidence}`, has.join("; ")].filter((text) => text !== "").join(": "),
        id: node.id,
        chains: nodeChains(node, tenant.settings, held?.grants),
        targets: [node.id],
        step: node.step,
      };
    }),
  );
}

/** What a principal has, and what of it nobody could look at. */
export function heldText({ grants, notLooked }: Awaited<ReturnType<typeof heldBy>>): string {
  const has = grants.length === 0 ? "no permission" : grants.map(({ what }) => what).join(", ");
  const plurals = notLooked.map(({ kind: key }) => kinds.find((kind) => kind.key === key)?.plural ?? key);
  return `with ${has}${plurals.length === 0 ? "" : `; not looked at: ${plurals.join(", ")}`}`;
}

const claimedKinds = [
  { kind: "application", name: "app registration" },
  { kind: "federatedCredential", name: "federated credential" },
  { kind: "servicePrincipal", name: "service principal" },
] as const satisfies readonly NodeLook[];

/** Applications of the customer's tenant that name the MSSP; one with a mark is another stack's. */
export async function claimedApplicationAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const isAddition = ({ whose, mark, ownerId = "" }: OwnedNode): boolean =>
    whose === "claimed" && mark === undefined && !tenant.deployed.has(ownerId);
  return (await Promise.all(claimedKinds.map((look) => nodeAdditions(tenant, { ...look, isAddition })))).flat();
}
