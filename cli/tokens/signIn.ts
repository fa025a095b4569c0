/** A person signs in to a connector: the authorization-code flow with PKCE, the device-code flow, and the renewal of what came of them. */
import { randomBytes } from "node:crypto";
import { ServiceError, legacyAlertResource, type AlertApi, type Endpoints } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import type { AuthenticationResult, ClientApplication } from "./msal";
import type { Connector } from "../connector/connector";
import { msalCredential, type ConnectorCredential } from "./credentials";
import { NetworkClient } from "./networkClient";

/** What a sign-in gives. */
export interface Tokens {
  readonly accessToken: string;
  readonly accessTokenExpiresOn: Date | undefined;
  readonly refreshToken: string;
  /** Who signed in; undefined after a renewal that doesn't say. */
  readonly account: string | undefined;
}

export interface SignInRequest {
  readonly connector: Connector;
  readonly endpoints: Endpoints;
  /** The API that the access token is for. The refresh token is good for any that has been granted. */
  readonly api: AlertApi;
}

/** What a token for an alert API is asked for. */
export function resourceOf(api: AlertApi, endpoints: Endpoints): string {
  return api === "legacySiem" ? legacyAlertResource : endpoints.graphEndpoint;
}

/**
 * Signs a person in by a browser, which ends at the redirect URI.
 * @param receive shows the person where to go, and gives back the address where the browser ended.
 * @throws VisibleError where that address is no answer to this request, or Entra refused.
 */
export async function signInByCode(
  request: SignInRequest,
  credential: ConnectorCredential,
  redirectUri: string,
  receive: (signInUrl: string) => Promise<string>,
): Promise<Tokens> {
  const { CryptoProvider } = await import("@azure/msal-node");
  const network = new NetworkClient();
  const application = await confidential(request, credential, network);
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const state = randomBytes(24).toString("base64url");
  const common = { scopes: scopesOf(request), redirectUri };
  const signInUrl = await application.getAuthCodeUrl({
    ...common,
    state,
    prompt: "select_account",
    codeChallenge: challenge,
    codeChallengeMethod: "S256",
  });
  const code = codeOf(await receive(signInUrl), redirectUri, state);
  return tokensOf(
    application,
    await acquired(application.acquireTokenByCode({ ...common, code, codeVerifier: verifier }), network),
  );
}

/**
 * Signs a person in on another device. Works for registrations that allow public client flows only, and many tenants block it by
 * Conditional Access.
 */
export async function signInByDevice(request: SignInRequest, show: (message: string) => void): Promise<Tokens> {
  const { PublicClientApplication } = await import("@azure/msal-node");
  const network = new NetworkClient();
  const application = new PublicClientApplication(configuration(request, {}, network));
  const answer = application.acquireTokenByDeviceCode({
    scopes: scopesOf(request),
    deviceCodeCallback: ({ message }) => show(message),
  });
  return tokensOf(application, await acquired(answer, network));
}

/** Exchanges a refresh token for new tokens. The old one stays good until its own end. */
export async function renew(
  request: SignInRequest,
  credential: ConnectorCredential | undefined,
  refreshToken: string,
): Promise<Tokens> {
  const { PublicClientApplication } = await import("@azure/msal-node");
  const network = new NetworkClient();
  const application =
    credential === undefined
      ? new PublicClientApplication(configuration(request, {}, network))
      : await confidential(request, credential, network);
  return tokensOf(
    application,
    await acquired(
      // forceCache: there is no account of an earlier sign-in in this process, and the cache is where the new token is read.
      application.acquireTokenByRefreshToken({ scopes: scopesOf(request), refreshToken, forceCache: true }),
      network,
    ),
  );
}

/**
 * The code in the address where the browser ended.
 * @throws VisibleError for an address elsewhere, another sign-in's state, or Entra's refusal in it.
 */
export function codeOf(address: string, redirectUri: string, state: string): string {
  const text = address.trim();
  const target = new URL(redirectUri);
  const ended = URL.canParse(text) ? new URL(text) : undefined;
  if (ended === undefined || ended.origin !== target.origin || ended.pathname !== target.pathname) {
    throw new VisibleError(
      `That is not the address where the sign-in ends: it begins with ${redirectUri}?code=… . ` +
        `Copy all of it from the browser's address bar; that the page itself doesn't load is fine.`,
    );
  }
  const { searchParams } = ended;
  const refusal = searchParams.get("error_description") ?? searchParams.get("error");
  if (searchParams.get("state") !== state) {
    throw new VisibleError(
      "That address is of another sign-in (its state is not this one's). Start again, and use the new one.",
    );
  }
  if (refusal !== null) throw new VisibleError(withAdvice(oneLine(refusal)));
  const code = searchParams.get("code");
  if (code === null || code === "") throw new VisibleError("There is no code in that address. Copy all of it.");
  return code;
}

