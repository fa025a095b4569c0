/**
 * A signed-in person of one of the two tenants: Microsoft lets no application change a governance
 * relationship. Either the person brings an access token (MSSP_GRAPH_TOKEN), or signs in here to a
 * public client that the tenant has. No token is stored.
 */
import { createServer } from "node:net";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { request, type Endpoints, type GraphCall } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { terminalText } from "../output/terminalText";
import { LoopbackRedirect } from "../tokens/loopback";
import { NetworkClient } from "../tokens/networkClient";
import { acquired, codeOf } from "../tokens/signIn";

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
  environment: NodeJS.ProcessEnv,
): Promise<GraphCall> {
  const given = environment[tokenVariable];
  const token = given ? checkedToken(given.trim(), target) : await signedIn(target, options);
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
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as Claims;
  } catch {
    throw new VisibleError(`${tokenVariable} is not an access token: it is not a JSON Web Token.`);
  }
}

function printableId(text: string): string {
  return /^[0-9a-f-]{36}$/i.test(text) ? text : "(unknown)";
}

async function signedIn(target: SignInTarget, { clientId, deviceCode }: PersonOptions): Promise<string> {
  if (clientId === undefined) {
    throw new VisibleError(
      `This step needs a signed-in person of ${target.tenant}. Pass --client-id with a public client of that tenant, or an access token ` +
        `for Microsoft Graph in ${tokenVariable}. It needs the delegated permissions ${target.scopes.join(", ")}. docs/governance.md says how to get either.`,
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
  const scopes = target.scopes.map((scope) => `${graphEndpoint}/${scope}`);
  if (deviceCode === true) {
    const deviceCodeCallback = ({ message }: { readonly message: string }) => say(terminalText(message));
    return (await acquired(application.acquireTokenByDeviceCode({ scopes, deviceCodeCallback }), network)).accessToken;
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
    say(`Open this address in a browser and sign in as an administrator of ${target.tenant}:\n\n${url}\n`);
    const code = codeOf(await loopback.receive(state, browserPatience), redirectUri, state);
    const answer = application.acquireTokenByCode({ scopes, redirectUri, code, codeVerifier: verifier });
    return (await acquired(answer, network)).accessToken;
  } finally {
    loopback.close();
  }
}

/** Entra ignores the port of a public client's redirect URI on localhost. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
