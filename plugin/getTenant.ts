import {
  discoverEndpoints,
  isUuid,
  legacyPortalUrl,
  lookUpDomain,
  portalUrl,
  tokenEndpoint,
  type CloudName,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";

/** How long Entra may take, in milliseconds. */
const timeout = 10_000;

interface TenantQuery {
  /**
   * A domain of the tenant.
   * @default tenantId names the tenant
   */
  readonly domain?: string;
  /**
   * ID of the tenant, a UUID. With `domain` the two must be of one tenant.
   * @default domain names the tenant
   */
  readonly tenantId?: string;
  /**
   * Microsoft cloud of the tenant.
   * @default "public"
   */
  readonly cloud?: CloudName;
}

/** By the names of the program's outputs. */
interface TenantAnswer {
  /** ID of the tenant, a UUID in lower case. */
  readonly tenantId: string;
  /** Microsoft cloud of the tenant. */
  readonly cloud: CloudName;
  /** Address of the Defender portal for the tenant. */
  readonly portalUrl: string;
  /** Address of the Defender portal in Microsoft's document of 2018, which redirects to `portalUrl`. */
  readonly legacyPortalUrl: string;
  /** Token endpoint for the SIEM: Entra's v2.0 endpoint of the tenant. */
  readonly tokenEndpoint: string;
}

/**
 * Looks up a tenant by a domain or by its ID in Entra's public OpenID configuration. It needs no
 * credentials and no permission.
 *
 * ## Errors
 * Without `domain` and `tenantId`, for a tenant that Entra does not know in the cloud, and for a
 * domain of another tenant than `tenantId`.
 *
 * @param loginEndpoint where Entra is. Tests set it.
 */
export async function getTenant(
  { domain, tenantId, cloud = "public" }: TenantQuery,
  loginEndpoint?: string,
): Promise<TenantAnswer> {
  if (tenantId !== undefined && !isUuid(tenantId)) throw new VisibleError("tenantId: must be a UUID");
  const name = domain ?? tenantId;
  if (name === undefined) throw new VisibleError("domain or tenantId: one of them is required");
  const endpoints =
    loginEndpoint === undefined ? await discoverEndpoints(process.env, { cloud, timeout }) : { loginEndpoint };
  const { tenantId: id } = (await lookUpDomain(name, endpoints, { timeout })) ?? {};
  if (id === undefined) {
    const key = domain === undefined ? "tenantId" : "domain";
    throw new VisibleError(`${key}: Entra knows no tenant of ${name} in the cloud ${cloud}`);
  }
  if (tenantId !== undefined && id !== tenantId.toLowerCase()) {
    throw new VisibleError(`domain: ${name} is a domain of the tenant ${id}, not of ${tenantId}`);
  }
  return {
    tenantId: id,
    cloud,
    portalUrl: portalUrl(cloud, id),
    legacyPortalUrl: legacyPortalUrl(cloud, id),
    tokenEndpoint: tokenEndpoint(cloud, id, endpoints.loginEndpoint),
  };
}
