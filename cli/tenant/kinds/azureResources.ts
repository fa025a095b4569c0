/** Resources that Azure Resource Manager shows by their ID. */
import { goneStatuses, isGone, request, type PortalCall } from "@defender-mssp/microsoft";
import { EnvironmentError } from "@defender-mssp/errors";
import type { AzureCalls } from "./azureCalls";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";

export const keyVault = {
  presence: azurePresence("handover"),
} satisfies KindCalls;

export const keyVaultSecret = {
  presence: azurePresence("handover"),
} satisfies KindCalls;

export const vaultReader = {
  presence: azurePresence("handover"),
} satisfies KindCalls;

export const resourceGroup = {
  presence: azurePresence("handover"),
} satisfies KindCalls;

export const lighthouseDefinition = {
  presence: azurePresence("delegation"),
} satisfies KindCalls;

/** @throws ServiceError where the identity may not read it: that says nothing of the resource. */
export function azurePresence(service: keyof AzureCalls) {
  return async (tenant: KindTenant, { id }: ObjectIdentity): Promise<Presence> => {
    const { endpoint, token } = signedInAzure(tenant, service);
    const answer = await request(`${endpoint}${id}?api-version=${apiVersion(id)}`, { token, accept: goneStatuses });
    return { state: isGone(answer) ? "notFound" : "found" };
  };
}

/** @throws EnvironmentError where nobody is signed in to Azure. */
export function signedInAzure({ azure }: KindTenant, service: keyof AzureCalls): PortalCall {
  const call = azure[service];
  if (call !== undefined) return call;
  throw new EnvironmentError("Azure was not searched: the settings name no subscription, or the sign-in failed");
}

/** The version of the API that has the resource. */
export function apiVersion(id: string): string {
  if (/\/providers\/Microsoft\.Authorization\//i.test(id)) return "2022-04-01";
  return /\/providers\/Microsoft\.ManagedServices\//i.test(id) ? "2022-10-01" : "2024-11-01";
}
