/**
 * Calls of Azure Resource Manager: the MSSP's tenant for the handover, the customer's for the
 * delegation and the roles on a Microsoft Sentinel workspace.
 */
import { clouds, requestToken, type Endpoints, type PortalCall } from "@defender-mssp/microsoft";
import { isCallError } from "@defender-mssp/errors";
import type { Settings } from "../../../settings";

/**
 * Azure Resource Manager with a token of each tenant; undefined where the stack has nothing there.
 */
export interface AzureCalls {
  /** The MSSP's tenant. */
  readonly handover: PortalCall | undefined;
  /** The customer's. */
  readonly delegation: PortalCall | undefined;
}

/**
 * Signs in to each tenant with Azure resources of the stack. A failure is reported: Azure is not
 * searched.
 */
export async function azureCalls(
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
