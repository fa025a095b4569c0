/** What goes when a soft-deleted object goes for good. */
import type { DeletedObject, Tenant } from "./model";

/** Removes a soft-deleted object for good, and its secrets with it. */
export function forget(tenant: Tenant, deleted: DeletedObject): void {
  tenant.deleted.delete(deleted.object.id);
  const credentials = deleted.object["passwordCredentials"];
  for (const credential of Array.isArray(credentials) ? credentials : []) {
    const { keyId } = credential as { keyId?: unknown };
    if (typeof keyId === "string") tenant.secretHashes.delete(keyId);
  }
}
