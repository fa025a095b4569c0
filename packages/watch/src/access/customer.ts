/** Signs in to the customer's tenant, as an application or a person of hers. */
import { randomBytes, createHash } from "node:crypto";
import { optionalText, textsOf, tokenClaims } from "@defender-mssp/errors/json";
import { VisibleError } from "@defender-mssp/errors";
import {
  discoverEndpoints,
  isUuid,
  lookUpDomain,
  request,
  requestToken,
  runAzureCli,
  tokenEndpoint,
  type Endpoints,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { freePort, LoopbackRedirect } from "@defender-mssp/terminal/loopbackRedirect";
import type { Session } from "@defender-mssp/terminal/session";

export interface SignInOptions {
  /** The customer's tenant: ID or a domain. */
  readonly tenant?: string;
  /** Public client of the customer's tenant, for a person in the browser. */
  readonly clientId?: string;
}

/** The customer's tenant, signed in. */
export interface SignedInCustomer {
  readonly tenantId: string;
  readonly call: GraphCall;
  readonly endpoints: Endpoints;
  /** Application (client) ID that the token is for. */
  readonly appId: string | undefined;
  /** By `az login`: its scopes are fixed, and include some that write. */
  readonly isAzureCli: boolean;
}

const azureCliId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/** How long a sign-in in the browser may take, in seconds. */
const browserPatience = 600;

/** @throws VisibleError, ServiceError where nobody can sign in */
export async function openCustomer(options: SignInOptions, session: Session): Promise<SignedInCustomer> {
  const { environment } = session;
  const endpoints = await discoverEndpoints(environment);
  const tenantId = await customerTenant(options.tenant ?? environment["ARM_TENANT_ID"], endpoints, environment);
  const { clientId } = options;
  const audience = endpoints.graphEndpoint;
  const given = clientId === undefined ? undefined : await tokenInBrowser({ tenantId, clientId, endpoints }, session);
  const ask = async () => given ?? (await requestToken({ tenantId, audience, environment, endpoints })).accessToken;
  let token = await ask();
  const claims = tokenClaims(token) ?? {};
  const tid = optionalText(claims["tid"])?.toLowerCase();
  if (tid !== undefined && tid !== tenantId)
    throw new VisibleError(`The sign-in is to tenant ${tid}, not to ${tenantId}. Name your own tenant with --tenant.`);
  const askedOn = { at: session.now().getTime() };
  const call: GraphCall = async (path, callOptions = {}) => {
    // A look at a large tenant outlives the hour of a token.
    if (given === undefined && session.now().getTime() - askedOn.at > 40 * 60_000) {
      token = await ask();
      askedOn.at = session.now().getTime();
    }
    return request(`${endpoints.graphEndpoint}${path}`, { ...callOptions, token });
  };
  const appId = optionalText(claims["appid"]) ?? optionalText(claims["azp"]);
  const isAzureCli = appId === azureCliId;
  return { tenantId, call, endpoints, appId, isAzureCli: isAzureCli && textsOf(claims["roles"]).length === 0 };
}

async function customerTenant(
  named: string | undefined,
  endpoints: Endpoints,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const name = named ?? (endpoints.metadataHost === undefined ? await tenantOfAzureCli(environment) : undefined);
  if (!name)
    throw new VisibleError(
      "Your tenant is not known: name it with --tenant <domain or tenant ID>, or set ARM_TENANT_ID, or sign in with `az login`.",
    );
  return namedTenant(name, endpoints);
}

/** The tenant of an ID or a verified domain. @throws VisibleError where Entra knows none */
export async function namedTenant(name: string, endpoints: Endpoints): Promise<string> {
  if (isUuid(name)) return name.toLowerCase();
  const found = await lookUpDomain(name, endpoints);
  if (found !== undefined) return found.tenantId;
  throw new VisibleError(`Entra knows no tenant with the domain ${name}. Check the spelling, or use the tenant's ID.`);
}

async function tenantOfAzureCli(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const parameters = ["account", "show", "--query", "tenantId", "--output", "tsv"];
  return (await runAzureCli(parameters, environment))?.trim();
}

/** Authorization code with PKCE. No token is stored. Source: Microsoft, "OAuth 2.0 authorization code flow". */
async function tokenInBrowser(
  { tenantId, clientId, endpoints }: { tenantId: string; clientId: string; endpoints: Endpoints },
  session: Session,
): Promise<string> {
  const redirectUri = `http://localhost:${await freePort()}`;
  const loopback = await LoopbackRedirect.listen(redirectUri);
  try {
    const [state, verifier] = [randomBytes(24).toString("base64url"), randomBytes(48).toString("base64url")];
    const scope = `${endpoints.graphEndpoint}/.default`;
    const url = new URL(`${endpoints.loginEndpoint}/${tenantId}/oauth2/v2.0/authorize`);
    url.search = new URLSearchParams({
      client_id: clientId,
      response_type: "code",
      redirect_uri: redirectUri,
      scope,
      state,
      prompt: "select_account",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    }).toString();
    session.err.line(`Open this address in a browser of this machine and sign in:\n\n${url.href}\n`);
    const answer = new URL(await loopback.receive(state, browserPatience)).searchParams;
    const code = answer.get("code");
    if (code === null)
      throw new VisibleError(`Entra refused the sign-in: ${answer.get("error_description") ?? "no reason given"}`);
    const { body } = await request(tokenEndpoint(endpoints.cloud, tenantId, endpoints.loginEndpoint), {
      method: "POST",
      form: {
        grant_type: "authorization_code",
        client_id: clientId,
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        scope,
      },
    });
    const token = optionalText((body as Record<string, unknown> | undefined)?.["access_token"]);
    if (token === undefined) throw new VisibleError("Entra answered without a token. Run the command again.");
    return token;
  } finally {
    loopback.close();
  }
}
