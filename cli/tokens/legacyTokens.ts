/** Access tokens for the legacy alert API. */
import {
  applicationTokens,
  legacyAlertResource,
  refreshedTokens,
  type CredentialsSource,
  type Endpoints,
  type TokenSource,
} from "@defender-mssp/microsoft";
import type { Connector } from "../connector/connector";
import { readToken, readTokenRecord } from "../connector/refreshToken";

/**
 * Tokens for the user who signed in with `mssp token`, as the document of 2018 describes; without a
 * refresh token, tokens of the application. MSSP_REFRESH_TOKEN takes precedence over the kept
 * refresh token.
 */
export async function legacyTokens(
  { stack, tenantId }: Connector,
  credentials: CredentialsSource,
  endpoints: Endpoints,
  signal?: AbortSignal,
): Promise<TokenSource> {
  const record = await readTokenRecord(stack);
  const refreshToken = process.env.MSSP_REFRESH_TOKEN || (record && (await readToken(stack, record)));
  const common = { tenantId, endpoints, ...(signal === undefined ? {} : { signal }) };
  if (refreshToken) return refreshedTokens(credentials, refreshToken, { ...common, resource: legacyAlertResource });
  return applicationTokens(credentials, { ...common, audience: legacyAlertResource, v1: true });
}
