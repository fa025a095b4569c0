/**
 * Shared by the routes of entitlement management: paths, creator and editor of an object.
 */
import type { Json } from "../cloud/model";
import type { GraphVersion } from "./entities";
import { isDelegated } from "./permissions";
import { wholeSeconds } from "./identifiers";
import type { Call } from "./route";

/** The path under `/v1.0` and `/beta`. */
export const entitlementPath = "/identityGovernance/entitlementManagement";

/** v1.0's name of what beta calls `accessPackageCatalogs` is `catalogs`, and so on. */
export function nameIn(version: GraphVersion, betaName: string): string {
  return version === "beta"
    ? betaName
    : betaName.replace(/^accessPackage(.)/, (_all, letter: string) => letter.toLowerCase());
}

/** The name of an entity set in `@odata.context`, or the rest after its segment. */
export function contextName(entitySet: string, rest = ""): string {
  return `identityGovernance/entitlementManagement/${entitySet}${rest}`;
}

export function createdStamp(call: Call): Record<string, Json> {
  const { modifiedBy: createdBy, modifiedDateTime: createdDateTime } = modifiedStamp(call);
  return { createdBy, createdDateTime, modifiedBy: createdBy, modifiedDateTime: createdDateTime };
}

/** Last editor and change time of an object. */
export function modifiedStamp(call: Call) {
  return { modifiedBy: callerName(call), modifiedDateTime: wholeSeconds(call.cloud.now()) };
}

/** A user's principal name, or an application's object ID. */
function callerName({ tenant, caller }: Call): string {
  const user = isDelegated(caller) ? tenant.objects("users").get(caller.objectId) : undefined;
  const name = user?.["userPrincipalName"];
  return typeof name === "string" ? name : caller.objectId;
}
