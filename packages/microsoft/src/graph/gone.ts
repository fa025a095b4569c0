/**
 * Microsoft Graph's answers for a missing object.
 *
 * - 404, whatever its code: `Request_ResourceNotFound`
 *   (https://learn.microsoft.com/graph/resolve-auth-errors and every page of a directory object),
 *   `EntitlementManagementRoleAssignmentNotFound` and `AccessPackageNotFound` (reported, seen on a
 *   live tenant: https://github.com/hashicorp/terraform-provider-azuread/pull/1925);
 * - 410 "Gone" (https://learn.microsoft.com/graph/errors);
 * - 400 `Request_BadRequest` "EntitlementGrant being updated or deleted is not found." for an app
 *   role assignment (reported: https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/968,
 *   https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3614). It was also seen
 *   while the assignment was still there, so it counts only if a look confirms it.
 */
import { ServiceError } from "@defender-mssp/errors";
import type { Answer } from "../http";
import { untilSeen, waits, type WaitContext } from "../waits";
import type { GraphCall } from "./call";

/** Statuses that mean "not there", for the option `accept` of a call. */
export const goneStatuses: readonly number[] = [404, 410];

/** What a 400 says about an object that is not there. */
const goneMessage = /EntitlementGrant being updated or deleted is not found/;

/** Whether an answer says that the object is not there. */
export function isGone({ status }: Pick<Answer, "status">): boolean {
  return goneStatuses.includes(status);
}

/** Whether a request failed because the object is not there. */
export function isNotFound(failure: unknown): boolean {
  return failure instanceof ServiceError && isGone(failure);
}

/** Whether Graph refused a DELETE because it denies the object, which a look may show all the same. */
export function isDenied(failure: unknown): boolean {
  return failure instanceof ServiceError && failure.status === 400 && goneMessage.test(failure.message);
}

/**
 * Deletes an object; a missing one is accepted.
 * @throws ServiceError if Graph refuses, also where it denies an object that a look still shows.
 */
export async function deleteIfThere(call: GraphCall, path: string): Promise<void> {
  try {
    await call(path, { method: "DELETE", accept: goneStatuses });
  } catch (failure) {
    if (!isDenied(failure) || !isGone(await call(path, { accept: goneStatuses }))) throw failure;
  }
}

/**
 * Deletes an object of the state. One that is not there is looked for again: a replica may not know
 * it yet.
 * @throws ServiceError
 */
export async function deleteSeen(call: GraphCall, path: string, context: WaitContext): Promise<void> {
  const attempt = async () => !isGone(await call(path, { method: "DELETE", accept: goneStatuses }));
  try {
    await untilSeen(waits.missing, attempt, context);
  } catch (failure) {
    if (!isDenied(failure)) throw failure;
    await deleteIfThere(call, path);
  }
}

/** The remedy for a change that failed because the object is missing; empty for other failures. */
export function goneAdvice({ status, method }: ServiceError): string {
  if (!goneStatuses.includes(status) || method !== "PATCH") return "";
  return "Somebody has deleted it: `npx pulumi up --refresh` makes it anew.";
}
