/** The SIEM's side for tests: takes a token as the connector would, and reads a page of alerts with it. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { CredentialType } from "@defender-mssp/microsoft";
import {
  inDays,
  makeTestCertificate,
  msspTenantId,
  type SandboxProject,
  type TestCertificate,
} from "@defender-mssp/testkit";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { createProject, TenantHands } from "./support";

/** The form fields of a token request that prove who asks. */
export type Proof = (clientId: string, tokenUrl: string) => Promise<Record<string, string>>;

export function bySecret(secret: unknown): Proof {
  return () => Promise.resolve({ client_secret: String(secret) });
}

export function byCertificate({ privateKey, sha1 }: TestCertificate): Proof {
  return async (clientId, audience) =>
    assertion(
      await new SignJWT({ jti: "1" })
        .setProtectedHeader({ alg: "RS256", x5t: sha1 })
        .setIssuer(clientId)
        .setSubject(clientId)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(privateKey),
    );
}

/** Another identity provider, on this machine, with one workload. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly subject: string;
  readonly proof: Proof;
  /** A token of the workload's, good for some minutes. */
  token(): Promise<string>;
  close(): Promise<void>;
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const key = { ...(await exportJWK(publicKey)), kid: "1", alg: "RS256", use: "sig" };
  const server = http.createServer((request, response) => {
    const origin = `http://${request.headers.host ?? ""}`;
    const body = request.url?.endsWith("/keys") ? { keys: [key] } : { issuer: origin, jwks_uri: `${origin}/keys` };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const subject = "repo:fabrikam/siem:ref:refs/heads/main";
  const token = () =>
    new SignJWT()
      .setProtectedHeader({ alg: "RS256", kid: "1" })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience("api://AzureADTokenExchange")
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(privateKey);
  return {
    issuer,
    subject,
    token,
    proof: async () => assertion(await token()),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function assertion(token: string): Record<string, string> {
  return { client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion: token };
}

/** A project, and all that a connector of it can prove itself by. */
export interface ConnectorProject {
  readonly project: SandboxProject;
  readonly certificate: TestCertificate;
  readonly provider: IdentityProvider;
  dispose(): Promise<void>;
}

export async function startConnectorProject(): Promise<ConnectorProject> {
  const [project, certificate, provider] = await Promise.all([
    createProject(),
    makeTestCertificate(inDays(300)),
    startIdentityProvider(),
  ]);
  const dispose = async () => {
    await project.dispose();
    await provider.close();
  };
  return { project, certificate, provider, dispose };
}

/** The MSSP's multitenant application, with a credential of each type. */
export interface MsspApplication {
  readonly applicationId: string;
  readonly clientSecret: string;
  readonly proofs: Readonly<Record<CredentialType, Proof>>;
}

/** Makes one by hand in the MSSP's own tenant. */
export async function makeMsspApplication(
  project: SandboxProject,
  certificate: TestCertificate,
  { issuer, subject, proof }: IdentityProvider,
): Promise<MsspApplication> {
  const hands = new TenantHands(project, msspTenantId);
  const { id, appId } = await hands.graph<{ id: string; appId: string }>("POST", "/v1.0/applications", {
    displayName: "Fabrikam SIEM",
    signInAudience: "AzureADMultipleOrgs",
    keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify", key: certificate.base64 }],
    requiredResourceAccess: [
      {
        resourceAppId: "00000003-0000-0000-c000-000000000000",
        resourceAccess: [{ id: "472e4a4d-bb4a-4026-98d1-0b0d74cb74a5", type: "Role" }],
      },
    ],
  });
  const { secretText } = await hands.graph<{ secretText: string }>("POST", `/v1.0/applications/${id}/addPassword`, {});
  await hands.graph("POST", `/v1.0/applications/${id}/federatedIdentityCredentials`, {
    name: "siem",
    issuer,
    subject,
    audiences: ["api://AzureADTokenExchange"],
  });
  return {
    applicationId: appId,
    clientSecret: secretText,
    proofs: { secret: bySecret(secretText), certificate: byCertificate(certificate), federated: proof },
  };
}

/** A connector in a customer's tenant of a project's sandbox. */
export class ConnectorClient {
  constructor(
    private readonly project: SandboxProject,
    private readonly tenantId: string,
    private readonly clientId: string,
    private readonly proof: Proof,
  ) {}

  /** `alerts` where a page came, else the status and the error of whatever refused. */
  async graph(query = "$top=1"): Promise<string> {
    const token = await this.#token("v2.0/token", { scope: "https://graph.microsoft.com/.default" });
    return token.refused ?? (await this.#page(`/v1.0/security/alerts_v2?${query}`, token.value));
  }

  async legacySiem(query = "ago=P3D&limit=1"): Promise<string> {
    const token = await this.#token("token", { resource: "https://graph.windows.net" });
    return token.refused ?? (await this.#page(`/api/alerts?${query}`, token.value));
  }

  async #token(
    endpoint: string,
    audience: Record<string, string>,
  ): Promise<{ readonly value: string; readonly refused?: string }> {
    const url = `${this.project.sandbox.origins.http}/${this.tenantId}/oauth2/${endpoint}`;
    const response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({
        client_id: this.clientId,
        grant_type: "client_credentials",
        ...audience,
        ...(await this.proof(this.clientId, url)),
      }),
    });
    const answer = (await response.json()) as { access_token?: string; error_description?: string };
    if (answer.access_token !== undefined) return { value: answer.access_token };
    return { value: "", refused: `${response.status} ${answer.error_description?.split(":")[0] ?? ""}` };
  }

  async #page(route: string, token: string): Promise<string> {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${this.project.sandbox.origins.http}${route}`, { headers });
    const body = (await response.json()) as { value?: unknown } | unknown[];
    if (!response.ok) return String(response.status);
    return Array.isArray(Array.isArray(body) ? body : body.value) ? "alerts" : "no list of alerts";
  }
}
