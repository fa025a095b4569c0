/**
 * The credential of a connector: the client secret in the stack's outputs, what a connection file
 * points to, or what the user names (private key of a certificate, federated token, secret of the
 * MSSP's own application).
 */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import {
  discoverEndpoints,
  getKeyVaultSecret,
  secretAddress,
  readClientCertificate,
  waits,
  type ClientCertificate,
  type Endpoints,
  type Environment,
} from "@defender-mssp/microsoft";
import { othersMay, unreadableFile, VisibleError } from "@defender-mssp/errors";
import { timeText } from "@defender-mssp/errors/time";
import type { Connection, Connector } from "../connector/connector";
import { shownConnector } from "../connector/shownConnector";
import { credentialWays, type CredentialOptions } from "../connector/credentialOptions";

/** A credential of the connector. */
export type SignInCredential =
  | { readonly kind: "secret"; readonly secret: string }
  | (ClientCertificate & { readonly kind: "certificate"; readonly file: string; readonly password?: string })
  | { readonly kind: "federated"; readonly token: string };

const passwordVariable = "MSSP_CERTIFICATE_PASSWORD";

/**
 * The connector's credential. Read at each call: federated tokens change.
 * @throws VisibleError for a missing option, an option that doesn't match the connector, or an
 * unusable file.
 */
export async function credentialOf(
  connector: Connector,
  options: CredentialOptions,
  environment: Environment,
): Promise<SignInCredential> {
  const { credential: type, clientSecret, connection } = connector;
  const { option, key, variable, words } = credentialWays[type];
  const other = Object.values(credentialWays).find((way) => way.key !== key && options[way.key] !== undefined);
  const uses = `The connector of ${shownConnector(connector)} uses ${words}`;
  if (other !== undefined) throw new VisibleError(`${uses}: replace ${other.option} with ${option}.`);
  const file = options[key] ?? (environment[variable] || undefined);
  if (file !== undefined) return readCredential(connector, file, environment);
  if (connection !== undefined) {
    return credentialAt(connector, connection, environment, `${uses}; name its file with ${option}`);
  }
  if (type === "secret" && clientSecret !== undefined) return { kind: "secret", secret: clientSecret };
  throw new VisibleError(
    `${uses}, which the stack's outputs do not contain: name its file with ${option} or in ${variable}.`,
  );
}

/** The credential where a connection file says. */
async function credentialAt(
  connector: Connector,
  { file: connectionFile, credentialPlace: place }: Connection,
  environment: Environment,
  remedy: string,
): Promise<SignInCredential> {
  if ("file" in place) return readCredential(connector, place.file, environment);
  if ("fileVariable" in place) {
    const { [place.fileVariable]: file } = environment;
    if (file) return readCredential(connector, file, environment);
    throw new VisibleError(
      `The environment variable ${place.fileVariable}, which names the credential's file according to ` +
        `${connectionFile}, is not set. ${remedy}.`,
    );
  }
  const secret = secretAddress(place.keyVaultSecret);
  if (connector.credential !== "secret" || secret === undefined) {
    throw new VisibleError(
      `${connectionFile}: a Key Vault secret can only be the place of a client secret. ${remedy}.`,
    );
  }
  try {
    const endpoints = await endpointsOf(connector, environment);
    return { kind: "secret", secret: await getKeyVaultSecret({ ...secret, endpoints, environment }) };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    throw new VisibleError(
      `The client secret could not be read from ${place.keyVaultSecret}: ${error.message}\n` +
        "This machine's own identity (ARM_…, or `az`) needs the role Key Vault Secrets User there, " +
        `which takes up to ${timeText(waits.vaultRole.longest)} to be in force. ` +
        `Or ${remedy.slice(remedy.indexOf("name its file"))}.`,
      { cause: error },
    );
  }
}

async function readCredential(
  { credential: type, connection }: Connector,
  file: string,
  environment: Environment,
): Promise<SignInCredential> {
  const bytes = await read(file, connection !== undefined && type !== "federated");
  if (type === "certificate") return readCertificate(file, bytes, environment);
  const text = bytes.toString("utf8").trim();
  if (text === "") throw new VisibleError(`${file} is empty; expected ${credentialWays[type].words}.`);
  return type === "secret" ? { kind: "secret", secret: text } : { kind: "federated", token: text };
}

function readCertificate(file: string, bytes: Buffer, environment: Environment): SignInCredential {
  const { [passwordVariable]: password } = environment;
  const certificate = readClientCertificate(bytes, { source: file, password, passwordVariable });
  return { kind: "certificate", file, ...certificate, ...(password === undefined ? {} : { password }) };
}

/**
 * Environment for `requestToken` as the connector. Of the user's own, it contains only where the
 * cloud is.
 */
export function connectorEnvironment(
  clientId: string,
  credential: SignInCredential,
  { ARM_METADATA_HOSTNAME, ARM_ENVIRONMENT }: Environment,
): Environment {
  return {
    ARM_METADATA_HOSTNAME,
    ARM_ENVIRONMENT,
    ARM_USE_CLI: "false",
    ARM_CLIENT_ID: clientId,
    ...(credential.kind === "secret" ? { ARM_CLIENT_SECRET: credential.secret } : {}),
    ...(credential.kind === "certificate"
      ? { ARM_CLIENT_CERTIFICATE_PATH: credential.file, ARM_CLIENT_CERTIFICATE_PASSWORD: credential.password }
      : {}),
    ...(credential.kind === "federated" ? { ARM_OIDC_TOKEN: credential.token } : {}),
  };
}

/** The same credential as msal expects it. */
export function msalCredential(credential: SignInCredential) {
  if (credential.kind === "secret") return { clientSecret: credential.secret };
  if (credential.kind === "federated") return { clientAssertion: credential.token };
  const thumbprintSha256 = createHash("sha256").update(credential.certificate.raw).digest("hex");
  const privateKey = credential.key.export({ type: "pkcs8", format: "pem" }).toString();
  return { clientCertificate: { thumbprintSha256, privateKey } };
}

/**
 * Hosts of the connector's cloud, or of the sandbox when the environment or the connection file
 * points to it.
 */
export function endpointsOf({ cloud, connection }: Connector, environment: Environment): Promise<Endpoints> {
  const { ARM_METADATA_HOSTNAME = connection?.metadataHost } = environment;
  return discoverEndpoints({ ...environment, ARM_METADATA_HOSTNAME }, { cloud });
}

const warned = new Set<string>();

/** Once for each file. Docker, Kubernetes and bind mounts set modes that this user can't change: no refusal. */
function warnOfReaders(file: string): void {
  if (warned.has(file)) return;
  warned.add(file);
  process.emitWarning(`Every user of this machine may read ${file}. Correct that: chmod o-rwx ${file}`);
}

/**
 * @param isPrivate whether other users should not read the file. A federated token lives for
 * minutes, and Kubernetes writes it for all users.
 */
async function read(file: string, isPrivate: boolean): Promise<Buffer> {
  try {
    const handle = await open(file, "r");
    try {
      if (isPrivate && othersMay(0o004, await handle.stat(), file)) warnOfReaders(file);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadableFile(file, error);
  }
}
