/**
 * Objects with this stack's random ID in their mark that its state does not have, of every kind that has
 * a mark: whatever they and the stack are called today, and whatever the settings are.
 */
import { searchKind, type OwnedNode, type TenantReader } from "@defender-mssp/tenant";
import { hasOwners } from "@defender-mssp/microsoft";
import { applicable, type AccessKind } from "../../../domain/kinds/accessKind";
import { kinds } from "../../../domain/kinds/kinds";
import { dynamicTypePrefix } from "../../../domain/resourceTypes";
import type { Deployed } from "../deployed";
import { deletionOf, lookAll, objectOrphan, ownerNames, type Orphan, type OrphanSearch } from "./orphan";

/** Kinds whose objects in the tenant have a mark that a search reads: what gives access before what contains it. */
const markedKinds: readonly AccessKind[] = kinds
  .filter(({ place }) => place === "customer's tenant")
  .filter(({ mark, search }) => applicable(mark) !== undefined && applicable(search) !== undefined)
  .sort((a, b) => order(a) - order(b));

function order({ removal }: AccessKind): number {
  return "order" in removal ? removal.order : 0;
}

/** Searches every kind with a mark. */
export function markedOrphans(tenant: TenantReader, deployed: Deployed, markName: string): Promise<OrphanSearch> {
  return lookAll(markedKinds.map((kind) => ({ kind, find: () => kindOrphans(tenant, kind, deployed, markName) })));
}

async function kindOrphans(
  tenant: TenantReader,
  kind: AccessKind,
  deployed: Deployed,
  markName: string,
): Promise<readonly Orphan[]> {
  const nodes = await searchKind(tenant, kind.key);
  // Objects of a lost state have this stack's name and another ID.
  const lost = nodes.filter(
    (node) => !deployed.has(node.id) && (node.whose === "stack" || node.mark?.stack === markName),
  );
  return Promise.all(lost.map((node) => nodeOrphan(tenant, kind, node, deployed)));
}

async function nodeOrphan(
  tenant: TenantReader,
  kind: AccessKind,
  node: OwnedNode,
  deployed: Deployed,
): Promise<Orphan> {
  const { whose, evidence, createdOn = "", deletion = "" } = node;
  const object = objectOrphan(kind, node, deployed);
  const create = deployed.creatingNamed(kind, node.name);
  // Anybody can write a mark: only the very description of an interrupted create is no claim.
  const isDescribed = create !== undefined && create.inputs["description"] === node.markedText;
  return {
    ...object,
    createdOn,
    createdBy: hasOwners(deletion) ? await ownerNames(tenant.graph, deletion) : "",
    evidence: { owner: whose === "stack" ? "thisStack" : "another", text: evidence, isClaim: !isDescribed },
    interrupted: whose === "stack" && object.interrupted,
    removal: deletionOf(deletion),
    ...(isFoundByUp(kind) ? { comesBack: true } : {}),
  };
}

/** Dynamic resources recognize their object by its mark. */
function isFoundByUp({ types }: AccessKind): boolean {
  return applicable(types)?.some((type) => type.startsWith(dynamicTypePrefix)) === true;
}
