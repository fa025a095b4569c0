/**
 * Sign-in of a user to a connector: authorization code flow with PKCE, device code flow, and
 * renewal.
 */
import { randomBytes } from "node:crypto";
import type { AuthenticationResult } from "@azure/msal-node";
import { ServiceError, legacyAlertResource, type AlertApi, type Endpoints } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Connector } from "../connector/connector";
import { adviceFor, type Advice } from "../connector/entraAdvice";
import { reader } from "../connector/reader";
import { msalCredential, type SignInCredential } from "./credentials";
import { terminalText, visibleText } from "@defender-mssp/terminal/terminalText";
import { NetworkClient } from "./networkClient";

/** What confidential and public client applications share. */
interface ClientApplication {
  getTokenCache(): { serialize(): string };
}

/** The result of a sign-in. */
export interface Tokens {
  readonly accessToken: string;
  readonly accessTokenExpiresOn: Date | undefined;
  readonly refreshToken: string;
  /** The user who signed in; undefined when a renewal does not tell. */
  readonly account: string | undefined;
}

export interface SignInRequest {
  readonly connector: Connector;
  readonly endpoints: Endpoints;
  /** The API of the access token. The refresh token is valid for each API with a grant. */
  readonly api: AlertApi;
}

export function resourceOf(api: AlertApi, endpoints: Endpoints): string {
  return api === "legacySiem" ? legacyAlertResource : endpoints.graphEndpoint;
}

/**
 * Signs a user in with a browser, which ends at the redirect URI.
 * @param receive shows the user the address to open, and returns the address where the browser
 * ended.
 * @throws VisibleError when that address is no answer to this request, or Entra refused.
 */
export async function signInByCode(
  request: SignInRequest,
  credential: SignInCredential,
  redirectUri: string,
  receive: (signInUrl: string, state: string) => Promise<string>,
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
  const code = codeOf(await receive(signInUrl, state), redirectUri, state);
  return tokensOf(
    application,
    await acquired(
      application.acquireTokenByCode({ ...common, code, codeVerifier: verifier }),
      network,
      adviceOn(request),
    ),
  );
}

/**
 * Signs a user in on another device. Requires a registration that allows public client flows; many
 * tenants block the flow by Conditional Access.
 */
export async function signInByDevice(request: SignInRequest, show: (message: string) => void): Promise<Tokens> {
  const { PublicClientApplication } = await import("@azure/msal-node");
  const network = new NetworkClient();
  const application = new PublicClientApplication(configuration(request, {}, network));
  const answer = application.acquireTokenByDeviceCode({
    scopes: scopesOf(request),
    deviceCodeCallback: deviceCodeShown(network, show, adviceOn(request)),
  });
  return tokensOf(application, await acquired(answer, network, adviceOn(request)));
}

/**
 * Shows the code of a device code flow. msal takes a refusal, which has no message, for an answer.
 * @throws VisibleError with Entra's words.
 */
export function deviceCodeShown(
  network: NetworkClient,
  show: (message: string) => void,
  advice: Advice = adviceFor,
): (answer: { readonly message?: string }) => void {
  return ({ message }) => {
    if (message === undefined) {
      const refusal = network.refusal ?? "Entra answered without a device code. Run the command again.";
      throw new VisibleError(withAdvice(oneLine(refusal), advice));
    }
    show(terminalText(message));
  };
}

/** Exchanges a refresh token for new tokens. The old one remains valid until its own end. */
export async function renew(
  request: SignInRequest,
  credential: SignInCredential | undefined,
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
      // forceCache: this process has no account, and the new refresh token is read from the cache.
      application.acquireTokenByRefreshToken({ scopes: scopesOf(request), refreshToken, forceCache: true }),
      network,
      adviceOn(request),
    ),
  );
}

/** Advice for the reader of the connector's hints. */
function adviceOn({ connector }: SignInRequest): Advice {
  return (message) => adviceFor(message, reader(connector));
}

/**
 * The code in the address where the browser ended.
 * @throws VisibleError for another address, the state of another sign-in, or a refusal by Entra.
 */
export function codeOf(address: string, redirectUri: string, state: string, advice: Advice = adviceFor): string {
  const text = address.trim();
  const target = new URL(redirectUri);
  const ended = URL.canParse(text) ? new URL(text) : undefined;
  if (ended === undefined || ended.origin !== target.origin || ended.pathname !== target.pathname) {
    throw new VisibleError(
      `That is not the address where the sign-in ends, which begins with ${redirectUri}?code=…. ` +
        "Copy the whole address from the browser's address bar. The page need not load.",
    );
  }
  const { searchParams } = ended;
  const refusal = searchParams.get("error_description") ?? searchParams.get("error");
  if (searchParams.get("state") !== state) {
    throw new VisibleError(
      "That address belongs to another sign-in: its state differs. Run the command again, and use the new address.",
    );
  }
  if (refusal !== null) throw new VisibleError(withAdvice(oneLine(refusal), advice));
  const code = searchParams.get("code");
  if (code === null || code === "") throw new VisibleError("That address contains no code. Copy the whole address.");
  return code;
}

function withAdvice(message: string, adviceFrom: Advice): string {
  const advice = adviceFrom(message);
  return advice === undefined ? message : `${message}\n${advice}`;
}

function scopesOf({ api, endpoints }: SignInRequest): string[] {
  // msal itself adds openid, profile and offline_access, which yields the refresh token.
  return [`${resourceOf(api, endpoints)}/.default`];
}

async function confidential(request: SignInRequest, credential: SignInCredential, network: NetworkClient) {
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

/** Replaces msal's errors by Entra's own words, with what to do: by default about a connector. */
export async function acquired(
  answer: Promise<AuthenticationResult | null>,
  network: NetworkClient,
  advice: Advice = adviceFor,
): Promise<AuthenticationResult> {
  const { AuthError } = await import("@azure/msal-node");
  try {
    const result = await answer;
    if (result !== null) return result;
  } catch (error) {
    if (error instanceof ServiceError || !(error instanceof AuthError)) throw error;
    throw new VisibleError(withAdvice(oneLine(network.refusal ?? (error.errorMessage || error.errorCode)), advice));
  }
  throw new VisibleError("Entra answered without a token. Run the command again.");
}

/** msal returns no refresh token: it is read from msal's cache. */
function tokensOf(application: ClientApplication, result: AuthenticationResult): Tokens {
  const { RefreshToken = {} } = JSON.parse(application.getTokenCache().serialize()) as {
    RefreshToken?: Record<string, { secret?: string }>;
  };
  const [refreshToken] = Object.values(RefreshToken).flatMap(({ secret }) => (secret === undefined ? [] : [secret]));
  if (refreshToken === undefined)
    throw new VisibleError("Entra answered without a refresh token. Run the command again.");
  return {
    accessToken: result.accessToken,
    accessTokenExpiresOn: result.expiresOn ?? undefined,
    refreshToken,
    account: result.account?.username,
  };
}

/**
 * Entra's own sentence, without msal's prefix, trace and time, and without characters that act on a
 * terminal.
 */
function oneLine(message: string): string {
  const [first = ""] = message.slice(Math.max(0, message.indexOf("AADSTS"))).split(/\r?\n/);
  return visibleText(first.replace(/ (- )?(Trace|Correlation) ID: .*$/i, "").trim());
}
