/**
 * Secrets and signing keys in Azure Key Vault, by its data plane. Source: Microsoft, Key Vault REST API,
 * "Set Secret", "Get Secret", "Get Key" and "Sign" (api-version 7.4), and "Authentication, requests and responses": a call
 * without a token is answered 401 with a challenge that names the vault's tenant and what to ask a
 * token for.
 */
import { recordOf, textOf } from "@defender-mssp/errors/json";
import { discoverEndpoints, type Endpoints, type Environment } from "../endpoints";
import { ServiceError, VisibleError, withoutUndefined } from "@defender-mssp/errors";
import { isLoopback, isSecureAddress, pathSegment, request, withoutSecrets, type RequestOptions } from "../http";
import { requestToken } from "../entra/token";
import { untilSeen, waits, type WaitContext } from "../waits";

const apiVersion = "7.4";

export interface KeyVaultSecretCall extends Pick<RequestOptions, "signal" | "timeout" | "sleep"> {
  /**
   * Base URL of the vault, such as `https://fabrikam.vault.azure.net`, without a trailing slash.
   */
  readonly vaultUrl: string;
  readonly name: string;
  /** @default "secrets" */
  readonly collection?: "keys" | "secrets";
  /** Where the credentials are. Default: `process.env`; see `requestToken`. */
  readonly environment?: Environment;
  /** Default: discovered from the environment. */
  readonly endpoints?: Endpoints;
}

/** Whether Key Vault refused a caller who has no role, or whose role is not in force yet. */
export function isRoleNotInForce({ status, message }: Pick<ServiceError, "status" | "message">): boolean {
  return status === 403 && /ForbiddenByRbac|observe propagation time/.test(message);
}

