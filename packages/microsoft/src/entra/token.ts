import { createHash, createPrivateKey, randomUUID, sign, X509Certificate, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { legacyTokenEndpoint, tokenEndpoint } from "../clouds";
import { discoverEndpoints, type Endpoints, type Environment } from "../endpoints";
import { EnvironmentError, messageOf, ServiceError } from "@defender-mssp/errors";
import { isSecureAddress, request, withoutSecrets, type RequestOptions } from "../http";

export interface TokenOptions extends Pick<RequestOptions, "signal" | "timeout" | "limiter"> {
  /**
   * The tenant that the token is for: the customer's, not the one that the application is
   * registered in.
   */
  tenantId: string;
  /**
   * What the token is for, such as `https://api.securitycenter.microsoft.com`; asks Entra's v2
   * endpoint for its `.default`.
   */
  audience: string;
  /** Asks Entra's v1 endpoint, as the legacy alert API needs it. Default: false. */
  v1?: boolean;
  /** Default: `process.env`. */
  environment?: Environment;
  /** Default: discovered from the environment. */
  endpoints?: Endpoints;
}

export interface AccessToken {
  accessToken: string;
  /** When it ends, by this machine's clock. */
  expiresOn: Date;
}

/**
 * The audience that Entra wants of the tokens of another identity provider. Microsoft, "Workload
 * identity federation".
 */
export const tokenExchangeAudience = "api://AzureADTokenExchange";

/**
 * An access token for an application by itself (client credentials), with the credentials in the
 * environment, by the names and in the order of the official azuread plugin:
 * 1. ARM_CLIENT_CERTIFICATE_PATH (PKCS#12 or PEM) or ARM_CLIENT_CERTIFICATE (PKCS#12 in base64),
 *    ARM_CLIENT_CERTIFICATE_PASSWORD
 * 2. ARM_CLIENT_SECRET or ARM_CLIENT_SECRET_FILE_PATH
 * 3. a token of another identity provider: ARM_OIDC_TOKEN, ARM_OIDC_TOKEN_FILE_PATH, or
 *    ARM_OIDC_REQUEST_URL with ARM_OIDC_REQUEST_TOKEN (GitHub's ACTIONS_ID_TOKEN_REQUEST_URL and
 *    …_TOKEN) each with ARM_CLIENT_ID or ARM_CLIENT_ID_FILE_PATH. Without any of them: `az`, the
 *    Azure CLI, if somebody is logged in there; not with ARM_METADATA_HOSTNAME (a real person's
 *    token is nobody else's business) and not with ARM_USE_CLI=false. Managed identities are not
 *    supported.
 * @throws EnvironmentError, and ServiceError when Entra refuses.
 */
export async function requestToken(options: TokenOptions): Promise<AccessToken> {
  const environment = options.environment ?? process.env;
  const endpoints = options.endpoints ?? (await discoverEndpoints(environment, options));
  const clientId = await valueOrFile(environment, "ARM_CLIENT_ID");
  const url = (options.v1 ? legacyTokenEndpoint : tokenEndpoint)(
    endpoints.cloud,
    encodeURIComponent(options.tenantId),
    endpoints.loginEndpoint,
  );
  const proof = clientId === undefined ? undefined : await proofOf(clientId, url, environment, options);
  if (clientId === undefined || proof === undefined) return tokenFromAzureCli(options, endpoints, environment);
  const { status, body } = await request(url, {
    method: "POST",
    form: {
      grant_type: "client_credentials",
      client_id: clientId,
      ...(options.v1 ? { resource: options.audience } : { scope: scopeOf(options.audience) }),
      ...proof,
    },
    idempotent: true, // Asking twice makes two tokens and changes nothing.
    signal: options.signal,
    timeout: options.timeout,
    limiter: options.limiter,
  });
  const answer = (body ?? {}) as { access_token?: string; expires_in?: number | string };
  if (!answer.access_token) {
    throw new ServiceError({
      status,
      message: "there is no access token in it",
      method: "POST",
      url: withoutSecrets(url),
    });
  }
  return {
    accessToken: answer.access_token,
    expiresOn: new Date(Date.now() + Number(answer.expires_in ?? 0) * 1000), // v1 writes the seconds as a string
  };
}

/**
 * `.default`: whatever has been granted. A trailing slash is part of the resource's name, as Entra
 * sees it.
 */
function scopeOf(audience: string): string {
  return `${audience}/.default`;
}

/**
 * The form fields of the client's authentication at `url`, from the first available credentials.
 */
export async function proofOf(
  clientId: string,
  url: string,
  environment: Environment,
  options: Pick<TokenOptions, "signal" | "timeout">,
): Promise<Record<string, string> | undefined> {
  const certificate = await certificateOf(environment);
  if (certificate !== undefined) return assertion(signedAssertion(clientId, url, certificate));
  const secret = await valueOrFile(environment, "ARM_CLIENT_SECRET");
  if (secret !== undefined) return { client_secret: secret };
  const federated = await federatedToken(environment, options);
  return federated === undefined ? undefined : assertion(federated);
}

function assertion(token: string): Record<string, string> {
  return {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: token,
  };
}

/** A private key with the certificate that the application's registration has. */
export interface ClientCertificate {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
}

async function certificateOf(environment: Environment): Promise<ClientCertificate | undefined> {
  const path = environment.ARM_CLIENT_CERTIFICATE_PATH;
  const inline = environment.ARM_CLIENT_CERTIFICATE;
  if (!path && !inline) return undefined;
  const source = path ? "ARM_CLIENT_CERTIFICATE_PATH" : "ARM_CLIENT_CERTIFICATE";
  const bytes = path ? await readNamed(source, path) : Buffer.from(inline ?? "", "base64");
  return readClientCertificate(bytes, {
    source,
    password: environment.ARM_CLIENT_CERTIFICATE_PASSWORD,
    passwordVariable: "ARM_CLIENT_CERTIFICATE_PASSWORD",
  });
}

/** The source of a certificate, for errors, and its password. */
export interface CertificateSource {
  /** The file, or the variable that names it. */
  readonly source: string;
  readonly password?: string | undefined;
  /** The variable that the password is taken from. */
  readonly passwordVariable: string;
}

/**
 * A certificate with its private key, from a PKCS#12 archive or a PEM file (the application's own
 * certificate first).
 * @throws EnvironmentError that names the source and says what it must contain, without its
 * content.
 */
export function readClientCertificate(
  bytes: Buffer,
  { source, password, passwordVariable }: CertificateSource,
): ClientCertificate {
  try {
    const read = readCertificate(bytes, password ?? "");
    if (!read.certificate.checkPrivateKey(read.key)) throw new Error("the private key in it is another certificate's");
    return read;
  } catch (cause) {
    throw new EnvironmentError(
      `${source} can't be read: ${messageOf(cause)}. It must be a PKCS#12 archive (${passwordVariable} is its ` +
        "password), or a PEM file with the certificate and its private key.",
      { cause },
    );
  }
}

/** Loaded on demand: importing this package must be cheap. */
function readCertificate(bytes: Buffer, password: string): ClientCertificate {
  const text = bytes.toString("latin1");
  if (!text.includes("-----BEGIN ")) {
    const { readPkcs12 } = require("./pkcs12") as typeof import("./pkcs12");
    return readPkcs12(bytes, password);
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw new Error("there is no private key in it");
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw new Error("there is no certificate in it");
  return { key: createPrivateKey({ key: text, passphrase: password }), certificate: new X509Certificate(text) };
}

/**
 * A JWT that Entra accepts instead of a secret. Microsoft, "Certificate credentials": PS256 would
 * do too; RS256 works everywhere.
 */
function signedAssertion(clientId: string, url: string, { key, certificate }: ClientCertificate): string {
  const now = Math.floor(Date.now() / 1000);
  const header = {
    alg: "RS256",
    typ: "JWT",
    x5t: createHash("sha1").update(certificate.raw).digest("base64url"),
    "x5t#S256": createHash("sha256").update(certificate.raw).digest("base64url"),
  };
  const claims = { aud: url, iss: clientId, sub: clientId, jti: randomUUID(), nbf: now, iat: now, exp: now + 600 };
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${sign("RSA-SHA256", Buffer.from(content), key).toString("base64url")}`;
}

async function federatedToken(
  environment: Environment,
  options: Pick<TokenOptions, "signal" | "timeout">,
): Promise<string | undefined> {
  if (environment.ARM_OIDC_TOKEN) return environment.ARM_OIDC_TOKEN;
  const path = environment.ARM_OIDC_TOKEN_FILE_PATH;
  if (path) return (await readNamed("ARM_OIDC_TOKEN_FILE_PATH", path)).toString("utf8").trim();
  const url = environment.ARM_OIDC_REQUEST_URL ?? environment.ACTIONS_ID_TOKEN_REQUEST_URL;
  const token = environment.ARM_OIDC_REQUEST_TOKEN ?? environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (!url || !token) return undefined;
  if (!isSecureAddress(url)) throw new EnvironmentError("ARM_OIDC_REQUEST_URL must be an https address.");
  const asked = new URL(url);
  asked.searchParams.set("audience", tokenExchangeAudience);
  const { status, body } = await request(asked.href, { token, signal: options.signal, timeout: options.timeout });
  const { value } = (body ?? {}) as { value?: string };
  if (!value)
    throw new ServiceError({ status, message: "there is no token in it", method: "GET", url: withoutSecrets(url) });
  return value;
}

/** A token of the person who is logged in to the Azure CLI. */
async function tokenFromAzureCli(
  options: TokenOptions,
  endpoints: Endpoints,
  environment: Environment,
): Promise<AccessToken> {
  const allowed = endpoints.metadataHost === undefined && environment.ARM_USE_CLI?.toLowerCase() !== "false";
  const output = allowed ? await azureCli(options, environment) : undefined;
  if (output === undefined) throw new EnvironmentError(missing(environment, allowed));
  const { accessToken, expires_on: expires } = JSON.parse(output) as { accessToken: string; expires_on?: number };
  return { accessToken, expiresOn: new Date((expires ?? 0) * 1000) };
}

async function azureCli(options: TokenOptions, environment: Environment): Promise<string | undefined> {
  const audience = options.v1 ? ["--resource", options.audience] : ["--scope", scopeOf(options.audience)];
  const parameters = ["account", "get-access-token", "--output", "json", "--tenant", options.tenantId, ...audience];
  return runAzureCli(parameters, environment);
}

/** The output of `az`; undefined if it is not installed, not logged in, or fails. */
export async function runAzureCli(
  parameters: readonly string[],
  environment: Environment,
): Promise<string | undefined> {
  const { execFile } = await import("node:child_process");
  const settings = { env: { ...environment }, timeout: 30_000, shell: process.platform === "win32" };
  return new Promise((resolve) => {
    execFile("az", [...parameters], settings, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
}

function missing(environment: Environment, askedCli: boolean): string {
  const has = (name: string) => Boolean(environment[name] ?? environment[`${name}_FILE_PATH`]);
  const id = has("ARM_CLIENT_ID")
    ? "ARM_CLIENT_ID is set, but"
    : "No credentials in the environment: ARM_CLIENT_ID is not set, and";
  const proof = "one of ARM_CLIENT_SECRET, ARM_CLIENT_CERTIFICATE_PATH, ARM_OIDC_TOKEN";
  const hasProof = [
    "ARM_CLIENT_SECRET",
    "ARM_CLIENT_CERTIFICATE",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_OIDC_TOKEN",
  ].some(has);
  const lacks = hasProof ? "it must name the application that the credentials are of" : `${proof} must go with it`;
  const cli = askedCli ? " The Azure CLI (az) has no token for this tenant either." : "";
  return `${id} ${lacks}.${cli}`;
}

async function valueOrFile(environment: Environment, name: string): Promise<string | undefined> {
  const value = environment[name];
  if (value) return value;
  const variable = `${name}_FILE_PATH`;
  const path = environment[variable];
  return path ? (await readNamed(variable, path)).toString("utf8").trim() : undefined;
}

async function readNamed(variable: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new EnvironmentError(`The file that ${variable} names can't be read: ${messageOf(cause)}.`, { cause });
  }
}
