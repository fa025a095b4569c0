/**
 * A signed-in person of one of the two tenants: Microsoft lets no application change a governance
 * relationship. Either the person brings an access token (MSSP_GRAPH_TOKEN), or signs in here to a
 * public client that the tenant has. No token is stored.
 */
import { randomBytes } from "node:crypto";
import { tokenClaims } from "@defender-mssp/errors/json";
import { request, type Endpoints, type GraphCall } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { freePort, LoopbackRedirect } from "@defender-mssp/terminal/loopbackRedirect";
import { NetworkClient } from "@defender-mssp/siem/tokens/networkClient";
import { acquired, codeOf, deviceCodeShown } from "@defender-mssp/siem/tokens/signIn";

export const tokenVariable = "MSSP_GRAPH_TOKEN";

export interface PersonOptions {
  /** Application (client) ID of a public client. */
  readonly clientId?: string;
  /** Sign in on another device. */
  readonly deviceCode?: boolean;
}

/** Where and for what a person signs in. */
export interface SignInTarget {
  readonly tenantId: string;
  /** Such as "the customer's tenant", for errors. */
  readonly tenant: string;
  /** Delegated permissions of Microsoft Graph. */
  readonly scopes: readonly string[];
  readonly endpoints: Endpoints;
}

/** How long a sign-in in the browser may take, in seconds. */
const browserPatience = 600;

/** The tenant that the token of the environment is for, without a check; undefined without a token. */
export function tenantOfToken(environment: NodeJS.ProcessEnv): string | undefined {
  const token = environment[tokenVariable];
  return token ? claimsOf(token).tid?.toLowerCase() : undefined;
}

/** @throws VisibleError where nobody can be signed in, or the token does not fit. */
export async function personsCall(
  target: SignInTarget,
  options: PersonOptions,
  { environment, err }: Pick<Session, "environment" | "err">,
): Promise<GraphCall> {
  const given = environment[tokenVariable];
  const token = given ? checkedToken(given.trim(), target) : await signedIn(target, options, (text) => err.line(text));
  const { graphEndpoint } = target.endpoints;
  return (path, call = {}) => request(`${graphEndpoint}${path}`, { ...call, token });
}

/**
 * Refuses a token before the first call that could fail halfway. Graph checks everything again.
 */
function checkedToken(token: string, { tenantId, tenant, scopes }: SignInTarget): string {
  const { tid = "", scp } = claimsOf(token);
  if (tid.toLowerCase() !== tenantId) {
    throw new VisibleError(
      `The token in ${tokenVariable} is for tenant ${printableId(tid)}; this step needs one for ${tenant}, ${tenantId}.`,
    );
  }
  if (scp === undefined) {
    throw new VisibleError(
      `The token in ${tokenVariable} is an application's. Microsoft Graph lets only signed-in people do this.`,
    );
  }
  const missing = scopes.filter((scope) => !covers(scp.split(" "), scope));
  if (missing.length > 0) {
    throw new VisibleError(`The token in ${tokenVariable} lacks these permissions: ${missing.join(", ")}.`);
  }
  return token;
}

/** A permission to write includes that to read. */
function covers(granted: readonly string[], scope: string): boolean {
  return granted.includes(scope) || granted.includes(scope.replace(".Read.All", ".ReadWrite.All"));
}

interface Claims {
  readonly tid?: string;
  readonly scp?: string;
}

function claimsOf(token: string): Claims {
  const claims = tokenClaims(token);
  if (claims !== undefined) return claims;
  throw new VisibleError(`${tokenVariable} is not an access token: it is not a JSON Web Token.`);
}

function printableId(text: string): string {
  return /^[0-9a-f-]{36}$/i.test(text) ? text : "(unknown)";
}

async function signedIn(
  target: SignInTarget,
  { clientId, deviceCode }: PersonOptions,
  say: (text: string) => void,
): Promise<string> {
  if (clientId === undefined) {
    throw new VisibleError(
      `This step needs a signed-in person of ${target.tenant}. Pass --client-id with a public client of that tenant, or an access token ` +
        `for Microsoft Graph in ${tokenVariable}. It needs the delegated permissions ${target.scopes.join(", ")}. \`npx mssp docs governance\` says how to get either.`,
    );
  }
  const { PublicClientApplication, CryptoProvider } = await import("@azure/msal-node");
  const { loginEndpoint, graphEndpoint } = target.endpoints;
  const network = new NetworkClient();
  const application = new PublicClientApplication({
    auth: {
      clientId,
      authority: `${loginEndpoint}/${target.tenantId}`,
      knownAuthorities: [new URL(loginEndpoint).host],
    },
    system: { networkClient: network },
  });
  const advice = (message: string) => adviceOn(message, clientId, target);
  const scopes = target.scopes.map((scope) => `${graphEndpoint}/${scope}`);
  if (deviceCode === true) {
    const deviceCodeCallback = deviceCodeShown(network, say, advice);
    const answer = application.acquireTokenByDeviceCode({ scopes, deviceCodeCallback });
    return (await acquired(answer, network, advice)).accessToken;
  }
  const redirectUri = `http://localhost:${await freePort()}`;
  const loopback = await LoopbackRedirect.listen(redirectUri);
  try {
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
    const state = randomBytes(24).toString("base64url");
    const url = await application.getAuthCodeUrl({
      scopes,
      redirectUri,
      state,
      prompt: "select_account",
      codeChallenge: challenge,
      codeChallengeMethod: "S256",
    });
    say(
      `Open this address in a browser of this machine and sign in as an administrator of ${target.tenant}. ` +
        `Without a browser, end this with Ctrl-C and use --device-code.\n\n${url}\n`,
    );
    const code = codeOf(await loopback.receive(state, browserPatience), redirectUri, state, advice);
    const answer = application.acquireTokenByCode({ scopes, redirectUri, code, codeVerifier: verifier });
    return (await acquired(answer, network, advice)).accessToken;
  } finally {
    loopback.close();
  }
}

/**
 * What to do about an error of Entra, by its number. Source: Microsoft, "Microsoft Entra
 * authentication and authorization error codes".
 */
function adviceOn(message: string, clientId: string, { tenant, scopes }: SignInTarget): string | undefined {
  const [, code = ""] = /AADSTS(\d+)/.exec(message) ?? [];
  return {
    "50011": `The application ${clientId} lacks the redirect URI http://localhost: add it as a mobile and desktop application.`,
    "50105": `The application ${clientId} requires an assignment, and this person has none.`,
    "53003": "A Conditional Access policy blocks this sign-in. Many block the device code flow: use the browser.",
    "65001": `Nobody has consented to ${scopes.join(", ")} for the application ${clientId}: an administrator of ${tenant} does.`,
    "65004": "The person did not consent. Run the command again to be asked again.",
    "70008": "The code has expired. Run the command again.",
    "700016": `There is no application ${clientId} in ${tenant}: --client-id names a public client of that tenant. See \`npx mssp docs governance\`.`,
    "7000218": `The application ${clientId} is no public client: turn on "Allow public client flows" in its registration.`,
  }[code];
}
