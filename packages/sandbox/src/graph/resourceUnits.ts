/**
 * What a request takes of the quota: `x-ms-resource-unit`.
 * https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
 */
import type { Query } from "./odata/query";

/** Without options; a request that isn't here takes 1. What the page has of `me` is a user's, too. */
export const baseUnits: Readonly<Record<string, number>> = {
  "GET /applications": 2,
  "POST /directoryObjects/getByIds": 3,
  "GET /groups/{id}/members": 3,
  "GET /groups/{id}/transitiveMembers": 5,
  "GET /oauth2PermissionGrants": 2,
  "GET /oauth2PermissionGrants/{id}": 2,
  "GET /servicePrincipals/{id}/appRoleAssignments": 2,
  "GET /subscribedSkus": 3,
  "GET /users": 2,
  "POST /users/{id}/checkMemberGroups": 4,
  "POST /users/{id}/checkMemberObjects": 4,
  "POST /users/{id}/getMemberGroups": 2,
  "POST /users/{id}/getMemberObjects": 2,
  "GET /users/{id}/memberOf": 2,
  "GET /users/{id}/ownedObjects": 2,
  "GET /users/{id}/transitiveMemberOf": 2,
};

export function resourceUnits(operation: string, { select, expand, top }: Query): number {
  const base = baseUnits[operation] ?? 1;
  return Math.max(1, base - (select === undefined ? 0 : 1) + (expand.length > 0 ? 1 : 0) - (top < 20 ? 1 : 0));
}
