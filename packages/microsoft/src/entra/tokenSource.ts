import { minuteMs } from "@defender-mssp/errors/time";
import { legacyTokenEndpoint } from "../clouds";
import type { Endpoints, Environment } from "../endpoints";
import { EnvironmentError, ServiceError } from "@defender-mssp/errors";
import { request, withoutSecrets, type RequestOptions } from "../http";
import { proofOf, requestToken, type AccessToken, type TokenOptions } from "./token";

/**
 * A token is renewed this long before its end, in milliseconds; earlier only where it lives for
 * less than twice that.
 */
const renewalMargin = 5 * minuteMs;

/**
 * Access tokens of one application for one resource, for work that lasts longer than a token:
 * renewed before they end.
 */
export class TokenSource {
  #known: { readonly token: AccessToken; readonly renewAt: number } | undefined;
  #asking: Promise<AccessToken> | undefined;

  constructor(private readonly ask: () => Promise<AccessToken>) {}

  /**
   * Makes a call with a token. Where the service refuses the token (401), once more with a new one:
   * tokens can be revoked, and this machine's clock can be wrong.
   */
  async use<Result>(call: (token: string) => Promise<Result>): Promise<Result> {
    const { accessToken } = await this.#current();
    try {
      return await call(accessToken);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status !== 401) throw error;
      if (this.#known?.token.accessToken === accessToken) this.#known = undefined;
      return call((await this.#current()).accessToken);
    }
  }

  async #current(): Promise<AccessToken> {
    if (this.#known !== undefined && Date.now() < this.#known.renewAt) return this.#known.token;
    this.#asking ??= this.#renew().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #renew(): Promise<AccessToken> {
    const token = await this.ask();
    const end = token.expiresOn.getTime();
    this.#known = { token, renewAt: end - Math.min(renewalMargin, (end - Date.now()) / 2) };
    return token;
  }
}

/**
 * The application and its proof, by `requestToken`'s names: ARM_CLIENT_ID, ARM_CLIENT_SECRET, …
 * Asked for before each token, since federated tokens change.
 */
export type CredentialsSource = () => Environment | Promise<Environment>;

/** Tokens by client credentials. @throws EnvironmentError, ServiceError. */
export function applicationTokens(
  credentials: CredentialsSource,
  options: Omit<TokenOptions, "environment"> & { readonly endpoints: Endpoints },
): TokenSource {
  return new TokenSource(async () => requestToken({ ...options, environment: await credentials() }));
}

export interface RefreshOptions extends Pick<RequestOptions, "signal" | "timeout" | "limiter"> {
  readonly tenantId: string;
  /** What the token is for: `legacyAlertResource`. */
  readonly resource: string;
  readonly endpoints: Endpoints;
}

/**
 * Tokens for a user, by a refresh token of Entra's v1 endpoint, as the 2018 document has the SIEM
 * do it. Entra gives a new refresh token each time; the old one stays good until its 90 days are
 * over, so that nothing needs to be kept.
 * @throws ServiceError when Entra refuses: AADSTS700082 for a refresh token that is too old.
 */
export function refreshedTokens(
  credentials: CredentialsSource,
  refreshToken: string,
  options: RefreshOptions,
): TokenSource {
  const { endpoints, tenantId, resource, signal, timeout, limiter } = options;
  const url = legacyTokenEndpoint(endpoints.cloud, encodeURIComponent(tenantId), endpoints.loginEndpoint);
  let newest = refreshToken;
  return new TokenSource(async () => {
    const environment = await credentials();
    const clientId = environment.ARM_CLIENT_ID ?? "";
    const proof = await proofOf(clientId, url, environment, options);
    if (proof === undefined) throw new EnvironmentError(`There is no credential of application ${clientId}.`);
    const { status, body } = await request(url, {
      method: "POST",
      form: { grant_type: "refresh_token", client_id: clientId, refresh_token: newest, resource, ...proof },
      idempotent: true, // Asking twice makes two tokens and changes nothing.
      signal,
      timeout,
      limiter,
    });
    const answer = (body ?? {}) as { access_token?: string; expires_in?: number | string; refresh_token?: string };
    if (!answer.access_token) {
      const message = "there is no access token in it";
      throw new ServiceError({ status, message, method: "POST", url: withoutSecrets(url) });
    }
    newest = answer.refresh_token ?? newest;
    return {
      accessToken: answer.access_token,
      expiresOn: new Date(Date.now() + Number(answer.expires_in ?? 0) * 1000),
    };
  });
}