export interface KeyVaultSecretValue {
  readonly value: string;
  /** Content type, for people: a MIME type or a word. */
  readonly contentType?: string;
  /** A notice for people and tools: the vault still returns the secret afterwards. */
  readonly expiresOn?: Date;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Sets a secret: a new version where there is one of that name. Where somebody is told, it waits for
 * the role to be in force: a new token would be lost. Needs
 * `Microsoft.KeyVault/vaults/secrets/setSecret/action` (role Key Vault Secrets Officer).
 * @returns the ID of the version, an address that holds no secret.
 * @throws ServiceError, EnvironmentError.
 */
export async function setKeyVaultSecret(
  { say, ...call }: KeyVaultSecretCall & Pick<WaitContext, "say">,
  secret: KeyVaultSecretValue,
): Promise<string> {
  const put = () => putSecret(call, secret);
  if (say === undefined) return put();
  const { sleep, signal, environment } = call;
  const context = { ...withoutUndefined({ sleep, signal, environment }), say, isUnknown: isRoleNotInForce };
  // The last look throws the refusal, so that undefined never comes out.
  return (await untilSeen(waits.vaultRole, put, context)) as string;
}

async function putSecret(call: KeyVaultSecretCall, secret: KeyVaultSecretValue): Promise<string> {
  const { value, contentType, expiresOn, tags } = secret;
  const { status, body } = await request(addressOf(call), {
    ...optionsOf(call),
    token: await tokenFor(call),
    method: "PUT",
    json: {
      value,
      ...(contentType === undefined ? {} : { contentType }),
      ...(expiresOn === undefined ? {} : { attributes: { exp: Math.floor(expiresOn.getTime() / 1000) } }),
      ...(tags === undefined ? {} : { tags }),
    },
  });
  const { id } = (body ?? {}) as { id?: unknown };
  if (typeof id === "string") return id;
  throw unreadable(call, "PUT", status);
}

/**
 * The newest version of a secret. Needs `Microsoft.KeyVault/vaults/secrets/getSecret/action` (role
 * Key Vault Secrets User).
 * @throws ServiceError (404: there is none), EnvironmentError.
 */
export async function getKeyVaultSecret(call: KeyVaultSecretCall): Promise<string> {
  const { status, body } = await request(addressOf(call), { ...optionsOf(call), token: await tokenFor(call) });
  const { value } = (body ?? {}) as { value?: unknown };
  if (typeof value === "string") return value;
  throw unreadable(call, "GET", status);
}

/**
 * A key that signs in its vault: `jwk` is its public part; `sign` answers r and s of a SHA-256. Needs
 * `Microsoft.KeyVault/vaults/keys/read` and `…/keys/sign/action` (role Key Vault Crypto User).
 * @param id `<vaultUrl>/keys/<name>`, with or without a version.
 * @throws ServiceError, EnvironmentError, VisibleError.
 */
export async function openKeyVaultKey(id: string, environment: Environment) {
  const [, vaultUrl, name] = /^(.+)\/keys\/([0-9a-zA-Z-]{1,127})(?:\/[0-9a-f]{32})?$/.exec(id) ?? [];
  if (vaultUrl === undefined || name === undefined)
    throw new VisibleError(`${id} is no key of a vault, such as https://fabrikam.vault.azure.net/keys/signing.`);
  const token = await tokenFor({ vaultUrl, name, collection: "keys", environment });
  const { body } = await request(`${id}?api-version=${apiVersion}`, { token });
  const jwk = recordOf(recordOf(body)["key"]);
  const version = textOf(jwk["kid"]).split("/").at(-1) ?? "";
  const sign = async (digest: Buffer): Promise<Buffer> => {
    const json = { alg: "ES256", value: digest.toString("base64url") };
    const url = `${vaultUrl}/keys/${name}/${version}/sign?api-version=${apiVersion}`;
    const answer = await request(url, { token, method: "POST", json });
    return Buffer.from(textOf(recordOf(answer.body)["value"]), "base64url");
  };
  return { jwk: { ...jwk, kty: textOf(jwk["kty"]).replace("-HSM", "") }, sign };
}

function addressOf({ vaultUrl, name, collection = "secrets" }: KeyVaultSecretCall): string {
  return `${vaultUrl}/${collection}/${pathSegment(name)}?api-version=${apiVersion}`;
}

function optionsOf({ signal, timeout, sleep }: KeyVaultSecretCall): RequestOptions {
  return { signal, timeout, sleep };
}

/** The token of the vault's challenge. A challenge for another service gets no token. */
async function tokenFor(call: KeyVaultSecretCall): Promise<string> {
  if (!isSecureAddress(call.vaultUrl)) throw unreadable(call, "GET", 0, "a vault's address begins with https://");
  const { status, headers } = await request(addressOf(call), { ...optionsOf(call), accept: [401] });
  const challenge = status === 401 ? readChallenge(headers.get("www-authenticate") ?? "") : undefined;
  if (challenge === undefined) throw unreadable(call, "GET", status, "it doesn't answer as a key vault does");
  if (!isVaultOf(challenge.resource, call.vaultUrl)) {
    throw unreadable(call, "GET", status, `it asks for a token for ${challenge.resource}, which isn't its own service`);
  }
  const environment = call.environment ?? process.env;
  const { accessToken } = await requestToken({
    tenantId: challenge.tenantId,
    audience: challenge.resource,
    environment,
    endpoints: call.endpoints ?? (await discoverEndpoints(environment, call)),
    signal: call.signal,
    timeout: call.timeout,
  });
  return accessToken;
}

/**
 * `Bearer authorization="https://login.microsoftonline.com/<tenant>",
 * resource="https://vault.azure.net"`
 */
function readChallenge(header: string): { readonly tenantId: string; readonly resource: string } | undefined {
  const valueOf = (name: string) => new RegExp(`${name}="([^"]*)"`, "i").exec(header)?.[1];
  const authority = valueOf("authorization(?:_uri)?");
  const resource = valueOf("resource");
  if (authority === undefined || !URL.canParse(authority) || resource === undefined || !URL.canParse(resource)) {
    return undefined;
  }
  const tenantId = new URL(authority).pathname.split("/")[1];
  return tenantId === undefined || tenantId === "" ? undefined : { tenantId, resource: resource.replace(/\/+$/, "") };
}

/**
 * Whether a token for `resource` may go to that vault: a vault is a host below its service's; on
 * the sandbox, which has no DNS names to give, any host of this machine.
 */
export function isVaultOf(resource: string, vaultUrl: string): boolean {
  const vault = new URL(vaultUrl).hostname;
  return vault.endsWith(`.${new URL(resource).hostname}`) || isLoopback(vault);
}

function unreadable(call: KeyVaultSecretCall, method: string, status: number, message?: string): ServiceError {
  return new ServiceError({
    status,
    message: message ?? "this is not the answer of a key vault",
    method,
    url: withoutSecrets(addressOf(call)),
  });
}
