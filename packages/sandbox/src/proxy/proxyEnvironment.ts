/**
 * The environment of a program that reaches the sandbox by the proxy. Each client reads other
 * variables: README.md of this package has the table.
 */
import type { ConnectProxy } from "./connectProxy";
import type { SandboxEnvironment } from "../cloud/sandboxEnvironment";
import { automationApplicationId } from "../cloud/identity";

export interface ProxyAccess {
  readonly proxy: Pick<ConnectProxy, "port">;
  /** File with the authority's certificate. */
  readonly authorityFile: string;
  /** The automation's client secret, valid while the server runs. */
  readonly clientSecret: string;
  /** The tenant to sign in to, for clients that read it from a variable. */
  readonly tenantId?: string;
}

/** Variables of a sign-in or a cloud that could lead past the sandbox. */
const signIn = /^(ARM|AZURE|MSSP|IDENTITY|MSI|AAD)_|^PULUMI_ACCESS_TOKEN$|^(ALL|HTTP|HTTPS)_PROXY$/i;

export function proxyEnvironment(access: ProxyAccess, user: NodeJS.ProcessEnv): SandboxEnvironment {
  const { proxy, authorityFile, clientSecret, tenantId } = access;
  const address = `http://127.0.0.1:${proxy.port}`;
  const local = "127.0.0.1,localhost,::1";
  const variables = {
    HTTPS_PROXY: address,
    https_proxy: address,
    // The engine's gRPC stays on this machine; clients differ in which of both they read.
    NO_PROXY: local,
    no_proxy: local,
    // Node.js 24 and later: `fetch` takes the proxy.
    NODE_USE_ENV_PROXY: "1",
    NODE_EXTRA_CA_CERTS: authorityFile,
    // Go, OpenSSL, Python's ssl and httpx.
    SSL_CERT_FILE: authorityFile,
    // Python's requests, and the Azure CLI.
    REQUESTS_CA_BUNDLE: authorityFile,
    CURL_CA_BUNDLE: authorityFile,
    ARM_CLIENT_ID: automationApplicationId,
    ARM_CLIENT_SECRET: clientSecret,
    AZURE_CLIENT_ID: automationApplicationId,
    AZURE_CLIENT_SECRET: clientSecret,
    ...(tenantId === undefined ? {} : { ARM_TENANT_ID: tenantId, AZURE_TENANT_ID: tenantId }),
  };
  const removed = Object.keys(user).filter((name) => signIn.test(name) && !(name in variables));
  return { variables, removed };
}

/** Variables by which a pipeline signs in to a real tenant. */
const credentials = [
  "ARM_CLIENT_SECRET",
  "ARM_CLIENT_CERTIFICATE",
  "ARM_CLIENT_CERTIFICATE_PATH",
  "ARM_OIDC_TOKEN",
  "ARM_OIDC_TOKEN_FILE_PATH",
  "AZURE_CLIENT_SECRET",
  "AZURE_CLIENT_CERTIFICATE_PATH",
  "AZURE_FEDERATED_TOKEN_FILE",
];

/** Credentials of a real tenant in a pipeline's job: the names of the variables. */
export function pipelineCredentials(user: NodeJS.ProcessEnv, sandboxSecret: string | undefined): string[] {
  const isPipeline = ["CI", "TF_BUILD", "GITHUB_ACTIONS", "GITLAB_CI"].some(
    (name) => !["", "false", undefined].includes(user[name]),
  );
  if (!isPipeline) return [];
  return credentials.filter((name) => (user[name] ?? "") !== "" && user[name] !== sandboxSecret);
}
