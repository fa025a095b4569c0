/**
 * Whether a domain belongs to a tenant.
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc (no permission),
 * https://learn.microsoft.com/graph/api/organization-list (application: Organization.Read.All)
 */
import { isCallError, VisibleError } from "@defender-mssp/errors";
import { discoverEndpoints, type Endpoints } from "../endpoints";
import { lookUpDomain } from "../entra/lookUpDomain";
import { graphCall, graphList, type CallContext } from "./call";
import { organizationPath, type Organization } from "./organization";

export type DomainOwnership =
  /** The domain, or a domain above it, is a verified one of the tenant. */
  | { readonly state: "own" }
  | {
      readonly state: "foreign";
      /** The tenant that has the domain, in lower case; undefined where Entra knows none. */
      readonly owner: string | undefined;
      /** The tenant's verified domains; undefined where this identity may not read them. */
      readonly verified: readonly string[] | undefined;
    }
  /** Neither Entra nor Graph answered. */
  | { readonly state: "unknown"; readonly reason: string };

/** Milliseconds that Entra may take for an answer. */
const patience = 10_000;

/**
 * Asks Entra for the tenant of the domain, without credentials. Only where that is another tenant,
 * none or unknown, it reads the tenant's verified domains from Graph. A failed call is an answer, not
 * an error.
 */
export async function domainOwnership(
  domain: string,
  tenantId: string,
  context: Omit<CallContext, "endpoints"> & { readonly endpoints?: Endpoints | Promise<Endpoints> } = {},
): Promise<DomainOwnership> {
  const { environment = process.env, signal } = context;
  let endpoints: Endpoints;
  let answer: { readonly owner: string | undefined } | { readonly reason: string };
  try {
    endpoints = await (context.endpoints ?? discoverEndpoints(environment, { signal }));
  } catch (error) {
    return { state: "unknown", reason: callReason(error) };
  }
  try {
    answer = { owner: await domainTenant(domain, endpoints, signal) };
  } catch (error) {
    answer = { reason: callReason(error) };
  }
  if ("owner" in answer && answer.owner === tenantId.toLowerCase()) return { state: "own" };
  const verified = await verifiedDomains(tenantId, { ...context, endpoints });
  if (verified?.some((name) => isWithin(domain, name)) === true) return { state: "own" };
  if ("owner" in answer) return { state: "foreign", owner: answer.owner, verified };
  return verified === undefined
    ? { state: "unknown", reason: answer.reason }
    : { state: "foreign", owner: undefined, verified };
}

/** @throws the error, unless a call failed or an answer was unusable. */
function callReason(error: unknown): string {
  if (isCallError(error) || error instanceof VisibleError) return error.message;
  throw error;
}

/** Looks at the domain first, then at each domain above it down to two labels. */
async function domainTenant(domain: string, endpoints: Endpoints, signal?: AbortSignal): Promise<string | undefined> {
  const labels = domain.split(".");
  for (let first = 0; first <= Math.max(0, labels.length - 2); first++) {
    const name = labels.slice(first).join(".");
    const tenant = await lookUpDomain(name, endpoints, { timeout: patience, signal });
    if (tenant !== undefined) return tenant.tenantId;
  }
  return undefined;
}

async function verifiedDomains(tenantId: string, context: CallContext): Promise<readonly string[] | undefined> {
  try {
    const call = await graphCall(tenantId, context);
    const organizations = await graphList<Partial<Organization>>(call, `${organizationPath}?$select=verifiedDomains`);
    return organizations.flatMap(({ verifiedDomains: domains = [] }) => domains.map(({ name }) => name.toLowerCase()));
  } catch (error) {
    if (isCallError(error)) return undefined;
    throw error;
  }
}

function isWithin(domain: string, parent: string): boolean {
  return domain.toLowerCase() === parent || domain.toLowerCase().endsWith(`.${parent}`);
}
