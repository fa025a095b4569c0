/** Objects that Graph shows by their ID. */
import { dayMs } from "@defender-mssp/errors/time";
import { deletedItemPath, goneStatuses, isGone, type GraphCall } from "@defender-mssp/microsoft";
import { azRest } from "./azRest";
import type { TenantReader, ObjectIdentity, Presence, OwnedNode } from "./reader";

/** Time for which Entra keeps deleted applications, groups, service principals and users, in milliseconds. */
const restorableFor = 30 * dayMs;

/** Looks for an object at `<collection>/<id>`. */
export function graphPresence(collection: string) {
  return async ({ graph }: TenantReader, { id }: ObjectIdentity): Promise<Presence> =>
    presenceAt(graph, `${collection}/${encodeURIComponent(id)}`);
}

/** The cells of a kind whose objects Graph has in a collection of their own. */
export function inCollection<Read>({ path, read }: { readonly path: string; readonly read: Read }) {
  return { address: path, read, presence: graphPresence(path) };
}

/** As `graphPresence`, and among the tenant's deleted items. */
export function restorablePresence(collection: string) {
  return async (tenant: TenantReader, object: ObjectIdentity): Promise<Presence> => {
    const presence = await graphPresence(collection)(tenant, object);
    return presence.state === "notFound" ? deletedPresence(tenant.graph, object.id) : presence;
  };
}

/** Looks for a part at `<collection>/<owner's ID>/<part>`, in a list that has it by ID. */
export function partPresence(path: (ownerId: string) => string, id: (item: Record<string, unknown>) => unknown) {
  return async ({ graph, list }: TenantReader, object: ObjectIdentity): Promise<Presence> => {
    const address = path(object.ownerId ?? "");
    if ((await presenceAt(graph, address)).state === "notFound") return { state: "notFound" };
    const items = await list<Record<string, unknown>>(address);
    const isFound = items.some((item) => String(id(item)).toLowerCase() === object.id.toLowerCase());
    return { state: isFound ? "found" : "notFound" };
  };
}

export async function presenceAt(graph: GraphCall, path: string): Promise<Presence> {
  return { state: isGone(await graph(path, { accept: goneStatuses })) ? "notFound" : "found" };
}

async function deletedPresence(graph: GraphCall, id: string): Promise<Presence> {
  const path = `${deletedItemPath(id)}?$select=id,deletedDateTime`;
  const answer = await graph(path, { accept: goneStatuses });
  if (isGone(answer)) return { state: "notFound" };
  const deletedOn = (answer.body as { deletedDateTime?: string | null }).deletedDateTime ?? "";
  const until = deletedOn === "" ? "" : new Date(Date.parse(deletedOn) + restorableFor).toISOString();
  return { state: "softDeleted", deletedOn, until };
}

/** How an object of Graph's is deleted: the path, and the command for an administrator of the tenant. */
export function deletion(tenant: TenantReader, path: string): Required<Pick<OwnedNode, "deletion" | "step">> {
  return { deletion: path, step: deletionStep(tenant, path) };
}

/** The command that deletes an object of Graph's, for an administrator of the tenant. */
export function deletionStep({ graphUrl }: TenantReader, path: string): string {
  return azRest("DELETE", `${graphUrl}${path}`);
}
