/** Shared by the sandbox's tests: a temporary home and plain requests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { EmulatedCloud } from "../cloud/cloud";
import { hashSecret } from "../cloud/secrets";
import { addApplication, addConsentedServicePrincipal } from "../cloud/seed";
import type { StoredObject, Tenant } from "../cloud/model";
import { textOf } from "../entra/directory";
import { startSandbox, type OwnSandbox, type SandboxOptions } from "../server";

export const contoso = "c0570500-0000-4000-8000-00000000000a";
export const automation = "5ec0de00-a070-4000-8000-000000000001";
export const daemonId = "da3e0000-0000-4000-8000-000000000001";
export const graphId = "00000003-0000-0000-c000-000000000000";
export const defenderId = "fc780465-2017-40d4-a0c5-307022471b92";

/** A temporary folder, deleted by `remove`. */
export async function temporaryFolder(): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "mssp-sandbox-test-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A sandbox in a temporary home; `stop` removes the home as well. */
export async function temporarySandbox(options: Partial<SandboxOptions> = {}): Promise<OwnSandbox> {
  const { folder, remove } = await temporaryFolder();
  const sandbox = await startSandbox({ home: path.join(folder, "home"), sharesSigningKey: true, ...options });
  const stop = sandbox.stop.bind(sandbox);
  sandbox.stop = async () => {
    await stop();
    await remove();
  };
  return sandbox;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, if it is a JSON object. */
  readonly body: Record<string, unknown>;
}

/** A form sent to the sandbox; `undefined` values are left out. */
export async function post(
  sandbox: OwnSandbox,
  route: string,
  form: Readonly<Record<string, string | undefined>>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = new URLSearchParams(defined(form));
  return answered(await fetch(sandbox.origins.http + route, { method: "POST", body, headers }));
}

/** The values that are not undefined. */
export function defined(values: Readonly<Record<string, string | undefined>>): [string, string][] {
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

export async function get(sandbox: OwnSandbox, route: string, headers: Record<string, string> = {}): Promise<Answer> {
  return answered(await fetch(sandbox.origins.http + route, { headers, redirect: "manual" }));
}

export async function answered(response: Response): Promise<Answer> {
  const text = await response.text();
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not JSON: the test looks at the text.
  }
  return { status: response.status, headers: response.headers, text, body };
}

/** The claims of a token, and its header, unverified. */
export function decodeToken(token: unknown): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header = "", claims = ""] = String(token).split(".");
  const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
  return { header: decode(header), claims: decode(claims) };
}

/** An application of Contoso with a secret, a service principal and the given permissions. */
export interface Daemon {
  readonly tenant: Tenant;
  readonly application: StoredObject;
  readonly servicePrincipal: StoredObject;
  readonly secret: string;
}

export function addDaemon(
  cloud: EmulatedCloud,
  permissions: Readonly<Record<string, readonly string[]>> = {},
  options: { tenantId?: string; applicationId?: string } = {},
): Daemon {
  const tenant = cloud.tenant(options.tenantId ?? contoso);
  const description = {
    applicationId: options.applicationId ?? daemonId,
    displayName: "Daemon",
    signInAudience: "AzureADMyOrg",
  } as const;
  const application = addApplication(tenant, description);
  const servicePrincipal = addConsentedServicePrincipal(
    tenant,
    { ...description, homeTenantId: tenant.id },
    permissions,
  );
  const secret = addSecret(cloud, tenant, application, "2099-01-01T00:00:00Z");
  return { tenant, application, servicePrincipal, secret };
}

let secrets = 0;

/** Another secret of an application; returns it. */
export function addSecret(
  cloud: EmulatedCloud,
  tenant: Tenant,
  application: StoredObject,
  endDateTime: string,
  startDateTime = "2024-01-15T09:00:00Z",
): string {
  const number = String(++secrets).padStart(4, "0");
  const secret = `not-a-real-secret-${number}-aaaaaaaaaaaaaaaaa`;
  const keyId = `5ec2e700-${number}-4000-8000-000000000001`;
  const credentials = application["passwordCredentials"];
  application["passwordCredentials"] = [
    ...(Array.isArray(credentials) ? credentials : []),
    { customKeyIdentifier: null, displayName: null, endDateTime, hint: "not", keyId, secretText: null, startDateTime },
  ];
  tenant.secretHashes.set(keyId, hashSecret(secret));
  cloud.changed();
  return secret;
}

/** The application (client) ID. */
export function clientIdOf({ application }: Daemon): string {
  return textOf(application["appId"]);
}

/** Form of a client credentials request of the daemon. */
export function daemonRequest(daemon: Daemon, more: Readonly<Record<string, string | undefined>> = {}) {
  return {
    grant_type: "client_credentials",
    client_id: clientIdOf(daemon),
    client_secret: daemon.secret,
    scope: "https://graph.microsoft.com/.default",
    ...more,
  };
}
