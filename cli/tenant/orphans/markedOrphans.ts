/**
 * Objects with this stack's random ID in their mark that its state does not have, of every kind that has
 * a mark: whatever they and the stack are called today, and whatever the settings are.
 */
import { searchKind, type OwnedNode, type TenantReader } from "@defender-mssp/tenant";
import { hasOwners } from "@defender-mssp/microsoft";
import { applicable, type AccessKind } from "../../../domain/kinds/accessKind";
import { kinds } from "../../../domain/kinds/kinds";
import { dynamicTypePrefix } from "../../../domain/resourceTypes";
import { deletionOf, lookAll, ownerNames, type Known, type Orphan, type OrphanSearch } from "./orphan";

/** Kinds whose objects in the tenant have a mark that a search reads: what gives access before what contains it. */
const markedKinds: readonly AccessKind[] = kinds
  .filter(({ place }) => place === "customer's tenant")
  .filter(({ mark, search }) => applicable(mark) !== undefined && applicable(search) !== undefined)
  .sort((a, b) => order(a) - order(b));

function order({ removal }: AccessKind): number {
  return "order" in removal ? removal.order : 0;
}

/** Searches every kind with a mark. */
export function markedOrphans(tenant: TenantReader, known: Known): Promise<OrphanSearch> {
  return lookAll(markedKinds.map((kind) => ({ kind, find: () => kindOrphans(tenant, kind, known) })));
}

async function kindOrphans(tenant: TenantReader, kind: AccessKind, known: Known): Promise<readonly Orphan[]> {
  const nodes = await searchKind(tenant, kind.key);
  const lost = nodes.filter((node) => !known.has(node.id) && isOfStack(node, known));
  return Promise.all(lost.map((node) => nodeOrphan(tenant, kind, node, known)));
}

/** Objects of a lost state have this stack's name and another ID. */
function isOfStack({ whose, mark }: OwnedNode, known: Known): boolean {
  return whose === "stack" || mark?.stack === known.stackName;
}

async function nodeOrphan(tenant: TenantReader, kind: AccessKind, node: OwnedNode, known: Known): Promise<Orphan> {
  const { id, name, whose, evidence, createdOn = "", deletion = "" } = node;
  const stays = applicable(kind.stays);
  return {
    what: `${kind.singular} "${name}"`,
    id,
    createdOn,
    createdBy: hasOwners(deletion) ? await ownerNames(tenant.graph, deletion) : "",
    evidence: { owner: whose === "stack" ? "thisStack" : "another", text: evidence },
    interrupted: whose === "stack" && known.pendingCreate(kind, name) !== undefined,
    ...(stays === undefined ? {} : { stays }),
    removal: deletionOf(deletion),
    ...(isFoundByUp(kind) ? { comesBack: true } : {}),
    importArguments: known.importOf(kind, { id, name }),
  };
}

/** Dynamic resources recognize their object by its mark. */
function isFoundByUp({ types }: AccessKind): boolean {
  return applicable(types)?.some((type) => type.startsWith(dynamicTypePrefix)) === true;
}
