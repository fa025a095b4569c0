/**
 * Secrets in Azure Key Vault, by its data plane. Source: Microsoft, Key Vault REST API, "Set
 * Secret" and "Get Secret" (api-version 7.4), and "Authentication, requests and responses": a call
 * without a token is answered 401 with a challenge that names the vault's tenant and what to ask a
 * token for.
 */
import { discoverEndpoints, type Endpoints, type Environment } from "../endpoints";
import { ServiceError, withoutUndefined } from "@defender-mssp/errors";
import { isLoopback, isSecureAddress, pathSegment, request, withoutSecrets, type RequestOptions } from "../http";
import { requestToken } from "../entra/token";
import { untilSeen, waits, type WaitContext } from "../waits";

const apiVersion = "7.4";

/** The allowed names of a secret. */
export const keyVaultSecretName = /^[0-9a-zA-Z-]{1,127}$/;

export interface KeyVaultSecretCall extends Pick<RequestOptions, "signal" | "timeout" | "sleep"> {
  /**
   * Base URL of the vault, such as `https://fabrikam.vault.azure.net`, without a trailing slash.
   */
  readonly vaultUrl: string;
  readonly name: string;
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

function addressOf({ vaultUrl, name }: KeyVaultSecretCall): string {
  return `${vaultUrl}/secrets/${pathSegment(name)}?api-version=${apiVersion}`;
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
