/**
 * The documents by which clients find Entra's endpoints and keys (OpenID Connect Discovery 1.0).
 */
import type { ServiceNames } from "../cloud/serviceNames";
import { issuerOf } from "./tokens";

/** The OpenID configuration of a tenant; `name` is the tenant as the request named it. */
export function openIdConfiguration(services: ServiceNames, name: string, version: 1 | 2): Record<string, unknown> {
  const origin = services.login;
  const graphHost = new URL(services.graph).host;
  const base = `${origin}/${name}`;
  const path = version === 2 ? "/oauth2/v2.0" : "/oauth2";
  const keys = version === 2 ? "/discovery/v2.0/keys" : "/discovery/keys";
  // The real document of `common` has a placeholder for the tenant in its issuer.
  const issuer = issuerOf(name === "common" || name === "organizations" ? "{tenantid}" : name, version, origin);
  return {
    token_endpoint: `${base}${path}/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${base}${keys}`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer,
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${origin}/oidc/userinfo`,
    authorization_endpoint: `${base}${path}/authorize`,
    device_authorization_endpoint: `${base}${path}/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}${path}/logout`,
    claims_supported: [
      "sub",
      "iss",
      "cloud_instance_name",
      "cloud_instance_host_name",
      "cloud_graph_host_name",
      "msgraph_host",
      "aud",
      "exp",
      "iat",
      "auth_time",
      "acr",
      "nonce",
      "preferred_username",
      "name",
      "tid",
      "ver",
      "at_hash",
      "c_hash",
      "email",
    ],
    tenant_region_scope: name === "common" || name === "organizations" ? null : "NA",
    cloud_instance_name: new URL(origin).host,
    cloud_graph_host_name: graphHost,
    msgraph_host: graphHost,
    rbac_url: origin,
  };
}

/** The cloud's login hosts. msal reads them before it trusts a host. */
export function instanceDiscovery({ login, loginAliases }: ServiceNames, tenant: string): Record<string, unknown> {
  const { host } = new URL(login);
  const aliases = [login, ...loginAliases].map((origin) => new URL(origin).host);
  return {
    tenant_discovery_endpoint: `${login}/${tenant}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases }],
  };
}
