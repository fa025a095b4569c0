import { clouds, type CloudName } from "../clouds";
import type { Endpoints } from "../endpoints";
import { ServiceError, VisibleError } from "@defender-mssp/errors";
import { request, type RequestOptions } from "../http";

export interface DomainTenant {
  /** In lower case. */
  readonly tenantId: string;
  /** By the document's `tenant_region_sub_scope`; undefined for an unknown one. */
  readonly cloud?: CloudName;
}

/**
 * The tenant that has a verified domain; undefined where Entra knows no such
 * tenant. Needs no credentials: it reads the domain's OpenID configuration. Microsoft, "OpenID
 * Connect on the Microsoft identity platform": `issuer` names the tenant.
 * @throws ServiceError where Entra can't be reached (status 0) or fails; VisibleError where its
 * answer names no tenant.
 */
export async function lookUpDomain(
  domain: string,
  { loginEndpoint }: Pick<Endpoints, "loginEndpoint">,
  { signal, timeout }: Pick<RequestOptions, "signal" | "timeout"> = {},
): Promise<DomainTenant | undefined> {
  const url = `${loginEndpoint}/${encodeURIComponent(domain)}/v2.0/.well-known/openid-configuration`;
  // AADSTS90002, tenant not found, is a 400; so is a name that no domain can have (AADSTS900021,
  // AADSTS900023).
  const { status, body } = await request(url, { signal, timeout, accept: [400], tries: 2 });
  if (status === 400) {
    const { error } = (body ?? {}) as { error?: unknown };
    if (error === "invalid_tenant" || error === "invalid_request") return undefined;
    throw new ServiceError({ status, message: "Entra refuses the request", method: "GET", url });
  }
  const { issuer, tenant_region_sub_scope: scope } = (body ?? {}) as Record<string, unknown>;
  const [, id] = /\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/|$)/i.exec(String(issuer)) ?? [];
  if (id === undefined) throw new VisibleError(`The OpenID configuration of ${domain} names no tenant.`);
  const cloud = (Object.keys(clouds) as CloudName[]).find(
    (name) => clouds[name].regionSubScope === (scope ?? undefined),
  );
  return { tenantId: id.toLowerCase(), ...(cloud && { cloud }) };
}
