/**
 * App Instance Lock: an application protects credentials of its service principals in other tenants.
 * https://learn.microsoft.com/entra/identity-platform/howto-configure-app-instance-property-locks
 * Code and text as clients report them for `addPassword`; those of other requests are assumed to be equal.
 */
import { hasBegun } from "@defender-mssp/microsoft";
import type { StoredObject } from "../cloud/model";
import { find } from "./directory";
import { EmulatedGraphError } from "./graphErrors";
import { isObject, jsonText, type JsonObject } from "./json";
import type { Call } from "./route";

/** What a registration has that names no lock. */
export const lockedByDefault = { isEnabled: true, allProperties: true };

/** The lock of a new registration that names none. */
export function defaultLock(now: Date): JsonObject {
  return !hasBegun("app-instance-lock", now) ? {} : { servicePrincipalLockConfiguration: lockedByDefault };
}

const locks = {
  passwordCredentials: ["credentialsWithUsageVerify", "credentialsWithUsageSign"],
  keyCredentials: ["credentialsWithUsageVerify", "credentialsWithUsageSign"],
  tokenEncryptionKeyId: ["tokenEncryptionKeyId"],
} as const;

/** Refuses to add to, or to change, a property that the application has locked. `removePassword` and `removeKey` pass. */
export function refuseLocked(call: Call, servicePrincipal: StoredObject, names: readonly string[]): void {
  const appId = jsonText(servicePrincipal["appId"]);
  const home = call.cloud.homeTenantOf(appId);
  if (home === undefined || home.id === call.tenant.id) return;
  const lock = find(home, "applications", `(appId='${appId}')`)?.["servicePrincipalLockConfiguration"] ?? null;
  if (!isObject(lock) || lock["isEnabled"] !== true) return;
  const isLocked = (name: keyof typeof locks) =>
    lock["allProperties"] === true || locks[name].some((one) => lock[one] === true);
  const locked = (Object.keys(locks) as (keyof typeof locks)[]).find((name) => names.includes(name) && isLocked(name));
  if (locked === undefined) return;
  throw new EmulatedGraphError(400, "CannotUpdateLockedServicePrincipalProperty", `Property ${locked} is invalid.`);
}
