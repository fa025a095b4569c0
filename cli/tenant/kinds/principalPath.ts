import type { AccessPrincipal } from "./kindCalls";

const collections = { user: "users", group: "groups", servicePrincipal: "servicePrincipals" } as const;

/** The address of a principal in Graph. */
export function principalPath({ type, id }: AccessPrincipal): string {
  return `/v1.0/${collections[type]}/${id}`;
}
