/** When a soft-deleted object goes for good, and what goes with it. */
import type { DeletedObject, Tenant } from "./model";

const entraRetentionDays = 30;

/** Entra keeps an object for 30 days; a vault says itself how long it, and what is in it, is kept. */
export function endOfRetention({ object, deletedDateTime }: DeletedObject): Date {
  const { purgeDateTime } = object;
  if (typeof purgeDateTime === "string") return new Date(purgeDateTime);
  return new Date(Date.parse(deletedDateTime) + entraRetentionDays * 24 * 60 * 60 * 1000);
}

/** Removes a soft-deleted object for good, and its secrets with it. */
export function forget(tenant: Tenant, deleted: DeletedObject): void {
  tenant.deleted.delete(deleted.object.id);
  // Azure's IDs ignore case: those are by their ID in lower case.
  tenant.deleted.delete(deleted.object.id.toLowerCase());
  const credentials = deleted.object["passwordCredentials"];
  for (const credential of Array.isArray(credentials) ? credentials : []) {
    const { keyId } = credential as { keyId?: unknown };
    if (typeof keyId === "string") tenant.secretHashes.delete(keyId);
  }
}
