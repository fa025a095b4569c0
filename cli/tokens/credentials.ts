/**
 * What a connector proves itself with: the client secret of its stack, or, where no output has the credential (a certificate's private key, a
 * federated token, the secret of the MSSP's own application), what the user names.
 */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { discoverEndpoints, type Endpoints, type Environment } from "@defender-mssp/microsoft";
import { VisibleError } from "../../errors";
import type { Connector } from "../connector";
import type { CredentialOptions } from "./credentialOptions";

/** A proof of the connector's identity. */
export type ConnectorCredential =
  | { readonly kind: "secret"; readonly secret: string }
  | { readonly kind: "certificate"; readonly file: string; readonly pem: string }
  | { readonly kind: "federated"; readonly token: string };

/** The connector's credential. @throws VisibleError that says which option is missing. */
export async function credentialOf(connector: Connector, options: CredentialOptions): Promise<ConnectorCredential> {
  const { stack, credential, clientSecret } = connector;
  if (options.certificate !== undefined) {
    return { kind: "certificate", file: options.certificate, pem: await read(options.certificate) };
  }
  if (options.federatedTokenFile !== undefined) {
    return { kind: "federated", token: await read(options.federatedTokenFile) };
  }
  if (options.clientSecretFile !== undefined) {
    return { kind: "secret", secret: await read(options.clientSecretFile) };
  }
  if (clientSecret !== undefined && credential === "secret") return { kind: "secret", secret: clientSecret };
  const needed = { secret: "--client-secret-file", certificate: "--certificate", federated: "--federated-token-file" };
  throw new VisibleError(
    `The connector of stack "${stack}" proves itself by a ${credential === "federated" ? "federated token" : credential}, ` +
      `which is not in the stack's outputs: name it with ${needed[credential]} <file>.`,
  );
}

/** The environment in which `requestToken` is the connector: nothing of the user's own login is in it but where the cloud is. */
export function connectorEnvironment(clientId: string, credential: ConnectorCredential): Environment {
  const { ARM_METADATA_HOSTNAME, ARM_ENVIRONMENT } = process.env;
  return {
    ARM_METADATA_HOSTNAME,
    ARM_ENVIRONMENT,
    ARM_USE_CLI: "false",
    ARM_CLIENT_ID: clientId,
    ...(credential.kind === "secret" ? { ARM_CLIENT_SECRET: credential.secret } : {}),
    ...(credential.kind === "certificate" ? { ARM_CLIENT_CERTIFICATE_PATH: credential.file } : {}),
    ...(credential.kind === "federated" ? { ARM_OIDC_TOKEN: credential.token } : {}),
  };
}

/** The same credential in msal's words. */
export function msalCredential(credential: ConnectorCredential) {
  if (credential.kind === "secret") return { clientSecret: credential.secret };
  if (credential.kind === "federated") return { clientAssertion: credential.token };
  const thumbprintSha256 = createHash("sha256").update(new X509Certificate(credential.pem).raw).digest("hex");
  const privateKey = createPrivateKey(credential.pem).export({ type: "pkcs8", format: "pem" }).toString();
  return { clientCertificate: { thumbprintSha256, privateKey } };
}

/** Where the connector's cloud is called: the sandbox's hosts where the environment names it. */
export function endpointsOf(connector: Connector): Promise<Endpoints> {
  return discoverEndpoints(process.env, { cloud: connector.cloud });
}

async function read(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw new VisibleError(`${file} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
