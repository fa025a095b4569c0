/** What a stack has in the customer's tenant before it is destroyed, by its state. */
import { directoryRoleName, lastSegment } from "@defender-mssp/microsoft";
import { z } from "zod";
import { kinds, resourceKind } from "../../../domain/kinds/kinds";
import type { AccessKind } from "../../../domain/kinds/accessKind";
import { isProviderType, stackType } from "../../../domain/resourceTypes";
import type { Deployed, DeployedObject } from "../../tenant/deployed";
import { isMadeByHand, objectIdentity } from "../../tenant/objectIdentity";

/** The kind of a resource whose type no kind has. */
const unknownKind = "unknown";

export const itemShape = z.object({
  /** Key of the kind, or `unknown`. */
  kind: z.string(),
  /** Type token in the state. */
  type: z.string(),
  name: z.string(),
  /** Object ID in the tenant, resource ID in Azure, or the name of a notification rule. */
  id: z.string(),
  /** Object ID of the object that has it, for a part of one. */
  ownerId: z.string().optional(),
  /** It was there before the stack, which leaves it. */
  adopted: z.boolean(),
  /** A person made it in the portal, where no API removes it. */
  byHand: z.boolean(),
  /** What brought it into the tenant, where no resource of the stack did. */
  origin: z.literal("accessPackage").optional(),
});
export type Item = z.infer<typeof itemShape>;

/** @returns undefined for a type that no kind has. */
export function itemKind({ kind }: Pick<Item, "kind">): AccessKind | undefined {
  return kinds.find(({ key }) => key === kind);
}

/** The kind in words, such as `app registration`. */
export function kindText(item: Pick<Item, "kind" | "type">): string {
  return itemKind(item)?.singular ?? `resource of the unknown type ${item.type}`;
}

/** Everything that the state has: what only the state has, components and providers are no objects. */
export function inventory({ resources }: Pick<Deployed, "resources">): readonly Item[] {
  return resources.flatMap((resource) => {
    const { type, id } = resource;
    // Components have no ID.
    if (id === "" || isProviderType(type) || type === stackType) return [];
    const kind = resourceKind(resource);
    if (kind?.removal.by === "state") return [];
    return [item(resource, kind, resources)];
  });
}

function item(resource: DeployedObject, kind: AccessKind | undefined, all: Deployed["resources"]): Item {
  const { type } = resource;
  const identity = objectIdentity(resource);
  return {
    kind: kind?.key ?? unknownKind,
    type,
    name: roleOfPrincipal(resource, all) ?? objectName(resource, identity.id),
    ...identity,
    adopted: isLeft(resource, all),
    byHand: isMadeByHand(resource),
  };
}

/** A part of an object that `destroy` deletes ends with it, although the engine forgets the part. */
function isLeft(resource: DeployedObject, all: Deployed["resources"]): boolean {
  const { outputs, retainOnDelete = false } = resource;
  if (outputs["adopted"] === true || outputs["isOwn"] === false) return true;
  if (!retainOnDelete) return false;
  const { ownerId } = objectIdentity(resource);
  const owner = ownerId === undefined ? undefined : all.find((other) => objectIdentity(other).id === ownerId);
  return owner === undefined || isLeft(owner, all);
}

/** An assignment of a directory role has no name: the role's, and whose it is. */
function roleOfPrincipal({ inputs }: DeployedObject, all: Deployed["resources"]): string | undefined {
  const { roleId, principalObjectId } = inputs;
  if (typeof roleId !== "string" || typeof principalObjectId !== "string") return undefined;
  const principal = all.find((other) => objectIdentity(other).id === principalObjectId);
  const holder = principal === undefined ? principalObjectId : objectName(principal, principalObjectId);
  return `${directoryRoleName(roleId)} of ${holder}`;
}

function objectName({ inputs, outputs }: DeployedObject, id: string): string {
  const candidates = [inputs["email"], outputs["displayName"], inputs["displayName"], inputs["name"]];
  return (
    candidates.find((name): name is string => typeof name === "string" && name !== "") ??
    (id.startsWith("/") ? lastSegment(id) : id)
  );
}

/** Both, each object once: an interrupted destroy has taken objects out of the state. */
export function joined(before: readonly Item[], now: readonly Item[]): readonly Item[] {
  const key = ({ kind, id, ownerId = "" }: Item): string => `${kind} ${ownerId} ${id}`;
  const known = new Set(before.map(key));
  return [...before, ...now.filter((present) => !known.has(key(present)))];
}