/** What to do about what Entra says, by the number in it. Source: Microsoft, "Microsoft Entra authentication and authorization error codes". */
export function adviceFor(message: string): string | undefined {
  const [, code] = /AADSTS(\d+)/.exec(message) ?? [];
  return code === undefined ? undefined : adviceByCode[code];
}

const adviceByCode: Readonly<Partial<Record<string, string>>> = {
  "50011": "The redirect URI is not one of the registration's: pulumi up --refresh puts it back.",
  "53003":
    "A Conditional Access policy of the customer's blocks this sign-in; the device-code flow is often blocked. Use the browser flow.",
  "65001": "Nobody has consented to what the connector asks for: pulumi up --refresh grants it again.",
  "70008": "The code was used too late (it lives about ten minutes). Start again.",
  "700024": "The federated token, or this machine's clock, is out of time: name a fresh token.",
  "700027":
    "The certificate is not the registration's, or has ended: is the file the pair of connector.credential.certificate? pulumi up --refresh tells.",
  "700211": "The federated token is another issuer's than connector.credential.issuer.",
  "700212": "The federated token is for another audience than connector.credential.audience.",
  "700213": "The federated token is of another subject than connector.credential.subject.",
  "700016": "The connector's application isn't in the tenant: pulumi up --refresh, or look for who deleted it.",
  "700082": "The refresh token is over 90 days old. Sign in again without --renew.",
  "50173":
    "The sign-in was revoked: the person's password was changed, or their account or the application is gone. Sign in again without --renew.",
  "7000215": "The client secret is wrong: is it the stack's newest? pulumi up --refresh tells.",
  "7000218":
    'The registration takes no sign-in without its secret: the device-code flow needs "Allow public client flows". Use the browser flow.',
  "7000222": "The client secret has ended. Renew it (pulumi up), then start again.",
};

function withAdvice(message: string): string {
  const advice = adviceFor(message);
  return advice === undefined ? message : `${message}\n${advice}`;
}

function scopesOf({ api, endpoints }: SignInRequest): string[] {
  // msal itself adds openid, profile and offline_access, which brings the refresh token.
  return [`${resourceOf(api, endpoints)}/.default`];
}

async function confidential(request: SignInRequest, credential: ConnectorCredential, network: NetworkClient) {
  const { ConfidentialClientApplication } = await import("@azure/msal-node");
  return new ConfidentialClientApplication(configuration(request, msalCredential(credential), network));
}

function configuration({ connector, endpoints }: SignInRequest, proof: object, network: NetworkClient) {
  const { loginEndpoint } = endpoints;
  return {
    auth: {
      clientId: connector.clientId,
      authority: `${loginEndpoint}/${connector.tenantId}`,
      knownAuthorities: [new URL(loginEndpoint).host],
      ...proof,
    },
    system: { networkClient: network },
  };
}

/** What msal throws is worded for programmers. */
async function acquired(
  answer: Promise<AuthenticationResult | null>,
  network: NetworkClient,
): Promise<AuthenticationResult> {
  const { AuthError } = await import("@azure/msal-node");
  try {
    const result = await answer;
    if (result !== null) return result;
  } catch (error) {
    if (error instanceof ServiceError || !(error instanceof AuthError)) throw error;
    throw new VisibleError(withAdvice(oneLine(network.refusal ?? (error.errorMessage || error.errorCode))));
  }
  throw new VisibleError("Entra has answered without a token. Start again.");
}

/** msal hands out no refresh token; its cache has it. */
function tokensOf(application: ClientApplication, result: AuthenticationResult): Tokens {
  const { RefreshToken = {} } = JSON.parse(application.getTokenCache().serialize()) as {
    RefreshToken?: Record<string, { secret?: string }>;
  };
  const [refreshToken] = Object.values(RefreshToken).flatMap(({ secret }) => (secret === undefined ? [] : [secret]));
  if (refreshToken === undefined) throw new VisibleError("Entra has answered without a refresh token. Start again.");
  return {
    accessToken: result.accessToken,
    accessTokenExpiresOn: result.expiresOn ?? undefined,
    refreshToken,
    account: result.account?.username,
  };
}

/** Entra's own sentence: without msal's words in front of it, and without the trace and the time behind it. */
function oneLine(message: string): string {
  const [first = ""] = message.slice(Math.max(0, message.indexOf("AADSTS"))).split(/\r?\n/);
  return first.replace(/ (- )?(Trace|Correlation) ID: .*$/i, "").trim();
}
