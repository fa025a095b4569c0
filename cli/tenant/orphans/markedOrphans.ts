/**
 * Objects with this stack's random ID in their mark that its state does not have, of every kind that has
 * a mark: whatever they and the stack are called today, and whatever the settings are.
 */
import { hasOwners } from "@defender-mssp/microsoft";
import { applicable, type AccessKind } from "../../../domain/kinds/accessKind";
import { kinds, type KindKey } from "../../../domain/kinds/kinds";
import { dynamicTypePrefix } from "../../../domain/resourceTypes";
import { callsByKind } from "../kinds/callsByKind";
import type { KindTenant, Sighting } from "../kinds/kindCalls";
import { looked, type UnreadKind } from "../kinds/searchTenant";
import { deletionOf, ownerNames, type Known, type Orphan, type OrphanSearch } from "./orphan";

/** Kinds whose objects in the tenant have a mark that a search reads: what gives access before what contains it. */
const markedKinds: readonly AccessKind[] = kinds
  .filter(({ place }) => place === "customer's tenant")
  .filter(({ key, mark }) => applicable(mark) !== undefined && hasSearch(key as KindKey))
  .sort((a, b) => order(a) - order(b));

function hasSearch(key: KindKey): boolean {
  return callsByKind[key].search !== undefined;
}

function order({ removal }: AccessKind): number {
  return "order" in removal ? removal.order : 0;
}

/** Searches every kind with a mark. */
export async function markedOrphans(tenant: KindTenant, known: Known): Promise<OrphanSearch> {
  const orphans: Orphan[] = [];
  const unread: UnreadKind[] = [];
  for (const kind of markedKinds) {
    const answer = await looked(kind, async () => kindOrphans(tenant, kind, known));
    if ("reason" in answer) unread.push(answer);
    else orphans.push(...answer.value);
  }
  return { orphans, unread };
}

async function kindOrphans(tenant: KindTenant, kind: AccessKind, known: Known): Promise<readonly Orphan[]> {
  const search = callsByKind[kind.key as KindKey].search;
  const sightings = (await search?.(tenant)) ?? [];
  const lost = sightings.filter((sighting) => !known.has(sighting.id) && isOfStack(sighting, known));
  return Promise.all(lost.map((sighting) => sightedOrphan(tenant, kind, sighting, known)));
}

/** Objects of a lost state have this stack's name and another ID. */
function isOfStack({ whose, mark }: Sighting, known: Known): boolean {
  return whose === "thisStack" || mark?.stack === known.stackName;
}

async function sightedOrphan(tenant: KindTenant, kind: AccessKind, sighting: Sighting, known: Known): Promise<Orphan> {
  const { id, name, whose, evidence, createdOn = "", deletion = "" } = sighting;
  const stays = applicable(kind.stays);
  return {
    what: `${kind.singular} "${name}"`,
    id,
    createdOn,
    createdBy: hasOwners(deletion) ? await ownerNames(tenant.graph, deletion) : "",
    evidence: { owner: whose === "thisStack" ? "thisStack" : "another", text: evidence },
    interrupted: whose === "thisStack" && known.pendingCreate(kind, name) !== undefined,
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
