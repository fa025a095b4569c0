/** A sandbox in a temporary folder, and callers with its tokens. */
import {
  requestToken,
  windowsDefenderAtp,
  type CallContext,
  type Endpoints,
  type Environment,
} from "@defender-mssp/microsoft";
import { startSandbox, type OwnSandbox, type SandboxOptions } from "@defender-mssp/sandbox";
import {
  addApplication,
  addConsentedServicePrincipal,
  derivedLinkId,
  sandboxCustomerTenantId,
  type StoredObject,
  type Tenant,
} from "@defender-mssp/sandbox/internals";
import { newFolder } from "./newFolder";

export const tenantId = sandboxCustomerTenantId;
export const connectorId = "c0ffee00-0000-4000-8000-000000000001";

export const audiences = {
  graph: "https://graph.microsoft.com",
  azureADGraph: "https://graph.windows.net",
  defender: "https://api.securitycenter.microsoft.com",
} as const;

export interface TestSandbox {
  sandbox: OwnSandbox;
  tenant: Tenant;
  endpoints: Endpoints;
  /** Credentials of the automation's application, and the Defender endpoint. */
  environment: Environment;
  /** What a dynamic provider's methods are called with; waits take no time. */
  context: CallContext;
  /** A token of the automation's application. */
  token(audience: keyof typeof audiences): Promise<string>;
  connectorToken(audience: keyof typeof audiences): Promise<string>;
  /** Client ID and secret of the application of `addConnector`. */
  connectorEnvironment: Environment;
  /**
   * Registers the connector, with application permissions of these APIs and, for everybody,
   * delegated ones of Defender's.
   */
  addConnector(permissions: Readonly<Record<string, readonly string[]>>, scope?: string): StoredObject;
  get(pathAndQuery: string, token?: string): Promise<{ status: number; headers: Headers; body: unknown }>;
  stop(): Promise<void>;
}

/** @param options `log`: gets a line for each request that the sandbox has answered. */
export async function testSandbox({ log, clock }: Pick<SandboxOptions, "log" | "clock"> = {}): Promise<TestSandbox> {
  const sandbox = await startSandbox({
    home: newFolder(),
    sharesSigningKey: true,
    ...(log === undefined ? {} : { log }),
    ...(clock === undefined ? {} : { clock }),
    tenants: [{ tenantId, displayName: "Contoso", domain: "contoso.com" }],
  });
  const { cloud, origins } = sandbox;
  const connectorEnvironment = { ARM_CLIENT_ID: connectorId, ARM_CLIENT_SECRET: "connector-secret-of-the-test" };
  const endpoints: Endpoints = {
    cloud: "public",
    loginEndpoint: origins.http,
    graphEndpoint: origins.http,
    resourceManagerEndpoint: origins.http,
    metadataHost: "the sandbox",
  };
  const { variables } = await sandbox.environment({ user: {} });
  const environment: Environment = {
    ARM_CLIENT_ID: variables.ARM_CLIENT_ID,
    ARM_CLIENT_SECRET: variables.ARM_CLIENT_SECRET,
    MSSP_DEFENDER_ENDPOINT: origins.http,
  };
  const ask = async (audience: keyof typeof audiences, of: Environment): Promise<string> => {
    const v1 = audience === "azureADGraph";
    return (await requestToken({ tenantId, audience: audiences[audience], v1, environment: of, endpoints }))
      .accessToken;
  };
  const tenant = cloud.tenant(tenantId);
  return {
    sandbox,
    tenant,
    endpoints,
    environment,
    context: { environment, endpoints, sleep: () => Promise.resolve() },
    token: (audience) => ask(audience, environment),
    connectorToken: (audience) => ask(audience, connectorEnvironment),
    connectorEnvironment,
    addConnector: (permissions, scope) => {
      const common = { applicationId: connectorId, displayName: "Connector" };
      const description = { ...common, signInAudience: "AzureADMyOrg" } as const;
      addApplication(tenant, description);
      const principal = addConsentedServicePrincipal(tenant, { ...description, homeTenantId: tenantId }, permissions);
      cloud.acceptPassingSecret(connectorEnvironment.ARM_CLIENT_SECRET, connectorId);
      if (scope !== undefined) grant(tenant, principal, scope);
      return principal;
    },
    get: async (pathAndQuery, token) => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(origins.http + pathAndQuery, { headers });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === "" ? undefined : (JSON.parse(text) as unknown),
      };
    },
    stop: () => sandbox.stop(),
  };
}

function grant(tenant: Tenant, principal: StoredObject, scope: string): void {
  const api = [...tenant.objects("servicePrincipals").values()].find(({ appId }) => appId === windowsDefenderAtp.appId);
  if (api === undefined) throw new Error("the tenant has no service principal of WindowsDefenderATP");
  const id = derivedLinkId(tenant.id, `grants/${principal.id}`);
  tenant.objects("oauth2PermissionGrants").set(id, {
    id,
    clientId: principal.id,
    consentType: "AllPrincipals",
    principalId: null,
    resourceId: api.id,
    scope,
  });
}
