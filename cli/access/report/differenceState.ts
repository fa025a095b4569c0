/** How an object of the report differs from the tenant, in the words of the JSON: none changes. */
export const missingInTenant = "missing in the tenant";
export const invitationNotAccepted = "invitation not accepted";

/** @param names of the guests who are no longer members. */
export function missingMembers(names: readonly string[]): string {
  return `missing members: ${names.join(", ")}`;
}

/** How urgent it is. */
export function differenceState(difference: string): "failed" | "warning" {
  return difference.startsWith("missing") ? "failed" : "warning";
}
