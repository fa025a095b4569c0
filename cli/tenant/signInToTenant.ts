/** Signs in to Graph in a customer's tenant. */
import { signInToGraph, type Endpoints, type GraphSignIn } from "@defender-mssp/microsoft";
import type { Settings } from "../../settings";
import { tenantEndpoints } from "./tenantEndpoints";

/** A sign-in that the parts of a command share. */
export interface TenantSignIn extends GraphSignIn {
  readonly endpoints: Endpoints;
}

/**
 * @param discovered the endpoints, where the caller has found them.
 * @throws VisibleError where the credentials or the tenant can't be used
 */
export async function signInToTenant(
  settings: Pick<Settings, "tenantId" | "cloud">,
  environment: NodeJS.ProcessEnv,
  discovered?: Endpoints,
): Promise<TenantSignIn> {
  const endpoints = discovered ?? (await tenantEndpoints(settings, environment));
  return { endpoints, ...(await signInToGraph(settings.tenantId, { environment, endpoints })) };
}
