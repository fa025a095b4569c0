/** The requested resource and permissions: `scope` in version 2, `resource` in version 1. */
import { azureAdGraph, microsoftGraph } from "@defender-mssp/microsoft";
import { entraErrors } from "./entraErrors";
import type { Parameters } from "./parameters";

/** Permissions that concern the sign-in itself and belong to no API. */
export const signInScopes: ReadonlySet<string> = new Set(["openid", "profile", "email", "offline_access"]);

/** One API and the requested permissions. */
export interface WantedResource {
  /** Application ID URI, application ID or origin. */
  readonly identifier: string;
  /** Delegated permissions by name; `.default` stands for all that have been granted. */
  readonly permissions: readonly string[];
}

/** The resource of a client credentials request. */
export function resourceOfApplication(parameters: Parameters, version: 1 | 2): string {
  if (version === 1) return parameters.get("resource") ?? azureAdGraph.appId;
  const scopes = splitScopes(parameters.need("scope")).filter((scope) => !signInScopes.has(scope));
  const [scope, second] = scopes;
  if (scope === undefined) throw entraErrors.scopeWithoutDefault(parameters.need("scope"));
  if (!scope.endsWith("/.default")) throw entraErrors.scopeWithoutDefault(scope);
  if (second !== undefined) throw entraErrors.invalidScope(scopes.join(" "));
  return scope.slice(0, -"/.default".length);
}

/** The scopes of a delegated request, in full; `fallback`: the scopes of the original sign-in. */
export function delegatedScopes(parameters: Parameters, version: 1 | 2, fallback: readonly string[] = []): string[] {
  if (version === 2) {
    const scope = parameters.get("scope");
    return scope === undefined ? [...fallback] : splitScopes(scope);
  }
  const resource = parameters.get("resource");
  // Version 1 always answers an ID token and a refresh token.
  if (resource === undefined && fallback.length > 0) return [...fallback];
  return ["openid", "profile", "offline_access", `${resource ?? azureAdGraph.appId}/.default`];
}

/** The API of delegated scopes: one, or Graph by default. */
export function wantedResource(scopes: readonly string[]): WantedResource {
  const wanted = new Map<string, string[]>();
  for (const scope of scopes) {
    if (signInScopes.has(scope)) continue;
    const slash = scope.lastIndexOf("/");
    const identifier = slash < 0 ? `https://graph.microsoft.com` : scope.slice(0, slash);
    wanted.set(identifier, [...(wanted.get(identifier) ?? []), scope.slice(slash + 1)]);
  }
  const [first, second] = [...wanted];
  if (second !== undefined) throw entraErrors.invalidScope(scopes.join(" "));
  if (first === undefined) return { identifier: microsoftGraph.appId, permissions: [] };
  return { identifier: first[0], permissions: first[1] };
}

export function splitScopes(text: string): string[] {
  return text.split(" ").filter((scope) => scope !== "");
}
