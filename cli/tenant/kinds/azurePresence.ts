/** Resources that Azure Resource Manager shows by their ID. */
import { goneStatuses, isGone, request } from "@defender-mssp/microsoft";
import { EnvironmentError } from "@defender-mssp/errors";
import type { KindTenant, ObjectIdentity, Presence } from "./kindCalls";

/** @throws ServiceError where the identity may not read it: that says nothing of the resource. */
export function azurePresence(service: "handover" | "delegation") {
  return async ({ azure }: KindTenant, { id }: ObjectIdentity): Promise<Presence> => {
    const call = azure[service];
    if (call === undefined)
      throw new EnvironmentError("Azure was not searched: the settings name no subscription, or the sign-in failed");
    const answer = await request(`${call.endpoint}${id}?api-version=${apiVersion(id)}`, {
      token: call.token,
      accept: goneStatuses,
    });
    return { state: isGone(answer) ? "notFound" : "found" };
  };
}

/** The version of the API that has the resource. */
export function apiVersion(id: string): string {
  if (/\/providers\/Microsoft\.Authorization\//i.test(id)) return "2022-04-01";
  return /\/providers\/Microsoft\.ManagedServices\//i.test(id) ? "2022-10-01" : "2024-11-01";
}
