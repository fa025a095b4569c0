/** Signs in to a stack's tenant, to look at every kind of access. */
import { customerAzure, tenantReader, type AzureCalls, type TenantReader } from "@defender-mssp/tenant";
import { isCallError } from "@defender-mssp/errors";
import { clouds, graphCall, requestToken, type Endpoints, type PortalCall } from "@defender-mssp/microsoft";
import { domainsIn, type SettingsWithWhose } from "./deployedWhose";
import type { Settings } from "../../settings";
import { defenderEndpointOf } from "../../settings/fromFile";
import { signInToTenant, type TenantSignIn } from "./signInToTenant";

interface OpenOptions {
  readonly stack: string;
  /** The stack's random ID, from its state. */
  readonly stackId: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Receives why Azure could not be searched. */
  readonly say: (text: string) => void;
  /** @default those of the settings' cloud and the environment */
  readonly endpoints?: Endpoints;
  /** The sign-in to Graph, where the caller has one. */
  readonly signIn?: TenantSignIn;
}

/** @throws VisibleError where credentials or tenant can't be used */
export async function openTenant(settings: SettingsWithWhose, options: OpenOptions): Promise<TenantReader> {
  const { stack, stackId, environment, say, signIn } = options;
  const { tenantId, msspTenantId, furtherMsspTenantIds } = settings;
  const { call: graph, endpoints } = signIn ?? (await signInToTenant(settings, environment, options.endpoints));
  const endpoint = defenderEndpointOf(settings, environment);
  const audience = clouds[endpoints.cloud].defenderResource;
  const defender: PortalCall | undefined =
    endpoint === undefined
      ? undefined
      : { endpoint, token: (await requestToken({ tenantId, audience, environment, endpoints })).accessToken };
  return tenantReader({
    call: graph,
    openAzure: () => customerAzure(settings, { environment, endpoints }),
    graphUrl: endpoints.graphEndpoint,
    msspGraph: (id = msspTenantId) => graphCall(id, { environment, endpoints }),
    defender,
    azure: await azureCalls(settings, { environment, endpoints, say }),
    detectionApiVersion: settings.detections?.apiVersion,
    owner: {
      stack,
      stackId,
      tenantId,
      msspTenantId,
      ...(furtherMsspTenantIds === undefined ? {} : { furtherMsspTenantIds }),
      domains: msspDomains(settings),
      automation: environment["ARM_CLIENT_ID"],
    },
  });
}

/** The domains of the MSSP's people, each once. */
export function msspDomains({
  portalAccess: access,
  ...settings
}: Pick<Settings, "analysts" | "portalAccess"> & { readonly analystDomains?: readonly string[] }): string[] {
  const identitySource = access.model === "entitlement" ? access.identitySource : undefined;
  return [...new Set(domainsIn({ ...settings, identitySource }))];
}

/**
 * Signs in to each tenant with Azure resources of the stack. A failure is reported: Azure is not
 * searched.
 */
async function azureCalls(
  { tenantId, msspTenantId, handover, azureDelegation, sentinelAccess }: Settings,
  {
    environment,
    endpoints,
    say,
  }: { environment: NodeJS.ProcessEnv; endpoints: Endpoints; say: (text: string) => void },
): Promise<AzureCalls> {
  const endpoint = endpoints.resourceManagerEndpoint;
  const audience = clouds[endpoints.cloud].resourceManagerEndpoint;
  const callIn = async (tenant: string): Promise<PortalCall | undefined> => {
    try {
      const { accessToken } = await requestToken({ tenantId: tenant, audience, environment, endpoints });
      return { endpoint, token: accessToken };
    } catch (error) {
      if (!isCallError(error)) throw error;
      say(`Azure was not searched in tenant ${tenant}: ${error.message}\n`);
      return undefined;
    }
  };
  return {
    handover: handover && (await callIn(msspTenantId)),
    delegation: (azureDelegation ?? sentinelAccess) && (await callIn(tenantId)),
  };
}
