/** When a soft-deleted object is removed permanently, and what is removed with it. */
import { dayMs } from "@defender-mssp/errors/time";
import type { DeletedObject, Tenant } from "./model";

const entraRetentionDays = 30;

/** Entra keeps an object for 30 days; a vault has its own retention period. */
export function endOfRetention({ object, deletedDateTime }: DeletedObject): Date {
  const { purgeDateTime } = object;
  if (typeof purgeDateTime === "string") return new Date(purgeDateTime);
  return new Date(Date.parse(deletedDateTime) + entraRetentionDays * dayMs);
}

/** Removes a soft-deleted object permanently, with its secrets. */
export function forget(tenant: Tenant, deleted: DeletedObject): void {
  tenant.deleted.delete(deleted.object.id);
  // Azure's IDs are case-insensitive: the key is the ID in lower case.
  tenant.deleted.delete(deleted.object.id.toLowerCase());
  const credentials = deleted.object["passwordCredentials"];
  for (const credential of Array.isArray(credentials) ? credentials : []) {
    const { keyId } = credential as { keyId?: unknown };
    if (typeof keyId === "string") tenant.secretHashes.delete(keyId);
  }
}
